"""What happened to my follows, by API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from follows import selectors
from follows.access import origin_of
from follows.machine import Cause
from follows.origins import Source
from follows.selectors.history import KINDS
from follows.views.history import NOBODY, named
from socialvideo.lib.api import CURSOR, page_response, paged

KIND = OpenApiParameter("kind", str, enum=list(KINDS))
WHO = OpenApiParameter("who", str, description="Only with the account that has this handle or had it once.")


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


WHOLE_SINCE = serializers.DateTimeField(
    allow_null=True, help_text="Since when every change is kept, where older ones are not."
)


class HistoryView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        parameters=[CURSOR, KIND, WHO],
        responses=paged(HistoryEntrySerializer, whole_since=WHOLE_SINCE),
        operation_id="history",
    )
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
        answer = page_response(page, HistoryEntrySerializer, request=request)
        answer.data["whole_since"] = selectors.whole_since(request.user)  # type: ignore[arg-type]
        return answer
