"""Feeds and the status as JSON, over the same reads as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds import selectors, slates, status
from feeds.api.serializers import CardSerializer, StatusSerializer
from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from socialvideo.lib.pagination import Page

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
        page = slates.for_you_page(request.user.pk, cursor=cursor_of(request), size=PAGE_SIZE)
        return page_response(page, CardSerializer, request=request)


class ExploreFeedView(APIView):
    @extend_schema(parameters=[CURSOR], responses=paged(CardSerializer), operation_id="explore_feed")
    def get(self, request: Request) -> Response:
        """Everything that is for everyone, newest first."""
        page = slates.explore_page(request.user.pk, sort="new", cursor=cursor_of(request))
        cards = selectors.cards(request.user.pk, [(video, "new") for video in page.items])
        return page_response(Page(cards, page.next_cursor), CardSerializer, request=request)


class StatusView(APIView):
    @extend_schema(responses=StatusSerializer, operation_id="status")
    def get(self, request: Request) -> Response:
        """What the site promises, when it was last checked, over how many rows, and what is waiting."""
        return Response(StatusSerializer({"audit": status.last_audit(), "waiting": status.waiting()}).data)
