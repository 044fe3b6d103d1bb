"""One's data: the file with everything, and where one is logged in."""

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import links, selectors, services
from accounts.api.serializers import ArchiveLinkSerializer, ArchiveSerializer, LogInSerializer
from accounts.forms import PasswordForm
from accounts.views import archive_response
from socialvideo.lib.api import CURSOR, Refused, cursor_of, page_response, paged


class PasswordSerializer(serializers.Serializer):
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)


class ArchiveView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=ArchiveSerializer, operation_id="my_data")
    def get(self, request: Request) -> Response:
        """How far the last download that I asked for is; 404 without."""
        archive = selectors.archive_of(request.user)
        if archive is None:
            raise NotFound
        return Response(ArchiveSerializer(archive).data)

    @extend_schema(request=None, responses={202: ArchiveSerializer}, operation_id="my_data_ask")
    def post(self, request: Request) -> Response:
        """Put together everything that the site keeps about me: one at a time, and one a day."""
        try:
            archive = services.ask_for_archive(account=request.user)
        except services.AccountRefused as refused:
            raise Refused(refused.message, "archive_refused") from refused
        return Response(ArchiveSerializer(archive).data, status=status.HTTP_202_ACCEPTED)


class ArchiveLinkView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=PasswordSerializer, responses=ArchiveLinkSerializer, operation_id="my_data_link")
    def post(self, request: Request) -> Response:
        """The address of the file. Wants the password: who found a token gets no further with it."""
        form = PasswordForm(request.data, request=request._request, account=request.user)  # noqa: SLF001 - Django's
        if not form.is_valid():
            raise ValidationError(form.errors)
        archive = selectors.archive_of(request.user)
        if archive is None or not archive.is_offered:
            raise NotFound
        return Response({"url": reverse("api_archive_file", args=[links.sign(archive)])})


class ArchiveFileView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY}, operation_id="my_data_file")
    def get(self, request: Request, signed: str) -> HttpResponseBase:
        """The file; parts of it by Range."""
        return archive_response(request._request, links.archive(signed, request.user.pk))  # noqa: SLF001 - Django's


class LogInsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(LogInSerializer), operation_id="log_ins")
    def get(self, request: Request) -> Response:
        """Where I am logged in with a browser, the last used first."""
        page = selectors.log_ins(request.user, this=_session(request), cursor=cursor_of(request))
        return page_response(page, LogInSerializer)

    @extend_schema(responses={204: None}, operation_id="log_ins_end_others")
    def delete(self, request: Request) -> Response:
        """Log out everywhere else. My token has no access any more, also when it is what asks."""
        services.end_other_log_ins(account=request.user, but=_session(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogInView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={204: None}, operation_id="log_in_end")
    def delete(self, request: Request, log_in_id: str) -> Response:
        """Log out there. Again is the same."""
        services.end_log_in(account=request.user, log_in_id=log_in_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _session(request: Request) -> str:
    return "" if request.auth else request.session.session_key or ""
