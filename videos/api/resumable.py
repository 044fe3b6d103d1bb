"""Resumable uploads as tus 1.0 describes them (https://tus.io/protocols/resumable-upload): core, creation,
creation-with-upload, termination, expiration, checksum. What is begun here is a draft; `videos/<id>/` says what it is and
lets it go out. `Upload-Metadata`: `key` (sent again, it is the same upload), `filename`, `fingerprint`, `trim_from_ms`,
`trim_to_ms`."""

import secrets
from base64 import b64decode
from binascii import Error as NoBase64
from typing import Any, cast

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from accounts.models import User
from videos import services
from videos.models import Upload, Video
from videos.services import receiving, uploads

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
PIECE = "application/offset+octet-stream"
MOST_DIGITS = 15
STATUS = {
    "too_large": 413,
    "quota": 413,
    "beyond": 413,
    "no_space": 507,
    "too_many": 429,
    "not_present": 403,
    "empty": 400,
    "offset": 409,
    "busy": 423,
    "checksum": 460,
    "gone": 410,
}


class Answer(exceptions.APIException):
    """A refusal in words, with the status that tus clients know."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__({"detail": message, "code": code or "invalid"})
        self.status_code = status


class PieceThrottle(UserRateThrottle):
    """A file comes in many requests."""

    scope = "upload"


@extend_schema(exclude=True)
class Resumable(APIView):
    """What every request has in common."""

    permission_classes = (IsAuthenticated,)
    throttle_classes = (PieceThrottle,)

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        if request.method == "POST" and (meant := request.headers.get("X-HTTP-Method-Override")):
            request.method = meant.upper()
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)
            if request.headers.get("Tus-Resumable") != VERSION:
                raise Answer(412, _("Send Tus-Resumable: %(version)s.") % {"version": VERSION}, "version")

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = answer["Tus-Version"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        said = {
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
            "Tus-Checksum-Algorithm": ",".join(receiving.CHECKSUMS),
        }
        return Response(status=204, headers=said)


class UploadsView(Resumable):
    def post(self, request: Request) -> Response:
        """Begins an upload, or finds the one that its key began."""
        given = _metadata(request)
        size = _number(request, "Upload-Length")
        video = _allowed(
            uploads.begin_upload,
            creator=request.user,
            upload_key=_text(given, "key", 64) or secrets.token_urlsafe(18),
            size=size,
            file_name=_text(given, "filename", 255),
            fingerprint=_text(given, "fingerprint", 64),
            is_draft=True,
            trim_from_ms=_moment(given, "trim_from_ms"),
            trim_to_ms=_moment(given, "trim_to_ms"),
        )
        if request.headers.get("Content-Type") == PIECE and video.state == Video.State.UPLOADING:
            _receive(request, _upload(request, video.pk), 0)
        answer = _progress(request, video.pk, status=201)
        answer["Location"] = reverse("upload", args=[video.pk])  # relative: whichever name a proxy gives us
        return answer


class UploadPartsView(Resumable):
    def head(self, request: Request, video_id: int) -> Response:
        """How much is here."""
        return _progress(request, video_id, status=200)

    def patch(self, request: Request, video_id: int) -> Response:
        """The next piece."""
        if request.headers.get("Content-Type") != PIECE:
            raise Answer(415, _("Send the file as %(type)s.") % {"type": PIECE}, "content_type")
        _receive(request, _upload(request, video_id), _number(request, "Upload-Offset"))
        return _progress(request, video_id, status=204)

    def delete(self, request: Request, video_id: int) -> Response:
        """Never mind."""
        video = _own(request, video_id)
        _allowed(uploads.cancel_upload, creator=request.user, video=video)
        return Response(status=204)


def _receive(request: Request, upload: Upload, offset: int) -> None:
    """Passes on what has become whole. When that fails the bytes are safe all the same: the sweep goes on."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise Answer(411, _("Send a Content-Length."), "length")
    if offset + _number(request, "Content-Length", "0") > upload.video.uploaded_bytes:
        said = _("This is more than the %(number)s bytes that were announced.")
        raise Answer(413, said % {"number": upload.video.uploaded_bytes}, "beyond")
    checksum = _checksum(request)
    received = _allowed(receiving.receive, upload=upload, offset=offset, source=request._request, checksum=checksum)  # noqa: SLF001
    if received == upload.video.uploaded_bytes:
        uploads.finish_or_leave(upload.video)


def _progress(request: Request, video_id: int, *, status: int) -> Response:
    """Also of a file that has come whole, to whoever did not hear it."""
    video = _own(request, video_id)
    upload = Upload.objects.select_related("video").filter(pk=video.pk).first()
    offset = receiving.offset_of(upload) if upload else video.uploaded_bytes
    answer = Response(status=status, headers={"Upload-Offset": str(offset)})
    if status == 200:
        answer["Upload-Length"] = str(video.uploaded_bytes)
    if upload:
        answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return answer


def _own(request: Request, video_id: int) -> Video:
    """Not there, not theirs, thrown away and given up look alike."""
    me = cast("User", request.user)
    mine = Video.objects.of_creator(me.pk).filter(pk=video_id)
    video = mine.exclude(state=Video.State.REMOVED).exclude(state=Video.State.FAILED, original="").first()
    if video is None:
        raise Http404
    return video


def _upload(request: Request, video_id: int) -> Upload:
    upload = Upload.objects.select_related("video").filter(pk=_own(request, video_id).pk).first()
    if upload is None:
        raise Answer(409, _("All of this file is here."), "offset")
    return upload


def _allowed(act: Any, **given: Any) -> Any:
    try:
        return act(**given)
    except services.Refused as refused:
        raise Answer(STATUS.get(refused.code, 409), refused.message, refused.code) from refused


def _number(request: Request, header: str, unsaid: str = "") -> int:
    said = request.headers.get(header) or unsaid
    if not said.isascii() or not said.isdecimal() or len(said) > MOST_DIGITS:
        raise Answer(400, _("%(name)s must be a number of bytes.") % {"name": header}, "header")
    return int(said)


def _metadata(request: Request) -> dict[str, str]:
    """Pairs of a name and its value in Base64, with commas between them."""
    try:
        pairs = (pair.split() for pair in request.headers.get("Upload-Metadata", "").split(",") if pair.strip())
        return {pair[0]: b64decode("".join(pair[1:2]), validate=True).decode() for pair in pairs}
    except (NoBase64, ValueError) as error:
        raise Answer(400, _("Upload-Metadata cannot be read."), "header") from error


def _text(given: dict[str, str], name: str, longest: int) -> str:
    return "".join(letter for letter in given.get(name, "") if letter.isprintable())[:longest]


def _moment(given: dict[str, str], name: str) -> int | None:
    said = given.get(name, "")
    if not said:
        return None
    if not said.isascii() or not said.isdecimal() or len(said) > 9:
        raise Answer(400, _("%(name)s must be a number of milliseconds.") % {"name": name}, "header")
    return int(said)


def _checksum(request: Request) -> receiving.Checksum | None:
    said = request.headers.get("Upload-Checksum", "")
    if not said:
        return None
    algorithm, _sign, digest = said.partition(" ")
    if algorithm not in receiving.CHECKSUMS:
        raise Answer(400, _("Checksums are %(names)s.") % {"names": ", ".join(receiving.CHECKSUMS)}, "checksum")
    try:
        return receiving.Checksum(algorithm, b64decode(digest, validate=True))
    except (NoBase64, ValueError) as error:
        raise Answer(400, _("Upload-Checksum cannot be read."), "checksum") from error
