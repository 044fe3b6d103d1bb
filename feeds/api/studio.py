"""The studio's figures as JSON: what its pages show, and hidden where they hide it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds.selectors.studio import unfollows_around_videos
from feeds.spans import SpanForm
from follows import stats
from follows.selectors import counts
from socialvideo.lib.spans import BY
from socialvideo.lib.zones import zone_named

HIDDEN = "Null below 10, and where a number would give another away."
ZONE = OpenApiParameter(
    "zone", str, description="By whose clock days begin, such as Europe/Berlin; else the browser's, or UTC."
)
SPAN = [
    OpenApiParameter("days", int, enum=[7, 28, 90, 365], description="The last so many; else `first` and `last`."),
    OpenApiParameter("first", str, description="A date."),
    OpenApiParameter("last", str, description="A date."),
    OpenApiParameter("by", str, enum=list(BY), default="day"),
    ZONE,
]
COMPARED = [
    OpenApiParameter(
        "compare", str, enum=["before", "chosen"], description="With the days before, or from `other_first` on."
    ),
    OpenApiParameter("other_first", str, description="A date."),
]


class SpanSerializer(serializers.Serializer):
    first = serializers.DateField()
    last = serializers.DateField()
    by = serializers.ChoiceField(choices=BY)
    zone = serializers.CharField()


class PeriodSerializer(serializers.Serializer):
    """`followers`: at its end, or when it was counted."""

    begins = serializers.DateField()
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    followers = serializers.IntegerField()
    is_counted = serializers.BooleanField(help_text="False where it begins after `until`: nothing is known of it.")


class GrowthSerializer(serializers.Serializer):
    """Followers gained and lost, the oldest period first. A block of theirs reads as an unfollow."""

    span = SpanSerializer()
    by = serializers.ChoiceField(choices=BY)
    until = serializers.DateTimeField(help_text="All that happened before is counted.")
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    periods = PeriodSerializer(many=True)
    gained_by = serializers.DictField(child=serializers.IntegerField(allow_null=True), help_text=HIDDEN)
    lost_by = serializers.DictField(child=serializers.IntegerField(allow_null=True), help_text=HIDDEN)
    gained_from = serializers.DictField(child=serializers.IntegerField(allow_null=True), help_text=HIDDEN)


class FollowersSerializer(GrowthSerializer):
    now = serializers.IntegerField(help_text="Followers at this moment.")
    other = GrowthSerializer(allow_null=True, help_text="What it is compared with.")


class CohortSerializer(serializers.Serializer):
    week = serializers.DateField(help_text="Its Monday.")
    gained = serializers.IntegerField()
    stayed = serializers.DictField(
        child=serializers.IntegerField(allow_null=True),
        help_text="By weeks: how many still followed; null before they are over.",
    )


class RetentionSerializer(serializers.Serializer):
    """How long those stay who are gained in a week, the newest first; weeks that brought fewer than 10 are left out."""

    until = serializers.DateTimeField()
    cohorts = CohortSerializer(many=True, source="shown")


class UnfollowsSerializer(serializers.Serializer):
    day = serializers.IntegerField(allow_null=True, help_text="In 24 hours. Null below 10.")
    week = serializers.IntegerField(allow_null=True, help_text="In 7 days. Null below 10.")
    day_is_over = serializers.BooleanField()
    week_is_over = serializers.BooleanField()


class AroundSerializer(serializers.Serializer):
    video = serializers.IntegerField(source="video.pk")
    published_at = serializers.DateTimeField(source="video.published_at")
    unfollows = UnfollowsSerializer()


class AroundVideosSerializer(serializers.Serializer):
    videos = AroundSerializer(many=True)
    usual = UnfollowsSerializer(help_text="The median of the last 90 days.")


class FollowersView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[*SPAN, *COMPARED], responses=FollowersSerializer, operation_id="growth")
    def get(self, request: Request) -> Response:
        """My followers gained and lost, when, by what cause and from where; never who."""
        form, account_id = asked(request), int(request.user.pk)  # type: ignore[arg-type]
        figures = _said(stats.followers_growth(account_id, form.span))
        other = form.other and _said(stats.followers_growth(account_id, form.other))
        return Response(figures | {"now": counts(account_id).followers, "other": other})


class RetentionView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[ZONE], responses=RetentionSerializer, operation_id="retention")
    def get(self, request: Request) -> Response:
        """How long new followers of mine stay."""
        figures = stats.retention(int(request.user.pk), asked(request).zone)  # type: ignore[arg-type]
        return Response(RetentionSerializer(figures).data)


class AroundVideosView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=SPAN, responses=AroundVideosSerializer, operation_id="unfollows_around_videos")
    def get(self, request: Request) -> Response:
        """How many unfollowed me after each of my videos of these days, and what is usual."""
        figures = unfollows_around_videos(int(request.user.pk), asked(request).span)  # type: ignore[arg-type]
        return Response(AroundVideosSerializer(figures).data)


def asked(request: Request) -> SpanForm:
    name = request.query_params.get("zone", "")
    zone = zone_named(name) if name else timezone.get_current_timezone()
    if zone is None:
        raise ValidationError({"zone": [_("There is no such time zone.")]})
    form = SpanForm(request.query_params, zone=zone)
    if not form.is_valid():
        raise ValidationError(form.errors)
    return form


def _said(growth: stats.Growth) -> dict[str, Any]:
    return dict(GrowthSerializer(growth).data)
