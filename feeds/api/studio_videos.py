"""The studio's figures of videos as JSON: what its pages show, and hidden where they hide it."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds.api.studio import COMPARED, SPAN, SpanSerializer, asked
from feeds.selectors.studio_videos import published_video, video_rows
from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from videos.api.serializers import DeliverySerializer
from videos.selectors.figures import video_figures
from videos.stats import delivery


class SumsSerializer(serializers.Serializer):
    views = serializers.IntegerField(help_text="Accounts that watched it for the first time, for 3 seconds at least.")
    timed = serializers.IntegerField(help_text="Of how many views watch time is told: ten or more at a time.")
    watched_ms = serializers.IntegerField(allow_null=True, help_text="Null where `timed` is 0.")
    average_ms = serializers.IntegerField(allow_null=True, help_text="Watch time by views. Null where `timed` is 0.")
    completion = serializers.FloatField(
        allow_null=True, help_text="Percent of views that came to 95 % of its length. Null where `timed` is 0."
    )
    likes = serializers.IntegerField()
    comments = serializers.IntegerField()
    shares = serializers.IntegerField()


class AfterSerializer(serializers.Serializer):
    """Followers gained and lost in the 7 days after it came out."""

    won = serializers.IntegerField(allow_null=True, help_text="Null below 10.")
    lost = serializers.IntegerField(allow_null=True, help_text="Null below 10.")
    is_over = serializers.BooleanField()


class VideoRowSerializer(serializers.Serializer):
    """A video's figures since it came out."""

    video = serializers.IntegerField(source="video.pk")
    caption = serializers.CharField(source="video.caption")
    published_at = serializers.DateTimeField(source="video.published_at")
    sums = SumsSerializer()
    after = AfterSerializer(allow_null=True)
    delivery = DeliverySerializer()


class VideoPeriodSerializer(SumsSerializer):
    begins = serializers.DateField()
    is_counted = serializers.BooleanField(help_text="False where it begins after `until`: nothing is known of it.")


class OverTimeSerializer(serializers.Serializer):
    """A video's figures in a span, the oldest period first."""

    span = SpanSerializer()
    until = serializers.DateTimeField(help_text="All that happened before is counted.")
    sums = SumsSerializer()
    periods = VideoPeriodSerializer(many=True)
    sources = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Views by the surface it was shown on; told ten or more at a time, once there are as many.",
    )


class VideoFiguresSerializer(OverTimeSerializer):
    after = AfterSerializer(allow_null=True)
    other = OverTimeSerializer(allow_null=True, help_text="What it is compared with.")
    delivery = DeliverySerializer()


class VideosView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(VideoRowSerializer), operation_id="videos_figures")
    def get(self, request: Request) -> Response:
        """My published videos, the newest first, with how each was watched and who was told of it."""
        page = video_rows(int(request.user.pk), cursor=cursor_of(request))  # type: ignore[arg-type]
        return page_response(page, VideoRowSerializer)


class VideoFiguresView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[*SPAN, *COMPARED], responses=VideoFiguresSerializer, operation_id="video_figures")
    def get(self, request: Request, video_id: int) -> Response:
        """How a published video of mine was watched, when and from where; never by whom."""
        video = published_video(request.user.pk, video_id)
        if video is None:
            raise Http404
        form = asked(request)
        other = form.other and OverTimeSerializer(video_figures(video, form.other)).data
        figures = video_figures(video, form.span)
        after = figures.after and AfterSerializer(figures.after).data
        told = DeliverySerializer(delivery(video.publication)).data
        return Response(OverTimeSerializer(figures).data | {"after": after, "other": other, "delivery": told})
