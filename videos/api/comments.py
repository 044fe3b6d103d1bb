"""Comments as JSON: threads, replies, likes and the pin."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from videos import selectors, services
from videos.access import access_comment, access_video
from videos.api.serializers import CommentSerializer, NewCommentSerializer, TallySerializer
from videos.api.views import KEY, allowed, given, key_of
from videos.models import Comment


def _said(request: Request, comment: Comment, status: int = 200) -> Response:
    row = selectors.comment_row(access_comment(request, comment.pk), request.user.pk)
    return Response(CommentSerializer(row).data, status=status)


class CommentsView(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(parameters=[CURSOR], responses=paged(CommentSerializer), operation_id="comments")
    def get(self, request: Request, video_id: int) -> Response:
        """Comments under a video: the pinned one first, then the newest. Of a removed one that has replies a line."""
        page = selectors.comments_page(access_video(request, video_id), request.user.pk, cursor=cursor_of(request))
        return page_response(page, CommentSerializer, request=request)

    @extend_schema(
        parameters=[KEY],
        request=NewCommentSerializer,
        responses={201: CommentSerializer},
        operation_id="comment",
    )
    def post(self, request: Request, video_id: int) -> Response:
        key, wish = key_of(request), given(NewCommentSerializer, request)
        video = access_video(request, video_id)
        answers = access_comment(request, wish["answers"]) if "answers" in wish else None
        words = {"text": wish["text"], "answers": answers, "submit_key": key}
        return _said(request, allowed(services.comment, author=request.user, video=video, **words), 201)


class RepliesView(APIView):
    @extend_schema(parameters=[CURSOR], responses=paged(CommentSerializer), operation_id="replies")
    def get(self, request: Request, comment_id: int) -> Response:
        """A thread's replies, oldest first."""
        thread = access_comment(request, comment_id)
        page = selectors.replies_page(thread, request.user.pk, cursor=cursor_of(request))
        return page_response(page, CommentSerializer, request=request)


class CommentView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={204: None}, operation_id="remove_comment")
    def delete(self, request: Request, comment_id: int) -> Response:
        """Remove my comment, or one under my video. Can be undone by restoring."""
        allowed(services.remove_comment, by=request.user, comment=access_comment(request, comment_id))
        return Response(status=204)


class RestoreCommentView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=CommentSerializer, operation_id="restore_comment")
    def post(self, request: Request, comment_id: int) -> Response:
        """Bring back a comment that I removed."""
        comment = access_comment(request, comment_id)
        allowed(services.restore_comment, by=request.user, comment=comment)
        return _said(request, comment)


class CommentLikeView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=TallySerializer, operation_id="like_comment")
    def put(self, request: Request, comment_id: int) -> Response:
        comment = access_comment(request, comment_id)
        return Response(TallySerializer(allowed(services.like_comment, account=request.user, comment=comment)).data)

    @extend_schema(responses={200: TallySerializer}, operation_id="unlike_comment")
    def delete(self, request: Request, comment_id: int) -> Response:
        comment = access_comment(request, comment_id)
        return Response(TallySerializer(allowed(services.unlike_comment, account=request.user, comment=comment)).data)


class PinView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=CommentSerializer, operation_id="pin_comment")
    def put(self, request: Request, comment_id: int) -> Response:
        """First under my video, in place of the one that was."""
        comment = access_comment(request, comment_id)
        allowed(services.pin_comment, by=request.user, comment=comment)
        return _said(request, comment)

    @extend_schema(responses={200: CommentSerializer}, operation_id="unpin_comment")
    def delete(self, request: Request, comment_id: int) -> Response:
        comment = access_comment(request, comment_id)
        allowed(services.unpin_comment, by=request.user, comment=comment)
        return _said(request, comment)
