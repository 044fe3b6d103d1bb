"""Accounts as JSON: anybody's in brief, one's own in full, and what is sent to get in."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from accounts import forms, rules
from accounts.models import Archive, User
from socialvideo.lib.images import ImageRefused, square_webp


class AccountBriefSerializer(serializers.Serializer):
    """An account as it stands beside what it made. Addresses are paths on this site."""

    id = serializers.IntegerField()
    handle = serializers.CharField()
    name = serializers.CharField(source="display_name")
    avatar = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url")
    standing = serializers.ChoiceField(choices=["present", "suspended", "deactivated", "erased"])

    def get_avatar(self, account: User) -> str | None:
        return account.avatar.url if account.avatar else None


class MeSerializer(AccountBriefSerializer):
    """One's own account."""

    name = serializers.CharField()
    bio = serializers.CharField()
    email = serializers.EmailField()
    is_private = serializers.BooleanField()
    birth_date = serializers.DateField(allow_null=True)
    joined_at = serializers.DateTimeField()


class MeChangesSerializer(serializers.Serializer):
    """What can be changed of it; what is not sent stays. `avatar` is a picture (multipart), or null to remove it."""

    handle = serializers.CharField(max_length=31, required=False)
    name = serializers.CharField(max_length=50, required=False, allow_blank=True)
    bio = serializers.CharField(max_length=300, required=False, allow_blank=True)
    is_private = serializers.BooleanField(required=False)
    avatar = serializers.FileField(required=False, allow_null=True)

    def validate_handle(self, text: str) -> str:
        account = self.context["account"]
        return text if text == account.handle else forms.check_handle(text, account)

    def validate_name(self, text: str) -> str:
        return rules.plain_line(text)

    def validate_bio(self, text: str) -> str:
        return rules.plain_text(text)

    def validate_avatar(self, picture: UploadedFile | None) -> bytes | None:
        try:
            return picture and square_webp(picture, size=forms.AVATAR_SIZE)
        except ImageRefused as refused:
            raise serializers.ValidationError(str(refused)) from refused


class CredentialsSerializer(serializers.Serializer):
    login = serializers.CharField(max_length=254, help_text="Handle or e-mail address.")
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)


class DeletionSerializer(serializers.Serializer):
    """A deletion that can be taken back until `due_at`."""

    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()


class ArchiveSerializer(serializers.Serializer):
    """Everything that the site keeps about one's account, in one file. `progress` in percent; `file` says whether it can be
    had now, by an address from `link`."""

    state = serializers.ChoiceField(choices=Archive.State.choices)
    progress = serializers.IntegerField()
    failure = serializers.CharField(source="get_failure_display")
    bytes = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    made_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    file = serializers.BooleanField(source="is_offered")


class ArchiveLinkSerializer(serializers.Serializer):
    url = serializers.CharField(help_text="Works for a day, with the same token.")


class LogInSerializer(serializers.Serializer):
    """A session of a browser. `seen_at` to the hour; `is_this`: the one that asks."""

    id = serializers.CharField()
    device = serializers.CharField(source="name")
    began_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField()
    is_this = serializers.BooleanField()


class SignupSerializer(serializers.Serializer):
    """The rules are those of the sign-up page."""

    handle = serializers.CharField()
    email = serializers.EmailField()
    password = serializers.CharField(write_only=True, trim_whitespace=False)
    birth_date = serializers.DateField(help_text="Nobody else sees it.")
    invitation = serializers.CharField(required=False, help_text="Where sign-up is by invitation.")


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="Send it as the header `Authorization: Token …`.")


class SignedUpSerializer(serializers.Serializer):
    """Without a token the address has to be confirmed first: a link to that has been sent to it."""

    detail = serializers.CharField()
    token = serializers.CharField(allow_null=True)


def as_form_data(sent: dict[str, Any]) -> dict[str, Any]:
    """The sign-up page's names for what the API calls in the product's words."""
    return sent | {"username": sent.get("handle"), "password1": sent.get("password")}
