"""Beside the Following feed: what has come since, and why something is or is not in it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from feeds import selectors
from feeds.views.following import MOST_SHOWN, WhyRate, shown_ids
from feeds.why import WORDS
from follows.api.serializers import RelationSerializer
from videos.api.serializers import VideoSerializer


class NewVideosSerializer(serializers.Serializer):
    """By what I show of the feed, and the feed itself, differ."""

    new = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of videos that I lack, newest first.")
    more = serializers.BooleanField(help_text="Whether there are more than these.")
    gone = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of videos that are there no more.")


class AnswerSerializer(serializers.Serializer):
    """`here` and `creator_here`: it is in my feed, on the page of `cursor`. Every other code says why it is not."""

    code = serializers.ChoiceField(choices=[(code, title) for code, (title, _text) in WORDS.items()])
    is_here = serializers.BooleanField()
    title = serializers.CharField()
    text = serializers.CharField()
    account = AccountBriefSerializer(allow_null=True)
    video = VideoSerializer(allow_null=True)
    relation = RelationSerializer(allow_null=True)
    at = serializers.DateTimeField(allow_null=True, help_text="When it was published, is to be, or a mute ends.")
    number = serializers.IntegerField(help_text="How many videos of the creator are in my feed.")
    at_least = serializers.BooleanField(help_text="Whether there may be more: older ones are not looked at.")
    cursor = serializers.CharField(allow_blank=True, help_text="Of the page of the feed that begins with the video.")


class WhySerializer(serializers.Serializer):
    """Either the answer, or the accounts of that name, of which to ask again."""

    answer = AnswerSerializer(allow_null=True)
    namesakes = AccountBriefSerializer(many=True)


class NewVideosView(APIView):
    permission_classes = (IsAuthenticated,)
    shown = OpenApiParameter(
        "shown", str, description=f'Ids of videos, "31,30,29": the first {MOST_SHOWN} that I show.'
    )

    @extend_schema(parameters=[shown], responses=NewVideosSerializer, operation_id="new_videos")
    def get(self, request: Request) -> Response:
        """What has come into the Following feed since, and what is gone."""
        absent = selectors.absent_from(request.user.pk, shown_ids(request.query_params.get("shown", "")))
        return Response(NewVideosSerializer(absent).data)


class WhyView(APIView):
    permission_classes = (IsAuthenticated,)
    throttle_classes = (WhyRate,)
    of = OpenApiParameter(
        "of", str, required=True, description="A video's link or id; an account's link, handle or name."
    )

    @extend_schema(parameters=[of], responses=WhySerializer, operation_id="why")
    def get(self, request: Request) -> Response:
        """Why something is in my Following feed, or is not."""
        found = selectors.explain(request.user.pk, request.query_params.get("of", "")[:300])
        return Response(WhySerializer(found, context={"request": request}).data)
