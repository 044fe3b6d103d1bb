"""Files over HTTP as RFC 9110 wants them: ranges, conditions, types, and who does the sending."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, Storage
from django.http import Http404, HttpResponseBase
from django.test import RequestFactory

from socialvideo.lib.content_types import content_type
from socialvideo.lib.serving import IMMUTABLE, Unsatisfiable, byte_range, serve

# Closing a response ends a request, and with it the connections that other tests opened.
pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 1000
SIZE = len(CONTENT)


@pytest.fixture
def storage(tmp_path: Path) -> FileSystemStorage:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "clip.mp4").write_bytes(CONTENT)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "page.html").write_text("<script>")
    return FileSystemStorage(location=tmp_path)


class Remote(Storage):
    """As a bucket behaves: no paths, signed addresses."""

    def url(self, name: str | None, http_method: str = "") -> str:
        return f"https://bucket.example/{name}?signature=1"

    def content(self, name: str) -> bytes:
        if name.startswith("missing"):
            raise FileNotFoundError(name)
        return b"#EXTM3U\n"


def get(storage: Storage, name: str = "a/clip.mp4", method: str = "get", **headers: str) -> HttpResponseBase:
    request = getattr(RequestFactory(), method)("/", headers={key.replace("_", "-"): headers[key] for key in headers})
    return serve(request, name, storage=storage)


def body(response: HttpResponseBase) -> bytes:
    try:
        return response.getvalue()
    finally:
        response.close()


def test_whole_file(storage: FileSystemStorage) -> None:
    response = get(storage)
    assert (response.status_code, response["Content-Type"]) == (200, "video/mp4")
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    assert body(response) == CONTENT


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=100-299", 100, 300),
        ("bytes=65530-131080", 65530, 131081),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=10-99999999999", 10, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        ("bytes=-99999999999", 0, SIZE),
    ],
)
def test_range(storage: FileSystemStorage, header: str, start: int, end: int) -> None:
    response = get(storage, range=header)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - start)
    assert body(response) == CONTENT[start:end]


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", "bytes=99999999999-", "bytes=-0"])
def test_range_outside_the_file(storage: FileSystemStorage, header: str) -> None:
    response = get(storage, range=header)
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert body(response) == b""


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,5-6",
        "bytes=5-2",
        "bytes=-",
        "bytes=a-b",
        "lines=0-1",
        "bytes 0-1",
        f"bytes={'9' * 5000}-",
        "bytes=٣-",
    ],
)
def test_other_ranges_are_ignored(storage: FileSystemStorage, header: str) -> None:
    response = get(storage, range=header)
    assert response.status_code == 200
    assert body(response) == CONTENT


def test_no_range_of_an_empty_file() -> None:
    with pytest.raises(Unsatisfiable):
        byte_range("bytes=0-", 0)
    with pytest.raises(Unsatisfiable):
        byte_range("bytes=-1", 0)


def test_empty_file(storage: FileSystemStorage) -> None:
    response = get(storage, "empty.mp4")
    assert (response.status_code, response["Content-Length"], body(response)) == (200, "0", b"")


def test_head_is_get_without_its_body(storage: FileSystemStorage) -> None:
    head, whole = get(storage, method="head", range="bytes=0-1"), get(storage)
    assert head.status_code == 200
    assert head.headers == whole.headers
    assert body(head) == b""
    whole.close()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_else_is_allowed(storage: FileSystemStorage, method: str) -> None:
    assert get(storage, method=method).status_code == 405


def test_not_modified(storage: FileSystemStorage) -> None:
    first = get(storage)
    first.close()
    for headers in ({"if_none_match": first["ETag"]}, {"if_modified_since": first["Last-Modified"]}):
        again = get(storage, **headers)
        assert (again.status_code, body(again), again["ETag"]) == (304, b"", first["ETag"])
    assert body(get(storage, if_none_match='"other"')) == CONTENT


def test_a_condition_precedes_the_range(storage: FileSystemStorage) -> None:
    first = get(storage)
    first.close()
    assert get(storage, range="bytes=0-1", if_none_match=first["ETag"]).status_code == 304
    assert get(storage, range="bytes=0-1", if_match='"other"').status_code == 412


def test_if_range_continues_only_the_same_file(storage: FileSystemStorage) -> None:
    first = get(storage)
    first.close()
    for same in (first["ETag"], first["Last-Modified"]):
        assert body(get(storage, range="bytes=0-1", if_range=same)) == CONTENT[:2]
    for other in ('"other"', f"W/{first['ETag']}", "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense"):
        assert body(get(storage, range="bytes=0-1", if_range=other)) == CONTENT


def test_a_changed_file_has_another_etag(storage: FileSystemStorage) -> None:
    before = get(storage)
    before.close()
    Path(storage.path("a/clip.mp4")).write_bytes(CONTENT[:-1])
    after = get(storage)
    after.close()
    assert before["ETag"] != after["ETag"]


@pytest.mark.parametrize(
    "name", ["", "a", "none.mp4", "../secret", "a/../../secret", "/etc/passwd", "a\0b", "a/clip.mp4/x"]
)
def test_what_is_not_a_file_of_the_storage_is_not_found(storage: FileSystemStorage, name: str) -> None:
    (Path(storage.location).parent / "secret").write_text("secret")
    with pytest.raises(Http404):
        get(storage, name)


def test_types_come_from_the_table() -> None:
    assert content_type("x/master.m3u8") == "application/vnd.apple.mpegurl"
    assert content_type("x/000.m4s") == "video/iso.segment"
    assert content_type("X.JPG") == "image/jpeg"


def test_what_is_not_in_the_table_is_never_shown(storage: FileSystemStorage) -> None:
    response = get(storage, "page.html")
    response.close()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment"


def test_cache_control_is_the_callers(storage: FileSystemStorage) -> None:
    response = serve(RequestFactory().get("/"), "a/clip.mp4", storage=storage, cache_control=IMMUTABLE)
    response.close()
    assert response["Cache-Control"] == IMMUTABLE


def test_the_proxy_sends_the_file(storage: FileSystemStorage, settings, tmp_path: Path) -> None:
    settings.X_ACCEL_MEDIA_PREFIX = "/protected/"
    (tmp_path / "ä b?.mp4").write_bytes(b"x")
    response = get(storage, "ä b?.mp4", range="bytes=0-1")
    assert (response.status_code, response.content) == (200, b"")
    assert response["X-Accel-Redirect"] == "/protected/%C3%A4%20b%3F.mp4"
    assert response["Content-Type"] == "video/mp4"
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize("name", ["../secret", "none.mp4"])
def test_the_proxy_is_not_sent_astray(storage: FileSystemStorage, settings, name: str) -> None:
    settings.X_ACCEL_MEDIA_PREFIX = "/protected/"
    with pytest.raises(Http404):
        get(storage, name)


def test_remote_files_are_fetched_at_their_signed_address() -> None:
    response = get(Remote(), "a/000.m4s")
    assert (response.status_code, response["Location"]) == (302, "https://bucket.example/a/000.m4s?signature=1")
    assert response["Cache-Control"] == "private, max-age=30"


def test_remote_playlists_go_through_us() -> None:
    response = get(Remote(), "a/index.m3u8")
    assert (response.status_code, response.content) == (200, b"#EXTM3U\n")
    assert response["Content-Type"] == "application/vnd.apple.mpegurl"
    with pytest.raises(Http404):
        get(Remote(), "missing.m3u8")


def test_the_file_is_closed_when_nobody_reads_on(storage: FileSystemStorage) -> None:
    response = get(storage)
    next(iter(response))
    response.close()  # an open file would end the test with a ResourceWarning
