"""Bookmarks, likes as a list, and reposts as JSON."""

from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from socialvideo.lib.pagination import Page
from videos import selectors, services
from videos.access import access_video
from videos.api.serializers import LostSerializer, TallySerializer, VideoSerializer
from videos.api.views import allowed, visible_account


def _kept(request: Request, video_id: int, act: Callable[..., services.Tally]) -> Response:
    tally = allowed(act, account=request.user, video=access_video(request, video_id))
    return Response(TallySerializer(tally).data)


class BookmarkView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=TallySerializer, operation_id="save_video")
    def put(self, request: Request, video_id: int) -> Response:
        """On my list of saved videos. Nobody is told."""
        return _kept(request, video_id, services.save)

    @extend_schema(responses={200: TallySerializer}, operation_id="unsave_video")
    def delete(self, request: Request, video_id: int) -> Response:
        return _kept(request, video_id, services.unsave)


class RepostView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=TallySerializer, operation_id="repost_video")
    def put(self, request: Request, video_id: int) -> Response:
        """To those who follow me. Only of somebody else's video that everyone may see."""
        return _kept(request, video_id, services.repost)

    @extend_schema(responses={200: TallySerializer}, operation_id="unrepost_video")
    def delete(self, request: Request, video_id: int) -> Response:
        return _kept(request, video_id, services.unrepost)


class RepostsView(APIView):
    @extend_schema(parameters=[CURSOR], responses=paged(VideoSerializer), operation_id="account_reposts")
    def get(self, request: Request, handle: str) -> Response:
        """What an account passed on, newest first, as far as I may watch it."""
        account = visible_account(request, handle)
        if selectors.profile(account, request.user.pk).closed:
            return page_response(Page([]), VideoSerializer, request=request)
        page = selectors.reposts_page(account.pk, request.user.pk, cursor=cursor_of(request))
        return page_response(page, VideoSerializer, request=request)


class HiddenRepostsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses={204: None}, operation_id="hide_reposts")
    def put(self, request: Request, handle: str) -> Response:
        """For You shows me nothing that this account reposts."""
        allowed(services.hide_reposts, account=request.user, creator=visible_account(request, handle))
        return Response(status=204)

    @extend_schema(responses={204: None}, operation_id="show_reposts")
    def delete(self, request: Request, handle: str) -> Response:
        services.show_reposts(account=request.user, creator=visible_account(request, handle))  # type: ignore[arg-type]
        return Response(status=204)


class KeptView(APIView):
    """Nobody's but one's own."""

    permission_classes = (IsAuthenticated,)
    liked = False

    def _page(self, request: Request) -> Response:
        page = selectors.kept_page(request.user.pk, liked=self.liked, cursor=cursor_of(request))
        return page_response(page, VideoSerializer, request=request)


class SavedView(KeptView):
    @extend_schema(parameters=[CURSOR], responses=paged(VideoSerializer), operation_id="saved_videos")
    def get(self, request: Request) -> Response:
        """What I saved and may still see, saved last first."""
        return self._page(request)


class LikedView(KeptView):
    liked = True

    @extend_schema(parameters=[CURSOR], responses=paged(VideoSerializer), operation_id="liked_videos")
    def get(self, request: Request) -> Response:
        """What I like and may still see, liked last first."""
        return self._page(request)


class LostView(KeptView):
    @extend_schema(responses=LostSerializer, operation_id="lost_videos")
    def get(self, request: Request, **_: str) -> Response:
        """How many videos of the list I can no longer see."""
        return Response({"lost": selectors.lost(request.user.pk, liked=self.liked)})

    @extend_schema(responses={200: LostSerializer}, operation_id="forget_lost_videos")
    def delete(self, request: Request, **_: str) -> Response:
        """Take them from the list. Answers how many are left."""
        services.forget_lost(account=request.user, liked=self.liked)  # type: ignore[arg-type]
        return self.get(request)


class LostLikedView(LostView):
    liked = True

    @extend_schema(responses=LostSerializer, operation_id="lost_liked_videos")
    def get(self, request: Request, **_: str) -> Response:
        """How many videos of the list I can no longer see."""
        return super().get(request)

    @extend_schema(responses={200: LostSerializer}, operation_id="forget_lost_liked_videos")
    def delete(self, request: Request, **_: str) -> Response:
        """Take them from the list. Answers how many are left."""
        return super().delete(request)
