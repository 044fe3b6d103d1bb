"""Cards and notices as JSON."""

from rest_framework import serializers

from accounts.api.serializers import AccountBriefSerializer
from feeds.models import Notification
from feeds.selectors import Notice
from follows.api.serializers import RelationSerializer
from videos.api.serializers import VideoSerializer

REASONS = [("followed", "by somebody you follow"), ("new", "new"), ("popular", "popular")]
NOTICE_KINDS = [("new_video", "published a video"), *Notification.Kind.choices]


class CardSerializer(serializers.Serializer):
    """A video, why it is there, and what I am to it and its creator."""

    video = VideoSerializer()
    reason = serializers.ChoiceField(choices=REASONS)
    reason_words = serializers.CharField()
    liked = serializers.BooleanField()
    relation = RelationSerializer()


class NoticeSerializer(serializers.Serializer):
    """`id` is unique together with `new_video`: new videos are numbered by themselves."""

    id = serializers.IntegerField(source="key")
    new_video = serializers.BooleanField(source="is_new_video")
    kind = serializers.ChoiceField(choices=NOTICE_KINDS)
    at = serializers.DateTimeField()
    seen = serializers.SerializerMethodField()
    actor = AccountBriefSerializer(allow_null=True)
    video = VideoSerializer(allow_null=True)
    text = serializers.CharField()

    def get_seen(self, notice: Notice) -> bool:
        return not notice.unseen


class SeenSerializer(serializers.Serializer):
    """Ids of notifications: of new videos, and of the others."""

    new_videos = serializers.ListField(child=serializers.IntegerField(), max_length=200, default=list)
    others = serializers.ListField(child=serializers.IntegerField(), max_length=200, default=list)


class UnreadSerializer(serializers.Serializer):
    unread = serializers.IntegerField()


class CheckedSerializer(serializers.Serializer):
    """`broken_since` is when an audit first found it broken; null while it is kept."""

    name = serializers.CharField()
    promise = serializers.CharField()
    rows = serializers.IntegerField()
    breaches = serializers.IntegerField()
    kept = serializers.BooleanField()
    broken_since = serializers.DateTimeField(allow_null=True)


class LastAuditSerializer(serializers.Serializer):
    """`is_overdue`: so old that it says nothing about now."""

    at = serializers.DateTimeField()
    kept = serializers.BooleanField()
    is_overdue = serializers.BooleanField()
    checks = CheckedSerializer(many=True)


class WaitingSerializer(serializers.Serializer):
    """What workers have yet to do. None of it is missing from what people see."""

    unfolded_deltas = serializers.IntegerField()
    outbox = serializers.IntegerField()
    fan_outs = serializers.IntegerField()
    fan_outs_overdue = serializers.IntegerField()


class StatusSerializer(serializers.Serializer):
    """`audit` is null before the first one."""

    audit = LastAuditSerializer(allow_null=True)
    waiting = WaitingSerializer()
