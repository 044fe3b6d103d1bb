"""What somebody says that For You should show, or should not, as JSON."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from feeds import selectors, services
from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from videos.api.serializers import VideoSerializer
from videos.selectors import video_for


class InterestsSerializer(serializers.Serializer):
    """Tags without their sign."""

    tags = serializers.ListField(child=serializers.CharField(max_length=50), max_length=100)


class TagChoiceSerializer(serializers.Serializer):
    name = serializers.CharField()
    chosen = serializers.BooleanField(source="is_chosen")


class NotInterestedSerializer(serializers.Serializer):
    """`whole_creator`: nothing of its creator."""

    video = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    whole_creator = serializers.BooleanField(default=False)


class TurnedDownSerializer(serializers.Serializer):
    """`video` is null where it cannot be seen any more, `creator` where a block hides them."""

    video_id = serializers.IntegerField()
    video = VideoSerializer(allow_null=True)
    creator = AccountBriefSerializer(allow_null=True)
    whole_creator = serializers.BooleanField()


class InterestsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=TagChoiceSerializer(many=True), operation_id="interests")
    def get(self, request: Request) -> Response:
        """The tags that I chose, and those that I can choose from."""
        return Response(TagChoiceSerializer(selectors.tags_to_choose(request.user.pk), many=True).data)

    @extend_schema(request=InterestsSerializer, responses=InterestsSerializer, operation_id="interests_choose")
    def put(self, request: Request) -> Response:
        """Choose these and no others; tags that nobody uses are left out."""
        said = InterestsSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        return Response({"tags": services.choose_interests(account=request.user, tags=said.validated_data["tags"])})


class NotInterestedView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(TurnedDownSerializer), operation_id="not_interested_list")
    def get(self, request: Request) -> Response:
        """What I turned down, newest first."""
        page = selectors.turned_down_page(request.user.pk, cursor=cursor_of(request))
        return page_response(page, TurnedDownSerializer, request=request)

    @extend_schema(request=NotInterestedSerializer, responses={204: None}, operation_id="not_interested")
    def post(self, request: Request) -> Response:
        """For You shows a video, or everything of its creator, no more. Following is not touched. Twice is once."""
        said = NotInterestedSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        video = video_for(request.user.pk, said.validated_data["video"])
        if video is None:
            raise Http404
        services.turn_down(account=request.user, video=video, whole_creator=said.validated_data["whole_creator"])
        return Response(status=204)


class InterestedAgainView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={204: None}, operation_id="interested_again")
    def delete(self, request: Request, video_id: int) -> Response:
        """Take it back. Twice is once."""
        services.take_back_turned_down(account=request.user, video_ids=[video_id])
        return Response(status=204)
