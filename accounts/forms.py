"""Forms of accounts: rules of a single field stand here and in `rules.py`, rules between accounts in `services.py`."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import rules, selectors, services
from accounts.models import User
from socialvideo.lib.images import ImageRefused, square_webp

AVATAR_SIZE = 512
HANDLE_HELP = _("Small letters, digits, dots and underscores. Your address here is /@handle/.")


def check_handle(text: str, account: User | None = None) -> str:
    handle = rules.plain_handle(text, site_name=settings.SITE_NAME)
    if not selectors.handle_is_free(handle, account_id=account.pk if account else None):
        raise ValidationError(services.HANDLE_TAKEN[0], code="taken")
    return handle


class PlainLabels:
    """allauth's forms with labels instead of placeholders, and every password typed once."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
        if "password1" in self.fields:
            self.fields["password1"].help_text = _("At least 8 characters; no common word, not only digits.")


class SignupForm(PlainLabels, allauth.SignupForm):
    labels = {"email": _("E-mail"), "username": _("Handle"), "password1": _("Password")}
    field_order = ("invitation", "email", "username", "password1", "birth_date")

    invitation = forms.CharField(label=_("Invitation code"), max_length=64)
    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Nobody else sees it."),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.SIGNUP_MODE != "invite":
            del self.fields["invitation"]
        self.fields["username"].help_text = HANDLE_HELP
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}

    def clean_username(self) -> str:
        return check_handle(self.cleaned_data["username"])

    def clean_birth_date(self) -> Any:
        birth_date = self.cleaned_data["birth_date"]
        rules.check_birth_date(birth_date, today=timezone.localdate(), minimum_age=settings.MINIMUM_AGE)
        return birth_date

    def save(self, request: HttpRequest) -> User:
        """Raises `AccountRefused` for what only the database can tell."""
        return services.sign_up(
            handle=self.cleaned_data["username"],
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
            birth_date=self.cleaned_data["birth_date"],
            invitation=self.cleaned_data.get("invitation", ""),
        )


class LoginForm(PlainLabels, allauth.LoginForm):
    labels = {"login": _("Handle or e-mail")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def clean_login(self) -> str:
        return super().clean_login().removeprefix("@")


class ResetPasswordForm(PlainLabels, allauth.ResetPasswordForm):
    labels = {"email": _("E-mail")}


class ResetPasswordKeyForm(PlainLabels, allauth.ResetPasswordKeyForm):
    labels = {"password1": _("New password")}


class ChangePasswordForm(PlainLabels, allauth.ChangePasswordForm):
    labels = {"oldpassword": _("Current password"), "password1": _("New password")}


class ChangeEmailForm(PlainLabels, allauth.AddEmailForm):
    labels = {"email": _("New e-mail")}

    def save(self, request: HttpRequest) -> EmailAddress:
        """The address so far stays, confirmed or not, until the new one is."""
        address = services.ask_for_email(account=self.user, email=self.cleaned_data["email"])
        send_verification_email_to_address(request, address)
        return address


class ReauthenticateForm(PlainLabels, allauth.ReauthenticateForm):
    pass


class ProfileForm(forms.Form):
    """Name, handle, bio and picture. Of the picture only our own encoding leaves the form."""

    avatar = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG or WebP. The middle square is used; where it was taken is removed."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    handle = forms.CharField(
        label=_("Handle"),
        max_length=31,
        help_text=_(
            "Small letters, digits, dots and underscores. Your address here is /@handle/."
            " Links to your old handle keep leading to you."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    bio = forms.CharField(
        label=_("Bio"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        self.account = account
        initial = {"name": account.name, "handle": account.handle, "bio": account.bio}
        super().__init__(*args, initial=initial, **kwargs)
        if self.is_bound and "bio" in self.data:
            # Browsers send two characters for a line break and count one.
            self.data = self.data.copy()
            self.data["bio"] = self.data["bio"].replace("\r\n", "\n")

    def clean_avatar(self) -> bytes | None:
        picture: UploadedFile | None = self.cleaned_data["avatar"]
        if picture is None:
            return None
        try:
            return square_webp(picture, size=AVATAR_SIZE)
        except ImageRefused as refused:
            raise ValidationError(str(refused), code="picture") from refused

    def clean_name(self) -> str:
        return rules.plain_line(self.cleaned_data["name"])

    def clean_handle(self) -> str:
        text = self.cleaned_data["handle"]
        # An operator may have given a reserved handle: it stays with who has it.
        return text if text == self.account.handle else check_handle(text, self.account)

    def clean_bio(self) -> str:
        return rules.plain_text(self.cleaned_data["bio"])


class PrivacyForm(forms.Form):
    is_private = forms.BooleanField(label=_("Private account"), required=False)


class PasswordForm(forms.Form):
    """The owner confirms with their password, which a session that somebody else got hold of cannot find by trying."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, account: User, **kwargs: Any) -> None:
        self.request, self.account = request, account
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        if not ratelimit.consume(self.request, action="reauthenticate", user=self.account):
            raise ValidationError(get_adapter().error_messages["rate_limited"], code="rate_limited")
        if not self.account.check_password(self.cleaned_data["password"]):
            raise ValidationError(gettext("This is not your password."), code="wrong")
        return self.cleaned_data["password"]
