"""Notifications and how one wants them, as JSON."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from feeds import selectors, services
from feeds.models import Notification
from feeds.selectors import FILTERS, Line
from feeds.selectors.lines import NEW_VIDEO
from feeds.topics import Channel, Topic
from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from videos.api.serializers import VideoSerializer

LINE_KINDS = [(NEW_VIDEO, "published videos"), *Notification.Kind.choices]
SECTIONS = ("today", "yesterday", "week", "earlier")
IDS_AT_ONCE = 10_000
SHOW = OpenApiParameter("show", str, enum=list(FILTERS), description="Which of them; all without it.")


class LineSerializer(serializers.Serializer):
    """Events of one kind about one thing. `new`: how many were not seen before. `people` and `videos` are the newest few
    of `people_count` and `videos_count`. `new_videos` and `others` are the ids of its events, to be marked seen."""

    kind = serializers.ChoiceField(choices=LINE_KINDS)
    section = serializers.SerializerMethodField()
    at = serializers.DateTimeField()
    new = serializers.IntegerField()
    people = AccountBriefSerializer(many=True)
    people_count = serializers.IntegerField()
    videos = VideoSerializer(many=True)
    videos_count = serializers.IntegerField()
    text = serializers.CharField()
    is_open = serializers.BooleanField()
    new_videos = serializers.ListField(child=serializers.IntegerField(), source="publication_ids")
    others = serializers.ListField(child=serializers.IntegerField(), source="notification_ids")

    @extend_schema_field({"type": "string", "enum": list(SECTIONS)})
    def get_section(self, line: Line) -> str:
        return SECTIONS[line.section]


class IdsField(serializers.ListField):
    child = serializers.IntegerField(min_value=1, max_value=2**63 - 1)

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"max_length": IDS_AT_ONCE, "default": list} | fields)


class SeenSerializer(serializers.Serializer):
    """Ids of events: of new videos, and of the others."""

    new_videos = IdsField()
    others = IdsField()


class UnreadSerializer(serializers.Serializer):
    unread = serializers.IntegerField()


class ChoiceSerializer(serializers.Serializer):
    """Whether I am told of a topic by a channel. What `is_fixed` cannot be switched off."""

    topic = serializers.ChoiceField(choices=Topic.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    wanted = serializers.BooleanField()
    is_fixed = serializers.BooleanField(read_only=True)


class ChoicesSerializer(serializers.Serializer):
    choices = ChoiceSerializer(many=True)


class NotificationsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[SHOW, CURSOR], responses=paged(LineSerializer), operation_id="notifications")
    def get(self, request: Request) -> Response:
        """What happened, newest first; each event in one line of one page. Reading marks nothing as seen."""
        show = request.query_params.get("show", "all")
        if show not in FILTERS:
            raise serializers.ValidationError({"show": [_("One of %(choices)s.") % {"choices": ", ".join(FILTERS)}]})
        page = selectors.notifications_page(request.user.pk, show=show, cursor=cursor_of(request))
        return page_response(page, LineSerializer, request=request)


class SeenView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=SeenSerializer, responses=UnreadSerializer, operation_id="notifications_seen")
    def post(self, request: Request) -> Response:
        """Mark events as seen; answers how many are left. Twice is once."""
        seen = SeenSerializer(data=request.data)
        seen.is_valid(raise_exception=True)
        services.see(
            viewer_id=request.user.pk,
            publication_ids=seen.validated_data["new_videos"],
            notification_ids=seen.validated_data["others"],
        )
        return _unread(request)


class AllSeenView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=UnreadSerializer, operation_id="notifications_all_seen")
    def post(self, request: Request) -> Response:
        """Mark everything that is there as seen; answers how many have come meanwhile."""
        services.see_everything(viewer_id=request.user.pk, up_to=selectors.newest(request.user.pk))
        return _unread(request)


class UnreadView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=UnreadSerializer, operation_id="notifications_unread")
    def get(self, request: Request) -> Response:
        """What the badge says: how many events the lines mark as new."""
        return _unread(request)


def _unread(request: Request) -> Response:
    return Response({"unread": selectors.unread_count(request.user.pk)})


class ChoicesView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=ChoicesSerializer, operation_id="notification_choices")
    def get(self, request: Request) -> Response:
        """Of what I am told, and how."""
        return self._choices(request)

    @extend_schema(
        request=ChoicesSerializer,
        responses={200: ChoicesSerializer, 400: OpenApiTypes.OBJECT},
        operation_id="choose_notifications",
    )
    def patch(self, request: Request) -> Response:
        """Changes those that are named. All of them or none."""
        chosen = ChoicesSerializer(data=request.data)
        chosen.is_valid(raise_exception=True)
        choices = {(each["topic"], each["channel"]): each["wanted"] for each in chosen.validated_data["choices"]}
        try:
            services.choose(account=request.user, choices=choices)  # type: ignore[arg-type]
        except services.FixedChoice as fixed:
            message = _("New videos and moderation are always listed on this site.")
            raise serializers.ValidationError({"choices": [message]}) from fixed
        return self._choices(request)

    def _choices(self, request: Request) -> Response:
        answer: dict[str, Any] = {"choices": selectors.choices(request.user.pk)}
        return Response(ChoicesSerializer(answer).data)
