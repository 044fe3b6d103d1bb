"""Files of the storage over HTTP. Who may see a file has been decided before anything here is called.

On a local disk: single byte ranges, conditional requests, or an X-Accel-Redirect to the proxy in front where
X_ACCEL_MEDIA_PREFIX names its internal location. From a bucket: a redirect to an address signed for MEDIA_ADDRESS_SECONDS,
so that each file of a video is asked for here while it plays; playlists, captions and what is public go through us.
"""

import logging
import re
from collections.abc import Iterator
from hashlib import sha256
from os import stat_result
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage, default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe, quote_etag

from socialvideo.lib.content_types import CAPTIONS, PLAYLIST, UNKNOWN_TYPE, content_type

if TYPE_CHECKING:
    from socialvideo.lib.bucket import Bucket

logger = logging.getLogger(__name__)

PRIVATE = "private, max-age=3600"
IMMUTABLE = "public, max-age=31536000, immutable"
OURS = {PLAYLIST, CAPTIONS}  # what they name is relative to us; tracks may not come from elsewhere
CHUNK = 64 * 1024

_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


class Unsatisfiable(Exception):
    """The range lies outside the file."""


def serve(
    request: HttpRequest, name: str, *, cache_control: str = PRIVATE, storage: Storage = default_storage
) -> HttpResponseBase:
    """The file `name` of the storage. Raises Http404 when a local disk does not have it."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    path = _local_path(storage, name)
    if path is None:
        return _from_afar(request, storage, name, cache_control)
    status = _status(path)
    prefix = settings.X_ACCEL_MEDIA_PREFIX
    response = _handed_over(prefix, name) if prefix else _from_disk(request, path, status)
    return _described(response, name, cache_control)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """(first, length) of a single range. None asks for the whole file, as malformed and multiple ranges do (RFC 9110)."""
    match = _RANGE.fullmatch(header.strip())
    if not match or match[1] == match[2] == "":
        return None
    first, last = match[1], match[2]
    if not first:
        start, end = max(0, size - int(last)), size - 1
        if last.strip("0") == "":
            raise Unsatisfiable
    else:
        start, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < start:
            return None
    if start >= size:
        raise Unsatisfiable
    return start, end - start + 1


def _local_path(storage: Storage, name: str) -> Path | None:
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        return None
    except (SuspiciousFileOperation, ValueError):
        raise Http404 from None


def _status(path: Path) -> stat_result:
    try:
        if path.is_file():
            return path.stat()
    except (OSError, ValueError):
        pass
    raise Http404


def _from_afar(request: HttpRequest, storage: Storage, name: str, cache_control: str) -> HttpResponseBase:
    if cache_control == IMMUTABLE or content_type(name) in OURS:
        try:
            return _described(_whole(request, _content(storage, name)), name, cache_control)
        except OSError:
            logger.warning("The storage did not give %s", name, exc_info=True)
            return HttpResponse(status=503, headers={"Retry-After": "5"})
    response = HttpResponseRedirect(_signed_address(request, storage, name))
    response["Cache-Control"] = f"private, max-age={settings.MEDIA_ADDRESS_SECONDS // 2}"
    return response


def _signed_address(request: HttpRequest, storage: Storage, name: str) -> str:
    """A signature holds for one method."""
    try:
        return cast("Bucket", storage).url(name, http_method=request.method)
    except SuspiciousFileOperation:
        raise Http404 from None


def _whole(request: HttpRequest, content: bytes) -> HttpResponseBase:
    etag = quote_etag(sha256(content).hexdigest()[:32])
    response = get_conditional_response(request, etag) or HttpResponse(content)
    response["ETag"] = etag
    return response


def _content(storage: Storage, name: str) -> bytes:
    try:
        return cast("Bucket", storage).content(name)
    except (FileNotFoundError, SuspiciousFileOperation):
        raise Http404 from None


def _handed_over(prefix: str, name: str) -> HttpResponse:
    response = HttpResponse()
    del response["Content-Type"]
    response["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/{quote(name.lstrip('/'))}"
    return response


def _from_disk(request: HttpRequest, path: Path, status: stat_result) -> HttpResponseBase:
    etag = quote_etag(f"{status.st_mtime_ns:x}-{status.st_size:x}")
    modified = int(status.st_mtime)
    response = get_conditional_response(request, etag, modified) or _body(request, path, status, etag)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    response["Accept-Ranges"] = "bytes"
    return response


def _body(request: HttpRequest, path: Path, status: stat_result, etag: str) -> HttpResponseBase:
    size = status.st_size
    try:
        wanted = byte_range(request.headers["Range"], size) if _may_be_partial(request, status, etag) else None
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, length = wanted or (0, size)
    try:
        part = () if request.method == "HEAD" else FilePart(path, start, length)
    except FileNotFoundError:  # removed since we looked
        raise Http404 from None
    response = StreamingHttpResponse(part, status=206 if wanted else 200, headers={"Content-Length": str(length)})
    if wanted:
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    return response


def _may_be_partial(request: HttpRequest, status: stat_result, etag: str) -> bool:
    """A range is for GET only, and If-Range asks for it only while the file is the one begun with."""
    if request.method != "GET" or "Range" not in request.headers:
        return False
    condition = request.headers.get("If-Range")
    if condition is None or condition == etag:
        return True
    return parse_http_date_safe(condition) == int(status.st_mtime)


def _described(response: HttpResponseBase, name: str, cache_control: str) -> HttpResponseBase:
    """What every answer says, errors excepted."""
    response["X-Content-Type-Options"] = "nosniff"
    if response.status_code == 416:
        return response
    response["Cache-Control"] = cache_control
    if response.status_code != 304:
        response["Content-Type"] = content_type(name)
        if response["Content-Type"] == UNKNOWN_TYPE:
            response["Content-Disposition"] = "attachment"
    return response


class FilePart:
    """An open file from `start` on, `length` bytes, in chunks. Closed with the response."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self._file = path.open("rb")
        self._file.seek(start)
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._file.read(min(CHUNK, self._left)):
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self._file.close()
