"""Uploads in pieces: what is said to be here is here, whatever interrupts it, and only for whom it belongs to."""

import hashlib
import io
import os
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.test import Client
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from accounts import services as accounts
from accounts.models import User
from follows import services as follows
from socialvideo.lib.testing import in_threads
from tests.waiting import PATIENCE
from videos import parts, services, tasks
from videos.models import Publication, Upload, Video
from videos.services import leases, receiving, uploads
from videos.signals import processing_due, video_failed

pytestmark = pytest.mark.django_db

FILE = bytes(range(256)) * 40  # 10,240 bytes
START = "/api/v1/uploads/"


class Sender:
    """An account's tus client, by hand."""

    def __init__(self, account: User) -> None:
        self.client = APIClient()
        self.client.force_authenticate(account)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            path,
            body,
            content_type=named.pop("Content-Type", "application/offset+octet-stream"),
            headers={"Tus-Resumable": "1.0.0"} | named,
        )

    def begin(self, size: int = len(FILE), body: bytes = b"", **metadata: str) -> Any:
        pairs = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in metadata.items())
        kind = "application/offset+octet-stream" if body else "text/plain"
        return self.send("POST", START, body, Upload_Length=str(size), Upload_Metadata=pairs, Content_Type=kind)

    def patch(self, path: str, body: bytes, offset: int, **headers: str) -> Any:
        return self.send("PATCH", path, body, Upload_Offset=str(offset), **headers)

    def offset(self, path: str) -> int:
        return int(self.send("HEAD", path).headers["Upload-Offset"])


@pytest.fixture
def sender(alice: User) -> Sender:
    return Sender(alice)


def path_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return answer.headers["Location"].removeprefix("http://testserver")


def stored() -> bytes:
    with default_storage.open(Video.objects.get().original) as file:
        return file.read()


# --- The way of a file ----------------------------------------------------------------------------------------


def test_a_file_in_pieces_becomes_a_draft_that_is_processed(sender: Sender, alice: User) -> None:
    path = path_of(sender.begin(key="one", filename="holiday.mp4"))
    video = Video.objects.get()
    assert (video.state, video.is_draft, video.upload.file_name) == (Video.State.UPLOADING, True, "holiday.mp4")
    assert sender.offset(path) == 0
    half = sender.patch(path, FILE[:5000], 0)
    assert (half.status_code, half.headers["Upload-Offset"]) == (204, "5000")
    assert half.headers["Upload-Expires"].endswith("GMT")
    video.refresh_from_db()
    assert video.progress == 48
    assert sender.patch(path, FILE[5000:], 5000).headers["Upload-Offset"] == str(len(FILE))
    video.refresh_from_db()
    assert (video.state, video.progress, stored()) == (Video.State.PROCESSING, 0, FILE)
    assert not Upload.objects.exists()
    assert parts.size(video.media_key) == 0
    assert sender.offset(path) == len(FILE), "who did not hear the last answer asks again"
    assert sender.begin(key="one").headers["Location"].endswith(path), "and who did not hear the first"
    assert Video.objects.count() == 1


def test_it_begins_with_the_first_bytes(sender: Sender) -> None:
    answer = sender.begin(body=FILE[:100])
    assert answer.headers["Upload-Offset"] == "100"
    assert sender.patch(path_of(answer), FILE[100:], 100).status_code == 204
    assert stored() == FILE


def test_what_the_server_can_do(sender: Sender, settings: Any) -> None:
    answer = APIClient().options(START)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)
    assert "creation" in answer.headers["Tus-Extension"]


def test_the_same_key_is_the_same_upload(sender: Sender, bob: User) -> None:
    first, again = path_of(sender.begin(key="k")), path_of(sender.begin(key="k"))
    assert first == again
    other = sender.begin(size=5, key="k")
    assert (other.status_code, other.json()["code"]) == (409, "key_used")
    assert path_of(Sender(bob).begin(key="k")) != first
    assert Video.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_begun_many_times_at_once_it_is_one(alice: User) -> None:
    begun = in_threads(*[lambda: path_of(Sender(alice).begin(key="k"))] * 6)
    assert len(set(begun)) == Video.objects.count() == Upload.objects.count() == 1


def test_thrown_away(sender: Sender) -> None:
    path = path_of(sender.begin())
    sender.patch(path, FILE[:5000], 0)
    assert sender.send("DELETE", path).status_code == 204
    assert [sender.send(how, path).status_code for how in ("HEAD", "DELETE")] == [404, 404]
    assert sender.patch(path, FILE[5000:], 5000).status_code == 404
    assert not Video.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_what_was_thrown_away_are_gone(alice: User) -> None:
    sender = Sender(alice)
    path = path_of(sender.begin(body=FILE[:5000]))
    media_key = Video.objects.get().media_key
    assert parts.size(media_key) == 5000
    sender.send("DELETE", path)
    assert parts.size(media_key) == 0


def test_what_has_arrived_is_not_thrown_away_by_a_late_no(sender: Sender) -> None:
    path = path_of(sender.begin(body=FILE))
    refused = sender.send("DELETE", path)
    assert (refused.status_code, refused.json()["code"]) == (409, "arrived")
    assert Video.objects.exists()


# --- Interruptions --------------------------------------------------------------------------------------------


class CutLine(io.BytesIO):
    """A body whose line is cut after so many bytes."""

    def __init__(self, content: bytes, after: int) -> None:
        super().__init__(content)
        self.after = after

    def read(self, size: int = -1, /) -> bytes:
        if self.tell() >= self.after:
            raise OSError("the line was cut")
        return super().read(min(size, self.after - self.tell()))


def begun(alice: User, **given: Any) -> Upload:
    return uploads.begin_upload(creator=alice, upload_key="k", size=len(FILE), is_draft=True, **given).upload


def test_what_came_before_the_line_was_cut_counts(alice: User) -> None:
    upload = begun(alice)
    assert receiving.receive(upload=upload, offset=0, source=CutLine(FILE, 3000)) == 3000
    upload.refresh_from_db()
    assert (upload.received, upload.writer, receiving.offset_of(upload)) == (3000, "", 3000)
    receiving.receive(upload=upload, offset=3000, source=io.BytesIO(FILE[3000:]))
    uploads.finish(upload.video)
    assert stored() == FILE


def test_a_server_that_dies_says_no_more_than_is_on_its_disk(alice: User, monkeypatch: Any) -> None:
    """Killed in the middle: what was not made safe is asked for again, and the upload is free soon."""
    upload = begun(alice)
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "SAVED_BYTES", 4000)
        patch.setattr(receiving, "BLOCK", 1000)
        patch.setattr(receiving._Writing, "_check", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            receiving.receive(upload=upload, offset=0, source=io.BytesIO(FILE[:9500]))
    upload.refresh_from_db()
    assert upload.received == 8000 <= parts.size(upload.video.media_key) == 9500
    assert receiving.receive(upload=upload, offset=8000, source=io.BytesIO(FILE[8000:])) == len(FILE)
    upload.refresh_from_db()
    uploads.finish(upload.video)
    assert stored() == FILE


def test_of_two_that_send_at_once_one_wins(alice: User) -> None:
    upload = begun(alice)

    class Rival(io.BytesIO):
        def read(self, size: int = -1, /) -> bytes:
            if self.tell() == 0:
                with pytest.raises(services.Refused) as refused:
                    receiving.receive(upload=upload, offset=0, source=io.BytesIO(b"x" * 100))
                assert refused.value.code == "busy"
            return super().read(size)

    receiving.receive(upload=upload, offset=0, source=Rival(FILE))
    uploads.finish(upload.video)
    assert stored() == FILE


def test_a_request_that_hangs_for_ever_is_superseded(alice: User, monkeypatch: Any) -> None:
    """A telephone that changed its network leaves a dead connection behind; the new one goes on."""
    upload = begun(alice)

    class Hanging(io.BytesIO):
        def read(self, size: int = -1, /) -> bytes:
            Upload.objects.update(writing_until=Now() - timedelta(seconds=1))
            receiving.receive(upload=upload, offset=0, source=io.BytesIO(FILE[:6000]))
            return super().read(size)

    monkeypatch.setattr(receiving, "SAVED_SECONDS", -1)
    with pytest.raises(services.Refused):
        receiving.receive(upload=upload, offset=0, source=Hanging(b"x" * 2000))
    upload.refresh_from_db()
    assert upload.received == 6000
    assert parts._path(upload.video.media_key).read_bytes() == FILE[:6000], "the dead one wrote nothing"


def test_a_checksum_is_all_or_nothing(sender: Sender) -> None:
    path = path_of(sender.begin())
    wrong, right = (b64encode(hashlib.sha256(content).digest()).decode() for content in (b"other", FILE))
    refused = sender.patch(path, FILE, 0, Upload_Checksum=f"sha256 {wrong}")
    assert (refused.status_code, sender.offset(path)) == (460, 0)
    assert sender.patch(path, FILE, 0, Upload_Checksum="md4 aaaa").status_code == 400
    assert sender.patch(path, FILE, 0, Upload_Checksum=f"sha256 {right}").status_code == 204
    assert stored() == FILE


# --- From the last byte to the workers ------------------------------------------------------------------------


def whole(alice: User) -> Upload:
    """All of it is here, and not passed on yet."""
    upload = begun(alice)
    receiving.receive(upload=upload, offset=0, source=io.BytesIO(FILE))
    upload.refresh_from_db()
    return upload


@pytest.mark.parametrize("step", ["before storing", "after storing", "before the row", "after the row"])
def test_a_crash_between_any_two_steps_is_picked_up(alice: User, monkeypatch: Any, step: str) -> None:
    """PeerTube#6018: power loss, some videos never queued."""
    upload, store = whole(alice), parts.hand_to_storage

    def dies(*given: Any, **_: Any) -> str:
        if step == "after storing":
            store(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(leases, "give_back", lambda *_: None)  # the dead give nothing back
        if step == "after the row":
            patch.setattr(processing_due, "send", lambda *_, **__: None)  # the broker never heard
            uploads.finish(upload.video)
        else:
            patch.setattr(*((uploads, "hand_over") if step == "before the row" else (parts, "hand_to_storage")), dies)
            with pytest.raises(KeyboardInterrupt):
                uploads.finish(upload.video)
            tasks.sweep_uploads()
            assert Video.objects.get().state == Video.State.UPLOADING, "the dead still has it"
            Upload.objects.update(writing_until=Now() - timedelta(seconds=1))
    hinted: list[int] = []
    processing_due.connect(lambda video_id, **_: hinted.append(video_id), weak=False, dispatch_uid="test")
    try:
        tasks.sweep_uploads()
        services.sweep()
    finally:
        processing_due.disconnect(dispatch_uid="test")
    assert upload.pk in hinted
    assert (Video.objects.get().state, stored()) == (Video.State.PROCESSING, FILE)
    assert not Upload.objects.exists()


def stored_by_a_dying_process(alice: User) -> Upload:
    """Between the file's move and the row's change."""
    upload = whole(alice)
    parts.hand_to_storage(upload.video.media_key, upload.video.original_name, len(FILE))
    return upload


def test_after_such_a_crash_a_client_that_asks_first_sends_nothing_again(sender: Sender, alice: User) -> None:
    path = f"{START}{stored_by_a_dying_process(alice).pk}/"
    assert sender.offset(path) == len(FILE)
    assert sender.patch(path, b"", len(FILE)).status_code == 204
    assert (Video.objects.get().state, stored()) == (Video.State.PROCESSING, FILE)


def test_what_was_stored_whole_is_not_replaced_by_less(alice: User) -> None:
    upload = stored_by_a_dying_process(alice)
    with parts.opened(upload.video.media_key, 0) as part:
        part.write(b"begun anew")
    tasks.sweep_uploads()
    assert (stored(), parts.size(upload.video.media_key)) == (FILE, 0)


def test_what_is_sent_again_is_left_alone_until_it_is_whole(alice: User) -> None:
    """Its part was lost, and its row still says that all of it was here."""
    upload = whole(alice)
    parts.remove(upload.video.media_key)

    class Swept(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            tasks.sweep_uploads()
            return super().read(4000)

    assert receiving.receive(upload=upload, offset=0, source=Swept(FILE)) == len(FILE)
    tasks.sweep_uploads()
    assert stored() == FILE


@contextmanager
def being_stored(upload: Upload, monkeypatch: Any) -> Iterator[None]:
    """By a storage that takes its time, until the block is over."""
    store, asked, over = parts.hand_to_storage, Event(), Event()

    def slowly(*given: Any) -> str:
        asked.set()
        assert over.wait(PATIENCE)
        return store(*given)

    monkeypatch.setattr(parts, "hand_to_storage", slowly)
    with ThreadPoolExecutor(1) as pool:
        storing = pool.submit(in_threads, lambda: uploads.finish(upload.video))
        try:
            assert asked.wait(PATIENCE)
            monkeypatch.setattr(parts, "hand_to_storage", store)
            yield
        finally:
            over.set()
        storing.result(PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_takes_its_time_holds_up_nobody(alice: User, bob: User, monkeypatch: Any) -> None:
    """An edit waited for it, and with the creator's lock in its hands kept every follow of that creator waiting."""
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.05)
    upload = whole(alice)
    with being_stored(upload, monkeypatch):
        held = Upload.objects.get()
        services.edit(creator=alice, video=upload.video, caption="Changed meanwhile", is_draft=False)
        follows.follow(follower=bob, followee=alice)
        services.restore(by=alice, video=services.remove(by=alice, video=upload.video))
        uploads.finish(upload.video)
        tasks.sweep_uploads()
        assert (Video.objects.get().state, Upload.objects.get().writer) == (Video.State.UPLOADING, held.writer)
        end = monotonic() + PATIENCE
        while Upload.objects.get().writing_until == held.writing_until:
            assert monotonic() < end, "the lease is not renewed"
    video = Video.objects.get()
    assert (video.state, video.caption, stored()) == (Video.State.PROCESSING, "Changed meanwhile", FILE)
    assert (Upload.objects.count(), parts.size(video.media_key)) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_passed_on_many_times_at_once_it_is_once(alice: User) -> None:
    upload, hinted = whole(alice), []
    processing_due.connect(lambda video_id, **_: hinted.append(video_id), weak=False, dispatch_uid="test")
    try:
        in_threads(*[lambda: uploads.finish(upload.video)] * 6)
    finally:
        processing_due.disconnect(dispatch_uid="test")
    assert (hinted, stored()) == ([upload.pk], FILE)


@pytest.mark.django_db(transaction=True)
def test_cancelled_while_it_is_stored_nothing_of_it_stays(alice: User, monkeypatch: Any) -> None:
    upload = whole(alice)

    def last_of_it_arrives(_: str, name: str, __: int) -> str:
        uploads.cancel_upload(creator=alice, video=upload.video)
        return default_storage.save(name, ContentFile(FILE))

    monkeypatch.setattr(parts, "hand_to_storage", last_of_it_arrives)
    uploads.finish(upload.video)
    assert (Video.objects.count(), parts.size(upload.video.media_key)) == (0, 0)
    assert not default_storage.exists(upload.video.media_folder)


def test_who_froze_while_storing_leaves_it_to_whoever_went_on(alice: User, monkeypatch: Any) -> None:
    upload, store = whole(alice), parts.hand_to_storage

    def freeze(*given: Any) -> str:
        monkeypatch.setattr(parts, "hand_to_storage", store)
        Upload.objects.update(writing_until=Now() - timedelta(seconds=1))
        uploads.finish(upload.video)
        return default_storage.save(given[1], ContentFile(FILE))  # beside the other's, under a name of its own

    monkeypatch.setattr(parts, "hand_to_storage", freeze)
    uploads.finish(upload.video)
    assert (Video.objects.get().state, stored()) == (Video.State.PROCESSING, FILE)
    assert default_storage.listdir(upload.video.media_folder) == ([], ["original"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["cancel", "give up"])
def test_what_had_been_moved_already_goes_too(alice: User, end: str) -> None:
    upload = stored_by_a_dying_process(alice)
    if end == "cancel":
        uploads.cancel_upload(creator=alice, video=upload.video)
    else:
        Upload.objects.update(received=0, expires_at=Now() - timedelta(seconds=1))
        tasks.sweep_uploads()
    assert not default_storage.exists(upload.video.media_folder)


def test_a_storage_that_is_away_costs_no_byte(sender: Sender, monkeypatch: Any, caplog: Any) -> None:
    def away(*_: Any) -> str:
        raise OSError("no route to the bucket")

    with monkeypatch.context() as patch:
        patch.setattr(parts, "hand_to_storage", away)
        path = path_of(sender.begin(body=FILE))
    assert sender.offset(path) == len(FILE)
    assert "is left to the next sweep" in caplog.text
    tasks.sweep_uploads()
    assert stored() == FILE


def test_one_that_cannot_be_given_up_holds_up_no_other(alice: User, monkeypatch: Any, caplog: Any) -> None:
    stuck = begun(alice).video
    uploads.begin_upload(creator=alice, upload_key="other", size=1)
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    end = uploads.give_up

    def give_up(video: Video) -> None:
        if video == stuck:
            raise OSError("the disk is away")
        end(video)

    monkeypatch.setattr(uploads, "give_up", give_up)
    tasks.sweep_uploads()
    assert "the disk is away" in caplog.text
    assert list(Upload.objects.values_list("pk", flat=True)) == [stuck.pk]


def test_a_part_that_was_lost_is_asked_for_again(sender: Sender) -> None:
    path = path_of(sender.begin(body=FILE[:9000]))
    parts.remove(Video.objects.get().media_key)
    assert sender.offset(path) == 0
    assert sender.patch(path, FILE, 0).status_code == 204
    assert stored() == FILE


def test_an_upload_that_is_given_up_fails_with_a_reason_and_can_begin_anew(sender: Sender, alice: User) -> None:
    """Loops#371, Loops#408: each upload ends visible or failed with a reason."""
    path = path_of(sender.begin(body=FILE[:5000], key="k"))
    failed: list[int] = []
    video_failed.connect(lambda video_id, **_: failed.append(video_id), weak=False, dispatch_uid="test")
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    try:
        tasks.sweep_uploads()
        tasks.sweep_uploads()
    finally:
        video_failed.disconnect(dispatch_uid="test")
    video = Video.objects.get()
    assert (video.state, failed) == (Video.State.FAILED, [video.pk])
    assert "Only 4.9" in video.failure_words
    assert sender.send("HEAD", path).status_code == 404
    with pytest.raises(services.Refused, match="Upload it again"):
        services.retry(creator=alice, video=video)
    assert sender.offset(path_of(sender.begin(key="k"))) == 0
    sender.patch(path, FILE, 0)
    assert stored() == FILE


def test_what_goes_on_this_very_moment_is_not_given_up(alice: User) -> None:
    """The sweep had read it as late."""
    uploads.give_up(begun(alice).video)
    assert Video.objects.get().state == Video.State.UPLOADING


@pytest.mark.parametrize("sign", ["begun again", "written to"])
def test_who_comes_back_just_in_time_goes_on(alice: User, sign: str) -> None:
    upload = begun(alice)
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    begun(alice) if sign == "begun again" else leases.take(upload.pk)
    tasks.sweep_uploads()
    assert Video.objects.get().state == Video.State.UPLOADING


def test_begun_anew_it_is_an_upload_like_every_other(alice: User, moderator: User, settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = len(FILE)  # what was given up takes up nothing
    begun(alice)
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    tasks.sweep_uploads()
    assert begun(alice, file_name="again.mp4", fingerprint="x").file_name == "again.mp4"
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    tasks.sweep_uploads()
    accounts.suspend(account=alice, by=moderator, reason="spam")
    alice.refresh_from_db()
    with pytest.raises(services.Refused) as refused:
        begun(alice)
    assert refused.value.code == "not_present"
    assert not Upload.objects.exists()


def test_a_row_without_its_upload_is_given_up(alice: User) -> None:
    upload = begun(alice)
    upload.delete()
    tasks.sweep_uploads()
    assert Video.objects.get().state == Video.State.FAILED


def test_forgotten_parts_are_removed_and_others_not(alice: User) -> None:
    upload = begun(alice)
    for media_key in ("nobodys", upload.video.media_key):
        with parts.opened(media_key, 0) as part:
            part.write(b"x")
        os.utime(parts._path(media_key), (0, 0))
    tasks.sweep_uploads()
    assert [parts.size("nobodys"), parts.size(upload.video.media_key)] == [0, 1]


# --- Refusals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", ["1", "5000", "99999999", "-1", "x", "", "1e3", "٣"])
def test_a_wrong_offset_changes_nothing(sender: Sender, offset: str) -> None:
    path = path_of(sender.begin())
    status = sender.send("PATCH", path, FILE[:10], Upload_Offset=offset).status_code
    assert status in {400, 409, 413}
    assert (sender.offset(path), parts.size(Video.objects.get().media_key)) == (0, 0)


@pytest.mark.parametrize(
    ("headers", "status"), [({"Transfer-Encoding": "Chunked"}, 411), ({"Content-Length": "x"}, 400)]
)
def test_a_length_that_is_none_is_refused(sender: Sender, headers: dict[str, str], status: int) -> None:
    path = path_of(sender.begin())
    assert sender.send("PATCH", path, FILE, Upload_Offset="0", **headers).status_code == status
    assert sender.offset(path) == 0


def test_more_than_was_announced_is_refused(sender: Sender, alice: User) -> None:
    path = path_of(sender.begin())
    assert sender.patch(path, FILE + b"x", 0).status_code == 413
    assert sender.offset(path) == 0
    with pytest.raises(services.Refused) as refused:
        receiving.receive(upload=Upload.objects.get(), offset=0, source=io.BytesIO(FILE + b"x"))
    assert refused.value.code == "beyond"


@pytest.mark.parametrize("size", ["0", "-5", "", "x", "9" * 20])
def test_a_size_that_is_none_is_refused(sender: Sender, size: str) -> None:
    assert sender.send("POST", START, Upload_Length=size).status_code in {400, 413}
    assert not Video.objects.exists()


def test_nobody_elses_upload_can_be_seen_or_touched(sender: Sender, mallory: User, moderator: User) -> None:
    path = path_of(sender.begin(body=FILE[:10]))
    for other in (mallory, moderator):
        theirs = Sender(other)
        assert theirs.send("HEAD", path).status_code == 404
        assert theirs.patch(path, FILE[10:], 10).status_code == 404
        assert theirs.send("DELETE", path).status_code == 404
    assert APIClient().head(path, headers={"Tus-Resumable": "1.0.0"}).status_code == 401
    assert sender.offset(path) == 10


@pytest.mark.parametrize("tail", ["../1/", "0/", "99999999999999999/", "x/", "%2e%2e/", "1/../../videos/"])
def test_addresses_that_are_none(sender: Sender, tail: str) -> None:
    assert sender.send("HEAD", f"{START}{tail}").status_code in {404, 405}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\x00b", "x" * 5000, "тест.mp4", "CON"])
def test_names_are_words_only(sender: Sender, name: str) -> None:
    path = path_of(sender.begin(body=FILE, filename=name, key=name[:64]))
    video = Video.objects.get()
    assert video.original == f"videos/{video.media_key}/original"
    assert path == f"{START}{video.pk}/"


@pytest.mark.parametrize("metadata", ["key", "key %%%", "key /w==", ",,,", "a b c d"])
def test_metadata_that_cannot_be_read_is_refused_or_nothing(sender: Sender, metadata: str) -> None:
    answer = sender.send("POST", START, Upload_Length="10", Upload_Metadata=metadata, Content_Type="text/plain")
    assert answer.status_code in {201, 400}


def test_another_version_of_the_protocol_is_refused(sender: Sender) -> None:
    assert sender.send("POST", START, Upload_Length="5", Tus_Resumable="0.2.2").status_code == 412
    assert not Video.objects.exists()


def test_a_piece_says_what_it_is(sender: Sender) -> None:
    path = path_of(sender.begin())
    assert sender.patch(path, FILE, 0, Content_Type="text/plain").status_code == 415


def test_methods_may_be_named_in_a_header(sender: Sender) -> None:
    path = path_of(sender.begin())
    headers = {"Upload_Offset": "0", "X_HTTP_Method_Override": "PATCH"}
    assert sender.send("POST", path, FILE[:7], **headers).status_code == 204
    assert sender.offset(path) == 7


def test_a_session_must_prove_that_the_page_is_ours(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    assert client.post(START, headers=headers).status_code == 403
    assert client.post(START, headers=headers | {"X-HTTP-Method-Override": "GET"}).status_code in {403, 405}
    client.get("/upload/")
    token = client.cookies["csrftoken"].value
    assert client.post(START, headers=headers | {"X-CSRFToken": token}).status_code == 201


def test_who_is_suspended_or_leaving_sends_nothing_more(alice: User, moderator: User) -> None:
    client = APIClient(headers={"Authorization": f"Token {Token.objects.create(user=alice).key}"})
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(FILE))}
    path = path_of(client.post(START, headers=headers))
    accounts.suspend(account=alice, by=moderator, reason="spam")
    patch = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert client.generic("PATCH", path, FILE, headers=patch).status_code in {401, 403}
    assert client.post(START, headers=headers).status_code in {401, 403}
    assert Upload.objects.get().received == 0


def test_an_account_that_is_deleted_takes_its_parts_along(alice: User) -> None:
    from videos.services import erasure

    upload = begun(alice)
    receiving.receive(upload=upload, offset=0, source=io.BytesIO(FILE[:10]))
    while erasure._erase_video(alice.pk):
        pass
    assert (Video.objects.count(), parts.size(upload.video.media_key)) == (0, 0)


@pytest.mark.parametrize(
    ("limit", "status", "words"),
    [
        ({"MAX_UPLOAD_BYTES": 1000}, 413, "The limit is 1000"),
        ({"UPLOAD_QUOTA_BYTES": 15_000}, 413, "Your videos take up 4.9"),
        ({"KEEP_FREE_BYTES": 1 << 60}, 507, "no room for this file"),
        ({"UPLOADS_PER_DAY": 1}, 429, "Go on tomorrow"),
    ],
)
def test_room_is_asked_for_before_the_first_byte(
    sender: Sender, settings: Any, limit: dict[str, int], status: int, words: str
) -> None:
    sender.begin(size=5000, key="earlier")
    for name, value in limit.items():
        setattr(settings, name, value)
    answer = sender.begin(body=FILE)
    assert answer.status_code == status
    assert words in answer.json()["detail"].replace("\xa0", " ")
    assert Video.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_fit_into_the_rest(alice: User, settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = int(len(FILE) * 1.5)
    statuses = in_threads(*[lambda: Sender(alice).begin().status_code] * 4)
    assert sorted(statuses) == [201, 413, 413, 413]


def disk_with(free: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(parts.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


def test_room_that_others_are_taking_is_not_given_away(
    sender: Sender, bob: User, monkeypatch: Any, settings: Any
) -> None:
    sender.begin(body=FILE[:240])
    disk_with(settings.KEEP_FREE_BYTES + 15_000, monkeypatch)
    assert Sender(bob).begin(key="one").status_code == 201
    Upload.objects.filter(received=240).update(writing_until=Now() + timedelta(seconds=9))
    assert Sender(bob).begin(key="two").json()["code"] == "no_space"


def test_no_upload_eats_what_is_to_be_kept_free(alice: User, monkeypatch: Any, settings: Any) -> None:
    """Side by side they fill the disk, though each alone had fitted."""
    upload = begun(alice)

    class Others(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                disk_with(settings.KEEP_FREE_BYTES - 1, monkeypatch)
            return super().read(3000)

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "SAVED_BYTES", 1)
        for source in (Others(FILE), io.BytesIO(FILE[3000:])):
            with pytest.raises(services.Refused) as refused:
                receiving.receive(upload=upload, offset=source.tell() or upload.received, source=source)
            assert refused.value.code == "no_space"
            upload.refresh_from_db()
            assert upload.received == 3000
    disk_with(settings.KEEP_FREE_BYTES + 1, monkeypatch)
    receiving.receive(upload=upload, offset=3000, source=io.BytesIO(FILE[3000:]))
    uploads.finish(upload.video)
    assert stored() == FILE


@pytest.mark.parametrize("step", ["fsync", "open"])
def test_a_disk_that_fails_is_said_in_words(sender: Sender, monkeypatch: Any, step: str) -> None:
    """Some say only then that they are full."""
    path = path_of(sender.begin())

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(122, "Disk quota exceeded")

    with monkeypatch.context() as patch:
        patch.setattr(receiving.os, "fsync", fail) if step == "fsync" else patch.setattr(parts, "opened", fail)
        answer = sender.patch(path, FILE, 0)
    assert (answer.status_code, answer.json()["code"], sender.offset(path)) == (507, "no_space", 0)


def test_a_disk_that_fills_up_is_said_in_words(sender: Sender, monkeypatch: Any) -> None:
    path = path_of(sender.begin(body=FILE[:100]))

    class Full(io.RawIOBase):
        def write(self, _: Any, /) -> int:
            raise OSError(28, "No space left on device")

    class Opened:
        def __enter__(self) -> Full:
            return Full()

        def __exit__(self, *_: object) -> None:
            pass

    with monkeypatch.context() as patch:
        patch.setattr(parts, "opened", lambda *_, **__: Opened())
        answer = sender.patch(path, FILE[100:], 100)
    assert (answer.status_code, answer.json()["code"]) == (507, "no_space")
    assert sender.patch(path, FILE[100:], sender.offset(path)).status_code == 204
    assert stored() == FILE


def test_a_moderator_may_take_down_what_is_on_its_way(sender: Sender, moderator: User) -> None:
    path = path_of(sender.begin(body=FILE[:100]))
    services.remove(by=moderator, video=Video.objects.get(), reason="no")
    assert sender.send("HEAD", path).status_code == 404
    assert sender.patch(path, FILE[100:], 100).status_code == 404
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    tasks.sweep_uploads()
    video = Video.objects.get()
    assert (video.state, Upload.objects.count()) == (Video.State.REMOVED, 0)
    services.restore(by=moderator, video=video)
    tasks.sweep_uploads()
    assert Video.objects.get().state == Video.State.FAILED


# --- An independent client ------------------------------------------------------------------------------------


@pytest.fixture
def tuspy(live_server: Any, alice: User) -> Any:
    key = Token.objects.create(user=alice).key
    return TusClient(f"{live_server.url}{START}", headers={"Authorization": f"Token {key}"})


@pytest.mark.django_db(transaction=True)
def test_tuspy_uploads_dies_and_goes_on(tuspy: Any) -> None:
    metadata = {"filename": "holiday.mp4", "key": "from tuspy"}
    first = tuspy.uploader(file_stream=io.BytesIO(FILE), chunk_size=3000, metadata=metadata)
    first.upload_chunk()
    first.upload_chunk()
    again = tuspy.uploader(file_stream=io.BytesIO(FILE), chunk_size=3000, url=first.url)
    assert again.offset == 6000
    again.upload()
    video = Video.objects.get()
    assert (video.state, video.upload_key, stored()) == (Video.State.PROCESSING, "from tuspy", FILE)
    assert not Publication.objects.exists()
    stranger = TusClient(tuspy.url, headers={"Authorization": "Token none"})
    with pytest.raises(TusCommunicationError):
        stranger.uploader(file_stream=io.BytesIO(FILE), chunk_size=3000).upload()


@pytest.mark.django_db(transaction=True)
def test_tuspy_with_checksums(tuspy: Any) -> None:
    tuspy.uploader(file_stream=io.BytesIO(FILE), chunk_size=4000, upload_checksum=True).upload()
    assert stored() == FILE
