"""Acts on many follows as JSON: started once by a key of the sender, read row by row, taken back as a whole."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from follows import selectors, services
from follows.access import origin_of
from follows.models import Batch, BatchRow
from follows.origins import Source
from follows.selectors import FILTERS, Wanted
from socialvideo.lib.api import CURSOR, Refused, cursor_of, page_response, paged

ACTS = [Batch.Act.UNFOLLOW, Batch.Act.MUTE, Batch.Act.UNMUTE, Batch.Act.BELL_ALL, Batch.Act.BELL_NONE]
RESULT = OpenApiParameter("result", enum=BatchRow.Result.values, description="Only rows that came to this.")


class BatchSerializer(serializers.Serializer):
    """An act on many. Read it again while its state is "running"."""

    id = serializers.IntegerField(source="batch.pk")
    act = serializers.ChoiceField(choices=Batch.Act.choices, source="batch.act")
    state = serializers.ChoiceField(choices=Batch.State.choices, source="batch.state")
    total = serializers.IntegerField(source="batch.total")
    results = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows came to which result.")
    undoes = serializers.IntegerField(source="batch.undoes_id", allow_null=True)
    can_undo = serializers.BooleanField()
    created_at = serializers.DateTimeField(source="batch.created_at")
    finished_at = serializers.DateTimeField(source="batch.finished_at", allow_null=True)


class BatchRowSerializer(serializers.Serializer):
    account = AccountBriefSerializer(allow_null=True)
    handle = serializers.CharField(allow_blank=True, help_text="What an imported file said.")
    result = serializers.ChoiceField(choices=BatchRow.Result.choices)
    reason = serializers.CharField(allow_blank=True)


class NewBatchSerializer(serializers.Serializer):
    """Either `accounts`, or `everything` that `q` and `only` leave of those I follow, as it is at this moment."""

    act = serializers.ChoiceField(choices=[(act.value, act.label) for act in ACTS])
    submit_key = serializers.UUIDField(help_text="Yours. The same key again answers the same batch.")
    accounts = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=10_000, required=False
    )
    everything = serializers.BooleanField(default=False)
    q = serializers.CharField(max_length=50, default="", allow_blank=True)
    only = serializers.MultipleChoiceField(choices=list(FILTERS), default=[])
    until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Of a mute; nothing: until it is lifted."
    )
    confirmed = serializers.BooleanField(
        default=False, help_text='Without it an unfollow that could not wholly be undone waits in state "preview".'
    )

    def chosen(self) -> list[int] | Wanted:
        given = self.validated_data
        return Wanted(given["q"], frozenset(given["only"])) if given["everything"] else given.get("accounts", [])


def _mine(request: Request, pk: int) -> Batch:
    return get_object_or_404(Batch, pk=pk, owner=request.user)


def _answer(batch: Batch, code: int = status.HTTP_200_OK) -> Response:
    return Response(BatchSerializer(selectors.report(batch)).data, status=code)


class BatchesView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(BatchSerializer), operation_id="my_batches")
    def get(self, request: Request) -> Response:
        """What I did to many at once, newest first."""
        return page_response(selectors.batches_page(request.user.pk, cursor=cursor_of(request)), BatchSerializer)

    @extend_schema(request=NewBatchSerializer, responses={201: BatchSerializer}, operation_id="start_batch")
    def post(self, request: Request) -> Response:
        """Unfollow, mute or set the bell of many. Up to 500 are done when this answers."""
        wish = NewBatchSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        given: dict[str, Any] = wish.validated_data
        try:
            batch = services.start_batch(
                owner=request.user,
                act=given["act"],
                chosen=wish.chosen(),
                submit_key=given["submit_key"],
                until=given.get("until"),
                confirmed=given["confirmed"],
                origin=origin_of(request, Source.API),
            )
        except services.BatchRefused as refused:
            raise Refused(refused.message, refused.code) from refused
        return _answer(batch, status.HTTP_201_CREATED)


class BatchView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=BatchSerializer, operation_id="batch")
    def get(self, request: Request, pk: int) -> Response:
        return _answer(_mine(request, pk))


class BatchRowsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR, RESULT], responses=paged(BatchRowSerializer), operation_id="batch_rows")
    def get(self, request: Request, pk: int) -> Response:
        """What became of each account, and why."""
        result = request.query_params.get("result", "")
        page = selectors.rows_page(
            selectors.report(_mine(request, pk)),
            result=result if result in BatchRow.Result else "",
            cursor=cursor_of(request),
        )
        return page_response(page, BatchRowSerializer, request=request)


class ConfirmBatchView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=BatchSerializer, operation_id="confirm_batch")
    def post(self, request: Request, pk: int) -> Response:
        """Start a batch that waits for a word."""
        return _answer(services.confirm(batch=_mine(request, pk)))


class CancelBatchView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=BatchSerializer, operation_id="cancel_batch")
    def post(self, request: Request, pk: int) -> Response:
        """End a batch. What is done stays done."""
        return _answer(services.cancel(batch=_mine(request, pk)))


class UndoBatchView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=BatchSerializer, operation_id="undo_batch")
    def post(self, request: Request, pk: int) -> Response:
        """Take back what a batch changed and nothing has changed since. Answers the batch that does it."""
        try:
            undoing = services.undo(batch=_mine(request, pk), origin=origin_of(request, Source.API))
        except services.BatchRefused as refused:
            raise Refused(refused.message, refused.code) from refused
        return _answer(undoing)
