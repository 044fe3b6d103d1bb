"""JSON over the same reads and acts as the pages. What makes something carries an Idempotency-Key: sent again, it is the
same video or comment."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from follows.access import access_account
from follows.selectors import relation
from socialvideo.lib.api import CURSOR, Refused, page_response, paged
from videos import selectors, services, stats
from videos.access import access_own_video, access_video
from videos.api import serializers
from videos.services.uploads import too_large
from videos.watching import ShareRate, WatchRate

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="Yours to choose, up to 64 characters."
)


def key_of(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [_("Send this header: up to 64 characters of your choice.")]})
    return key


def allowed(act: Callable[..., Any], **given: Any) -> Any:
    """The act's result, or 409 with the reason; 429 where it may be tried again soon."""
    try:
        return act(**given)
    except services.Refused as refused:
        raise Refused(refused.message, refused.code, refused.wait) from refused


def given(
    serializer: type[serializers.serializers.Serializer], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """What was sent. Partial: what a form leaves out is no change either; it would be read as a box without its tick."""
    wish = serializer(data=request.data, partial=partial)
    wish.is_valid(raise_exception=True)
    return wish.validated_data  # type: ignore[no-any-return]


def visible_account(request: Request, handle: str) -> User:
    account = access_account(handle)
    if relation(request.user.pk, account.pk).blocked_by:
        raise Http404
    return account


class ProfileView(APIView):
    @extend_schema(responses=serializers.ProfileSerializer, operation_id="profile")
    def get(self, request: Request, handle: str) -> Response:
        """An account as I see it, with exact counts."""
        profile = selectors.profile(visible_account(request, handle), request.user.pk)
        return Response(serializers.ProfileSerializer(profile).data)


class AccountVideosView(APIView):
    @extend_schema(parameters=[CURSOR], responses=paged(serializers.VideoSerializer), operation_id="account_videos")
    def get(self, request: Request, handle: str) -> Response:
        """An account's videos that I may watch, newest first. My own are all there, in whatever state."""
        account = visible_account(request, handle)
        page = selectors.grid_page(account.pk, request.user.pk, cursor=request.query_params.get("cursor", ""))
        return page_response(page, serializers.VideoSerializer, request=request)


class UploadView(APIView):
    permission_classes = (IsAuthenticated,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        parameters=[KEY],
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={201: serializers.VideoSerializer},
        operation_id="upload",
    )
    def post(self, request: Request) -> Response:
        """Send a video in one go. Ask for its processing until it is published, ready or failed with a reason. Larger files
        and weak networks: tus 1.0 at `/api/v1/uploads/`, which makes a draft; change it with `is_draft: false`."""
        key = key_of(request)
        data = request.data
        if size := getattr(request, "too_large", 0):
            raise Refused(too_large(size), "too_large")
        wish = serializers.UploadSerializer(data=data)
        wish.is_valid(raise_exception=True)
        video = allowed(services.start_upload, creator=request.user, upload_key=key, **wish.validated_data)
        return Response(serializers.VideoSerializer(access_video(request, video.pk)).data, status=201)


class VideoView(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(responses=serializers.VideoSerializer, operation_id="video")
    def get(self, request: Request, video_id: int) -> Response:
        return Response(serializers.VideoSerializer(access_video(request, video_id)).data)

    @extend_schema(
        request=serializers.VideoChangesSerializer,
        responses=serializers.VideoSerializer,
        operation_id="change_video",
    )
    def patch(self, request: Request, video_id: int) -> Response:
        """Change caption, visibility or, before it is published, when it goes out. Opening a finished video to others for
        the first time publishes it, unless its hour is still to come."""
        video = access_own_video(request, video_id)
        changes = given(serializers.VideoChangesSerializer, request, partial=True)
        allowed(services.edit, creator=request.user, video=video, **changes)
        return Response(serializers.VideoSerializer(access_video(request, video_id)).data)

    @extend_schema(responses={204: None}, operation_id="delete_video")
    def delete(self, request: Request, video_id: int) -> Response:
        """Take a video of mine out of every surface. Can be undone by restoring."""
        allowed(services.remove, by=request.user, video=access_own_video(request, video_id))
        return Response(status=204)


class RestoreView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=serializers.VideoSerializer, operation_id="restore_video")
    def post(self, request: Request, video_id: int) -> Response:
        """Bring back a video that I deleted."""
        allowed(services.restore, by=request.user, video=access_own_video(request, video_id))
        return Response(serializers.VideoSerializer(access_video(request, video_id)).data)


class ProcessingView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=serializers.ProcessingSerializer, operation_id="processing")
    def get(self, request: Request, video_id: int) -> Response:
        return Response(serializers.ProcessingSerializer(access_own_video(request, video_id)).data)

    @extend_schema(request=None, responses=serializers.ProcessingSerializer, operation_id="retry_processing")
    def post(self, request: Request, video_id: int) -> Response:
        """Process a failed video again."""
        video = allowed(services.retry, creator=request.user, video=access_own_video(request, video_id))
        return Response(serializers.ProcessingSerializer(video).data)


class LikeView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=serializers.ReactionSerializer, operation_id="like")
    def put(self, request: Request, video_id: int) -> Response:
        reaction = allowed(services.like, account=request.user, video=access_video(request, video_id))
        return Response(serializers.ReactionSerializer(reaction).data)

    @extend_schema(responses={200: serializers.ReactionSerializer}, operation_id="unlike")
    def delete(self, request: Request, video_id: int) -> Response:
        reaction = allowed(services.unlike, account=request.user, video=access_video(request, video_id))
        return Response(serializers.ReactionSerializer(reaction).data)


class WatchView(APIView):
    permission_classes = (IsAuthenticated,)
    throttle_classes = (WatchRate,)

    @extend_schema(request=serializers.WatchedSerializer, responses={204: None}, operation_id="watch")
    def post(self, request: Request, video_id: int) -> Response:
        """Report what I watched, up to 60 times a minute. The first report of at least 3 seconds, or of half of a shorter
        video, makes the view. None counts for longer than the time since my last report."""
        ms = min(given(serializers.WatchedSerializer, request)["ms"], services.since_last_report(request.user.pk))
        allowed(services.record_watch, viewer=request.user, video=access_video(request, video_id), ms=ms)
        return Response(status=204)


class ShareView(APIView):
    @extend_schema(request=None, responses={204: None}, operation_id="share")
    def post(self, request: Request, video_id: int) -> Response:
        """Report that a link to the video was copied or passed on. Who did it is not kept; again within an hour, it is not
        counted again."""
        video = access_video(request, video_id)
        if ShareRate().allow_request(request, self):
            services.record_share(sharer_id=request.user.pk, video=video)
        return Response(status=204)


class StudioView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=serializers.StudioSerializer, operation_id="studio")
    def get(self, request: Request) -> Response:
        """My followers and figures now, and followers gained and lost per day."""
        return Response(serializers.StudioSerializer(stats.overview(request.user.pk)).data)


class StudioVideosView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(serializers.VideoStatsSerializer), operation_id="studio_videos")
    def get(self, request: Request) -> Response:
        """My videos, newest first, with how many followers each was told to."""
        page = stats.videos_page(request.user.pk, cursor=request.query_params.get("cursor", ""))
        return page_response(page, serializers.VideoStatsSerializer, request=request)
