"""Search as JSON, over the same reads as the page."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from feeds import selectors
from feeds.searching import Query
from feeds.views.search import SearchRate
from follows.api.serializers import RelationSerializer
from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from socialvideo.lib.pagination import Page
from videos.api.serializers import VideoSerializer

ASKED = OpenApiParameter("q", str, required=True, description="Up to eight words; the last one as far as it is typed.")


class TooSlow(APIException):
    status_code = 503
    default_detail = _("This search takes too long at the moment. Try again, or with longer words.")
    default_code = "too_slow"


class PersonFoundSerializer(serializers.Serializer):
    account = AccountBriefSerializer()
    relation = RelationSerializer()


class TagFoundSerializer(serializers.Serializer):
    name = serializers.CharField()
    videos = serializers.IntegerField(help_text=f"That I may see. Counted up to {selectors.COUNTED}.")


class _Search(APIView):
    throttle_classes = (SearchRate,)

    def found(self, find: Any, request: Request) -> Page[Any]:
        query = Query.of(request.query_params.get("q", ""))
        try:
            with selectors.patience():
                return find(request.user.pk, query, cursor=cursor_of(request)) if query else Page([])
        except selectors.TooSlow as slow:
            raise TooSlow from slow


class PeopleFoundView(_Search):
    @extend_schema(parameters=[ASKED, CURSOR], responses=paged(PersonFoundSerializer), operation_id="search_people")
    def get(self, request: Request) -> Response:
        """Accounts by handle and name: as written first, then those only alike; those I follow before others."""
        return page_response(self.found(selectors.people_found, request), PersonFoundSerializer, request=request)


class VideosFoundView(_Search):
    @extend_schema(parameters=[ASKED, CURSOR], responses=paged(VideoSerializer), operation_id="search_videos")
    def get(self, request: Request) -> Response:
        """Videos by words of their captions. Of the newest that match, whole words first, then by views and age."""
        return page_response(self.found(selectors.videos_found, request), VideoSerializer, request=request)


class TagsFoundView(_Search):
    @extend_schema(parameters=[ASKED, CURSOR], responses=paged(TagFoundSerializer), operation_id="search_tags")
    def get(self, request: Request) -> Response:
        """Tags of videos that I may see."""
        return page_response(self.found(selectors.tags_found, request), TagFoundSerializer, request=request)
