"""The web process killed in the middle of an upload: what it had confirmed is there, the rest is sent, nothing is lost or
published twice."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from rest_framework.authtoken.models import Token
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from accounts.models import User
from socialvideo.local.web_process import WebProcess
from tests.told import until
from videos import parts, services
from videos.models import Publication, Upload, Video
from videos.services.receiving import SAVED_BYTES
from videos.tests.clips import clip, padded

SIZE = 3 * SAVED_BYTES
UPLOADS = "/api/v1/uploads/"


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[WebProcess]:
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    web = WebProcess(
        os.environ | {"DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}"}, tmp_path / "web.log"
    )
    web.start()
    yield web
    web.kill()
    web.listening.close()
    connection.close()


def begin_sending(web: WebProcess, path: str, file: bytes, headers: dict[str, str]) -> socket.socket:
    """A request that announces all of it, and brings two thirds."""
    given = headers | {
        "Host": "localhost",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(len(file)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    line = socket.create_connection(web.address)
    line.sendall(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode() + file[: len(file) * 2 // 3])
    return line


def test_a_web_process_killed_in_the_middle_of_an_upload(web: WebProcess, alice: User, tmp_path: Path) -> None:
    """Loops#371, Loops#408: the upload "succeeds", and there is no video."""
    file = padded(clip(tmp_path / "a.mp4"), SIZE).read_bytes()
    headers = {"Authorization": f"Token {Token.objects.create(user=alice).key}"}
    client = TusClient(f"{web.url}{UPLOADS}", headers=headers)
    url = client.uploader(file_stream=BytesIO(file), metadata={"key": "k"}).create_url()
    with begin_sending(web, url.removeprefix(web.url), file, headers):
        until(lambda: Upload.objects.get().received >= SAVED_BYTES)
        web.kill()
    upload = Upload.objects.select_related("video").get()
    assert SAVED_BYTES <= upload.received <= parts.size(upload.video.media_key) < SIZE
    assert upload.writing_until
    Upload.objects.update(writing_until=timezone.now() + timedelta(minutes=5))  # however long the start takes
    web.start()
    again = client.uploader(file_stream=BytesIO(file), url=url, chunk_size=SAVED_BYTES)
    assert again.offset == upload.received
    with pytest.raises(TusCommunicationError):
        again.upload_chunk()  # the dead request still holds it
    Upload.objects.update(writing_until=timezone.now())  # seconds later
    client.uploader(file_stream=BytesIO(file), url=url, chunk_size=SAVED_BYTES).upload()
    video = Video.objects.get()
    with default_storage.open(video.original) as stored:
        assert stored.read() == file
    assert (video.state, Upload.objects.count(), parts.size(video.media_key)) == (Video.State.PROCESSING, 0, 0)
    services.edit(creator=alice, video=video, is_draft=False)
    for _ in range(2):
        services.process(video.pk)
    services.sweep()
    assert client.uploader(file_stream=BytesIO(file), url=url).offset == SIZE, (
        "who did not hear the last answer asks again"
    )
    video.refresh_from_db()
    assert (video.state, Publication.objects.count()) == (Video.State.PUBLISHED, 1)
