"""Feeds and the status as JSON, over the same reads as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds import selectors, status
from feeds.api.serializers import CardSerializer, StatusSerializer
from feeds.for_you import for_you_page
from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged

PAGE_SIZE = 20


class FollowingFeedView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(CardSerializer), operation_id="following_feed")
    def get(self, request: Request) -> Response:
        """Videos of everyone I follow, newest publication first, none left out."""
        page = selectors.following_page(request.user.pk, cursor=cursor_of(request), size=PAGE_SIZE)
        return page_response(page, CardSerializer, request=request)


class ForYouFeedView(APIView):
    @extend_schema(parameters=[CURSOR], responses=paged(CardSerializer), operation_id="for_you_feed")
    def get(self, request: Request) -> Response:
        """Videos chosen for me; the newest unseen ones of those I follow within a fixed bound."""
        page = for_you_page(request.user.pk, cursor=cursor_of(request), size=PAGE_SIZE)
        return page_response(page, CardSerializer, request=request)


class ExploreFeedView(APIView):
    @extend_schema(parameters=[CURSOR], responses=paged(CardSerializer), operation_id="explore_feed")
    def get(self, request: Request) -> Response:
        """Everything that is for everyone, newest first."""
        page = selectors.explore_cards(request.user.pk, cursor=cursor_of(request))
        return page_response(page, CardSerializer, request=request)


class StatusView(APIView):
    @extend_schema(responses=StatusSerializer, operation_id="status")
    def get(self, request: Request) -> Response:
        """What the site promises, when it was last checked, over how many rows, and what is waiting."""
        waiting = status.waiting()
        still = [problem.words for problem in status.standing_still(left=waiting)]
        said = {"audit": status.last_audit(), "waiting": waiting, "standing_still": still}
        return Response(StatusSerializer(said).data)
