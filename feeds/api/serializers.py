"""Cards and the status as JSON."""

from rest_framework import serializers

from feeds.reasons import Source
from follows.api.serializers import RelationSerializer
from videos.api.serializers import VideoSerializer


class CardSerializer(serializers.Serializer):
    """A video, why it is there, and what I am to it and its creator."""

    video = VideoSerializer()
    reason = serializers.ChoiceField(choices=Source.choices, source="source")
    reason_words = serializers.CharField()
    liked = serializers.BooleanField()
    relation = RelationSerializer()


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
    standing_still = serializers.ListField(child=serializers.CharField(), help_text="What should move and does not.")
