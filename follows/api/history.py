"""What happened to my follows, and to my followers in numbers, by API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from follows import selectors, stats
from follows.access import origin_of
from follows.machine import Cause
from follows.origins import Source
from follows.selectors.history import KINDS
from follows.views.history import NOBODY, named
from socialvideo.lib.api import CURSOR, page_response, paged

KIND = OpenApiParameter("kind", str, enum=list(KINDS))
WHO = OpenApiParameter("who", str, description="Only with the account that has this handle or had it once.")
BY = OpenApiParameter("by", str, enum=list(stats.PERIODS), default="day")


class HistoryEntrySerializer(serializers.Serializer):
    """`cause` is what I may know of it: a block of theirs reads as their ending it."""

    id = serializers.IntegerField(source="event_id")
    at = serializers.DateTimeField()
    cause = serializers.ChoiceField(choices=Cause.values)
    sentence = serializers.CharField(source="plain")
    account = AccountBriefSerializer(allow_null=True)
    device = serializers.CharField(allow_blank=True)
    this_device = serializers.BooleanField()
    taken = serializers.BooleanField(help_text="Somebody else ended a follow or a request of mine.")


class PeriodSerializer(serializers.Serializer):
    begins = serializers.DateField()
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()


class GrowthSerializer(serializers.Serializer):
    """Followers gained and lost, by UTC, the oldest period first."""

    by = serializers.ChoiceField(choices=list(stats.PERIODS))
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    periods = PeriodSerializer(many=True)
    gained_by = serializers.DictField(child=serializers.IntegerField())
    lost_by = serializers.DictField(child=serializers.IntegerField())


class HistoryView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR, KIND, WHO], responses=paged(HistoryEntrySerializer), operation_id="history")
    def get(self, request: Request) -> Response:
        """Every change of my follows, newest first."""
        query, other = request.query_params, named(request.query_params.get("who", ""))
        page = selectors.history_page(
            request.user.pk,  # type: ignore[arg-type]
            kind=query.get("kind", ""),
            other_id=(other.pk if other else NOBODY) if query.get("who") else None,
            session=origin_of(request, Source.API).session,
            cursor=query.get("cursor", ""),
        )
        return page_response(page, HistoryEntrySerializer, request=request)


class GrowthView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[BY], responses=GrowthSerializer, operation_id="growth")
    def get(self, request: Request) -> Response:
        """My followers gained and lost, when and by what cause; never who."""
        by = request.query_params.get("by", "day")
        growth = stats.followers_growth(request.user.pk, by=by if by in stats.PERIODS else "day")  # type: ignore[arg-type]
        return Response(GrowthSerializer(growth).data)
