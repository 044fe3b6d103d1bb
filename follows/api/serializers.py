"""What the API says about ties."""

from rest_framework import serializers

from accounts.api.serializers import AccountBriefSerializer
from follows.models import Block, Follow, Mute
from follows.relations import LABELS
from follows.selectors.manager import DEFAULT_SORT, FILTERS, SORTS


class RelationSerializer(serializers.Serializer):
    """Of two relations to one account, the one with the higher version is the truer."""

    account_id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=sorted(LABELS), source="button")
    following = serializers.BooleanField()
    followed_by = serializers.BooleanField(source="follows_me")
    notify = serializers.ChoiceField(choices=Follow.Notify.choices)
    muted = serializers.BooleanField()
    version = serializers.IntegerField()


class CountsSerializer(serializers.Serializer):
    followers = serializers.IntegerField()
    following = serializers.IntegerField()


class MyFollowingQuery(serializers.Serializer):
    """What the Following Manager asks for, in the same words."""

    q = serializers.CharField(max_length=50, default="", allow_blank=True, help_text="Part of a name or handle.")
    sort = serializers.ChoiceField(choices=list(SORTS), default=DEFAULT_SORT)
    only = serializers.MultipleChoiceField(choices=list(FILTERS), default=[], help_text="All of these must hold.")


class FollowedSerializer(serializers.Serializer):
    """An account that I follow or asked to follow."""

    account = AccountBriefSerializer()
    state = serializers.ChoiceField(choices=Follow.State.choices)
    notify = serializers.ChoiceField(choices=Follow.Notify.choices)
    followed_at = serializers.DateTimeField()
    followed_by = serializers.BooleanField(source="relation.follows_me")
    last_published_at = serializers.DateTimeField(allow_null=True)
    watched = serializers.IntegerField(help_text="How many of their videos I watched.")
    muted = serializers.BooleanField(source="relation.muted")


class PeoplePageSerializer(serializers.Serializer):
    """Some people of a list. The count of an account's followers is all pages' results together and those hidden."""

    results = AccountBriefSerializer(many=True)
    next_cursor = serializers.CharField(allow_blank=True)
    hidden = serializers.IntegerField(help_text="How many of the whole list you cannot see, because of a block.")


class RequestSerializer(serializers.ModelSerializer):
    """Somebody who asks to follow me."""

    account = AccountBriefSerializer(source="follower")

    class Meta:
        model = Follow
        fields = ("account", "followed_at")


class MuteSerializer(serializers.Serializer):
    until = serializers.DateTimeField(allow_null=True, default=None, help_text="null: until it is lifted.")


class MutedSerializer(serializers.ModelSerializer):
    """An account that I mute."""

    account = AccountBriefSerializer(source="muted")

    class Meta:
        model = Mute
        fields = ("account", "until")


class BlockedSerializer(serializers.ModelSerializer):
    """An account that I block."""

    account = AccountBriefSerializer(source="blocked")

    class Meta:
        model = Block
        fields = ("account", "created_at")


class BellSerializer(serializers.Serializer):
    notify = serializers.ChoiceField(choices=Follow.Notify.choices)
