"""Follows as a file by API: out; in by way of a preview; and whom imported names turned out to be."""

from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from follows import selectors, services
from follows.access import origin_of
from follows.api.serializers import RelationSerializer
from follows.importing import ImportRefused
from follows.models import Batch, BatchRow
from follows.origins import Source
from follows.selectors import relation
from follows.views.exports import export_response
from follows.views.imports import ImportRate, access_import, sent_file
from follows.views.offers import access_offer
from socialvideo.lib.api import CURSOR, Refused, cursor_of, page_response, paged

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key again is the same import."
)
RESULT = OpenApiParameter("result", str, enum=BatchRow.Result.values, description="Only rows that come to this.")


class ImportSerializer(serializers.Serializer):
    """`results`: how many rows come to what; in a preview, as things stand now. `beyond_limit` of those to be followed
    are more than one may follow; `by_name` were found by name alone and may be somebody else."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Batch.State.values)
    read_from = serializers.ChoiceField(choices=["own", "mastodon", "tiktok"])
    rows = serializers.IntegerField(source="total")
    results = serializers.SerializerMethodField()
    beyond_limit = serializers.IntegerField(source="preview.beyond")
    by_name = serializers.IntegerField(source="preview.by_name")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_results(self, batch: Any) -> dict[str, int]:
        return batch.preview.results


class ImportRowSerializer(serializers.Serializer):
    position = serializers.IntegerField()
    handle = serializers.CharField(help_text="As the file has it.")
    account = AccountBriefSerializer(allow_null=True, help_text="Whom it means here.")
    result = serializers.ChoiceField(choices=BatchRow.Result.values)
    reason = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True, help_text="The reason for people.")


class LeaveOutSerializer(serializers.Serializer):
    left_out = serializers.BooleanField()


class FileSerializer(serializers.Serializer):
    file = serializers.FileField()


class OfferSerializer(AccountBriefSerializer):
    joined_at = serializers.DateTimeField()


def _answer(batch: Batch, status: int = 200) -> Response:
    batch = get_object_or_404(Batch, pk=batch.pk)  # as it is now
    batch.preview = selectors.preview(batch)  # type: ignore[attr-defined]
    return Response(ImportSerializer(batch).data, status=status)


class ExportView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, form: str) -> StreamingHttpResponse:
        """Everyone I follow or asked to follow, as a file that import reads back."""
        return export_response(request, request.user, form)  # type: ignore[arg-type]


class ImportsView(APIView):
    permission_classes = (IsAuthenticated,)
    parser_classes = (MultiPartParser,)
    throttle_classes = (ImportRate,)

    @extend_schema(
        parameters=[KEY],
        request={"multipart/form-data": FileSerializer},
        responses={201: ImportSerializer},
        operation_id="import_follows",
    )
    def post(self, request: Request) -> Response:
        """Have a file read: ours, Mastodon's following_accounts.csv or TikTok's JSON. Nothing is followed before it is
        confirmed. 409 says why a file was refused."""
        key = request.headers.get("Idempotency-Key", "")
        try:
            batch = services.start_import(
                owner=request.user,
                data=sent_file(request),
                submit_key=uuid5(NAMESPACE_URL, key) if key else uuid4(),
                origin=origin_of(request, Source.IMPORT),
            )
        except ImportRefused as refused:
            raise Refused(refused.message, refused.code) from refused
        return _answer(batch, 201)


class ImportView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=ImportSerializer, operation_id="import")
    def get(self, request: Request, pk: int) -> Response:
        """A preview, or how far it is, or what came of it."""
        return _answer(access_import(request, pk))

    @extend_schema(responses={204: None}, operation_id="discard_import")
    def delete(self, request: Request, pk: int) -> Response:
        """Forget a preview. 409 once it was confirmed."""
        batch = access_import(request, pk)
        services.discard(batch=batch)
        if Batch.objects.filter(pk=pk).exists():
            raise Refused(_("This import was confirmed already."), "confirmed")
        return Response(status=204)


class ImportRowsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR, RESULT], responses=paged(ImportRowSerializer), operation_id="import_rows")
    def get(self, request: Request, pk: int) -> Response:
        """Each row of the file with what becomes of it and why."""
        query = request.query_params
        page = selectors.preview_page(
            access_import(request, pk), result=query.get("result", ""), cursor=query.get("cursor", "")
        )
        return page_response(page, ImportRowSerializer, request=request)


class ImportRowView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=LeaveOutSerializer, responses=ImportSerializer, operation_id="leave_out")
    def patch(self, request: Request, pk: int, position: int) -> Response:
        """Leave a row of a preview out, or put it back."""
        batch = access_import(request, pk)
        wish = LeaveOutSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        services.leave_out(batch=batch, position=position, out=wish.validated_data["left_out"])
        return _answer(batch)


class ImportConfirmView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=ImportSerializer, operation_id="confirm_import")
    def post(self, request: Request, pk: int) -> Response:
        """Follow what the preview shows. Ask for the import until it is done. Twice is once."""
        batch = access_import(request, pk)
        services.confirm(batch=batch)
        return _answer(batch)


class OffersView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(OfferSerializer), operation_id="offers")
    def get(self, request: Request) -> Response:
        """Accounts that took a name which I had imported before anybody had it here. They may be somebody else."""
        page = selectors.offers_page(request.user.pk, cursor=cursor_of(request))  # type: ignore[arg-type]
        return page_response(page, OfferSerializer, request=request)


class OfferView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=RelationSerializer, operation_id="accept_offer")
    def put(self, request: Request, handle: str) -> Response:
        """It is them: follow with the alerts and the date of the file."""
        account = access_offer(request, handle)
        try:
            services.accept_offer(owner=request.user, account=account, origin=origin_of(request, Source.API))
        except services.FollowRefused as refused:
            raise Refused(refused.message, refused.code) from refused
        return Response(RelationSerializer(relation(request.user.pk, account.pk)).data)

    @extend_schema(responses={204: None}, operation_id="dismiss_offer")
    def delete(self, request: Request, handle: str) -> Response:
        """It is not them."""
        services.dismiss_offer(owner=request.user, account=access_offer(request, handle))
        return Response(status=204)
