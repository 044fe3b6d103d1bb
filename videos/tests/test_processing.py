"""From a file to an end: published, ready, or failed with a reason. Nothing in between lasts."""

import os
import time
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from socialvideo.lib.testing import in_threads
from videos import media, services, storage, tasks
from videos.models import Publication, Video, VideoCount
from videos.querysets import VideoQuerySet
from videos.services import editing, processing, uploads
from videos.signals import processing_due, video_failed, video_processed
from videos.tests.factories import finish, make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db
State = Video.State


@pytest.fixture
def heard():
    """The facts announced: (signal's name, video)."""
    facts: list[tuple[str, int]] = []
    listeners = []
    for name, signal in {"due": processing_due, "processed": video_processed, "failed": video_failed}.items():

        def listen(video_id: int, name: str = name, **_: object) -> None:
            facts.append((name, video_id))

        signal.connect(listen)
        listeners.append((signal, listen))
    yield facts
    for signal, listen in listeners:
        signal.disconnect(listen)


def expire_lease(video):
    """As if its worker had been killed half a minute ago."""
    Video.objects.filter(pk=video.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def failing(monkeypatch, error):
    """Makes the engine raise; everything around it is real."""

    def inspect(path, limits=None):
        raise error

    monkeypatch.setattr(media, "inspect", inspect)


# --- Uploading ------------------------------------------------------------------------------------------------


def test_an_upload_is_a_row_a_file_and_a_hint(alice, heard):
    video = upload(alice, file=ContentFile(b"the film", name="../../x.sh"))
    assert video.state == State.PROCESSING
    assert heard == [("due", video.pk)]
    with default_storage.open(video.original) as file:
        assert file.read() == b"the film"
    assert VideoCount.objects.filter(video=video).exists()


def test_the_same_key_is_the_same_video(alice, bob, heard):
    """Loops#413: nothing to be seen for a while, so it was uploaded twice."""
    first = upload(alice, upload_key="k")
    assert upload(alice, upload_key="k") == first
    assert upload(bob, upload_key="k") != first
    assert Video.objects.filter(creator=alice).count() == 1
    assert default_storage.listdir(first.media_folder)[1] == ["original"]
    assert len(heard) == 2


def test_a_key_does_not_swallow_another_file(alice):
    upload(alice, upload_key="k")
    with pytest.raises(services.Refused, match="already used"):
        upload(alice, upload_key="k", file=ContentFile(b"quite another file", name="b.mp4"))
    assert Video.objects.count() == 1


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"x" * 11, "too_large")])
def test_refused_files_leave_nothing(alice, settings, content, code):
    settings.MAX_UPLOAD_BYTES = 10
    with pytest.raises(services.Refused) as refused:
        upload(alice, file=ContentFile(content, name="x"))
    assert refused.value.code == code
    assert not Video.objects.exists()


def test_a_full_disk_leaves_nothing(alice, monkeypatch):
    def full(name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "_save", full, raising=False)
    with pytest.raises(OSError, match="No space"):
        upload(alice)
    assert not Video.objects.exists()


def test_a_second_sending_that_fails_takes_nothing_from_the_first(alice, monkeypatch):
    def other_first(name, content):
        monkeypatch.undo()
        upload(alice, upload_key="k")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "_save", other_first, raising=False)
    with pytest.raises(OSError, match="No space"):
        upload(alice, upload_key="k")
    video = Video.objects.get()
    assert (video.state, default_storage.exists(video.original)) == (State.PROCESSING, True)


def test_cancelled_while_its_form_is_stored(alice, monkeypatch):
    store, folders = default_storage._save, []

    def cancel_then_store(name, content):
        folders.append(Path(name).parent)
        uploads.cancel_upload(creator=alice, video=Video.objects.get())
        return store(name, content)

    monkeypatch.setattr(default_storage, "_save", cancel_then_store, raising=False)
    with pytest.raises(services.Refused) as refused:
        upload(alice)
    assert refused.value.code == "gone"
    assert not Video.objects.exists()
    assert not default_storage.exists(str(folders[0]))


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_at_once_is_one_video(alice):
    videos = in_threads(*[lambda: upload(alice, upload_key="k")] * 5)
    assert len({video.pk for video in videos}) == 1
    assert Video.objects.count() == 1
    assert default_storage.listdir(videos[0].media_folder)[1] == ["original"]


# --- The lease ------------------------------------------------------------------------------------------------


def test_only_one_worker_gets_it(alice):
    video = upload(alice)
    assert processing.claim(video.pk)
    assert processing.claim(video.pk) is None


@pytest.mark.django_db(transaction=True)
def test_many_at_once_only_one_gets_it(alice):
    video = upload(alice)
    claims = in_threads(*[lambda: processing.claim(video.pk)] * 6)
    assert sum(claim is not None for claim in claims) == 1


def test_removed_as_soon_as_it_is_taken(alice, monkeypatch):
    """Between the worker's two statements: nobody's, and no error."""
    video = upload(alice)
    update = VideoQuerySet.update

    def update_then_remove(videos, **changes):
        taken = update(videos, **changes)
        monkeypatch.undo()
        services.remove(by=alice, video=video)
        return taken

    monkeypatch.setattr(VideoQuerySet, "update", update_then_remove)
    assert processing.claim(video.pk) is None
    video.refresh_from_db()
    assert video.state == State.REMOVED


def test_a_killed_workers_video_is_taken_up_again(alice, heard):
    video = upload(alice)
    killed = processing.claim(video.pk)
    services.sweep()
    assert heard == [("due", video.pk)]
    expire_lease(video)
    services.sweep()
    services.sweep()
    assert heard == [("due", video.pk)] * 3
    finish(video)
    assert video.state == State.PUBLISHED
    with pytest.raises(processing.LeaseLost):
        processing.finish(killed, processing.Finished("late", 1, 1, 1, False))
    video.refresh_from_db()
    assert video.rendition_key != "late"
    assert Publication.objects.count() == 1


def test_a_lost_hint_is_given_again(alice, heard):
    """PeerTube#6018: some videos were never queued."""
    video = upload(alice)
    heard.clear()
    tasks.sweep_processing()
    assert heard == [("due", video.pk)]


def test_a_video_that_wears_out_its_workers_fails(alice, heard):
    video = upload(alice)
    for _ in range(processing.MOST_ATTEMPTS):
        assert processing.claim(video.pk)
        expire_lease(video)
    assert processing.claim(video.pk) is None
    services.sweep()
    services.sweep()
    video.refresh_from_db()
    assert (video.state, video.failure_code) == (State.FAILED, "interrupted")
    assert [fact for fact in heard if fact[0] == "failed"] == [("failed", video.pk)]


def test_a_worker_without_its_lease_cannot_fail_the_video(alice):
    video = upload(alice)
    late = processing.claim(video.pk)
    expire_lease(video)
    assert processing.claim(video.pk)
    processing.fail(late, "late", "Too late.")
    video.refresh_from_db()
    assert video.state == State.PROCESSING


def test_progress_renews_the_lease_and_a_removed_video_ends_the_work(alice):
    video = upload(alice)
    claimed = processing.claim(video.pk)
    expire_lease(video)
    Video.objects.filter(pk=video.pk).update(lease_until=timezone.now())
    processing._report(claimed, 40)
    video.refresh_from_db()
    assert video.progress == 40
    assert video.lease_until > timezone.now() + timedelta(seconds=20)
    services.remove(by=alice, video=video)
    with pytest.raises(processing.LeaseLost):
        processing._report(claimed, 50)


@pytest.mark.django_db(transaction=True)
def test_the_lease_beats_while_a_step_is_silent(alice, monkeypatch):
    monkeypatch.setattr(processing, "HEARTBEAT_SECONDS", 0.05)
    video = upload(alice)
    claimed = processing.claim(video.pk)
    Video.objects.filter(pk=video.pk).update(lease_until=timezone.now())
    with processing._heartbeat(claimed):
        deadline = time.monotonic() + 10
        while video.lease_until is None or video.lease_until < timezone.now():
            assert time.monotonic() < deadline
            video.refresh_from_db()
    assert video.lease_key == claimed.lease_key


# --- Ends -----------------------------------------------------------------------------------------------------


def test_a_refused_file_fails_with_its_reason_and_leaves_only_the_original(alice, heard):
    video = upload(alice, file=ContentFile(b"no video at all", name="x.mp4"))
    for _ in range(2):
        tasks.process_video(video.pk)
    video.refresh_from_db()
    assert (video.state, video.failure_code) == (State.FAILED, "not_video")
    assert video.failure_reason.startswith("This file is not a video we can read.")
    assert heard == [("due", video.pk), ("failed", video.pk)]
    assert default_storage.listdir(video.media_folder) == ([], ["original"])
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    "error",
    [
        media.EncodingFailed("disk_full", "Processing is not available right now."),
        media.EncodingFailed("ffmpeg_missing", "Processing is not available right now."),
        OSError("the disk is gone"),
        RuntimeError("a mistake of ours"),
    ],
)
def test_our_own_failures_are_tried_again_and_end(alice, monkeypatch, heard, error):
    failing(monkeypatch, error)
    video = upload(alice)
    for attempt in range(1, processing.MOST_ATTEMPTS + 1):
        services.process(video.pk)
        services.process(video.pk)  # not before the pause is over
        video.refresh_from_db()
        assert video.attempts == attempt
        expire_lease(video)
    assert video.state == State.FAILED
    assert video.failure_reason
    assert [fact for fact in heard if fact[0] == "failed"] == [("failed", video.pk)]


def test_retry_after_a_failure_works(alice, bob, heard):
    """PeerTube#5691: refused, because it was being transcoded already."""
    video = make_failed_video(alice)
    with pytest.raises(services.Refused):
        services.retry(creator=bob, video=video)
    video.refresh_from_db()
    assert video.state == State.FAILED
    for _ in range(2):
        services.retry(creator=alice, video=video)
    assert (video.state, video.attempts, video.failure_reason) == (State.PROCESSING, 0, "")
    assert [fact for fact in heard if fact[0] == "due"] == [("due", video.pk)] * 2
    finish(video)
    assert video.state == State.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_the_part_chosen_as_the_last_byte_arrives_is_what_goes_out(alice, monkeypatch):
    """Whoever comes second sees what the first did: the whole film of somebody who had cut it went out."""
    name = upload(alice).original
    video = uploads.begin_upload(creator=alice, upload_key="k", size=6)
    check, claimed, rivals = editing._check, [], []

    def arrive():
        uploads.hand_over(video=video, name=name, size=6)
        claimed.append(processing.claim(video.pk))
        connection.close()

    def check_meanwhile(*given):
        check(*given)
        rivals.append(Thread(target=arrive))
        rivals[0].start()
        rivals[0].join(1)  # it waits for us

    monkeypatch.setattr(editing, "_check", check_meanwhile)
    services.edit(creator=alice, video=video, trim_from_ms=1000, trim_to_ms=3000)
    rivals[0].join()
    assert (claimed[0].trim_from_ms, claimed[0].trim_to_ms) == (1000, 3000)


def test_a_worker_that_cut_another_part_shows_nothing(alice):
    video = upload(alice)
    claimed = processing.claim(video.pk)
    Video.objects.update(trim_to_ms=3000)
    with pytest.raises(processing.LeaseLost):
        processing.finish(claimed, processing.Finished("x", 1, 1, 1, False))
    video.refresh_from_db()
    assert (video.state, video.rendition_key) == (State.PROCESSING, "")


def test_what_another_worker_shows_meanwhile_is_not_cleared(alice, monkeypatch):
    """Between the looking for what to keep and the removing."""
    video = upload(alice)
    listdir = default_storage.listdir

    def then_shown(name):
        monkeypatch.undo()
        finish(video)
        return listdir(name)

    monkeypatch.setattr(default_storage, "listdir", then_shown, raising=False)
    processing._discard_unfinished(video)
    assert default_storage.exists(f"{video.media_folder}/{video.rendition_key}/master.m3u8")


def test_working_folders_of_others(alice, monkeypatch, settings, tmp_path):
    """One ended as we looked; one has worked for three hours, which a long film may take; one was killed yesterday."""
    at_work, killed = tmp_path / "at work", tmp_path / "killed"
    for folder, hours in ((at_work, 3), (killed, 30)):
        folder.mkdir()
        os.utime(folder, (time.time() - hours * 3600,) * 2)
    monkeypatch.setattr(storage, "_working_folders", lambda: [tmp_path / "ended", at_work, killed])
    settings.MAX_VIDEO_SECONDS = 180
    with processing._working_folder():
        assert [at_work.exists(), killed.exists()] == [True, False]


def test_what_a_killed_worker_stored_is_cleared(alice):
    video = upload(alice)
    killed = processing.claim(video.pk)
    default_storage.save(f"{video.media_folder}/{killed.lease_key}/360/000.m4s", ContentFile(b"half"))
    expire_lease(video)
    finish(video)
    processing._discard_unfinished(video)
    assert default_storage.listdir(video.media_folder) == ([video.rendition_key], ["original"])


def test_removing_while_processing_and_restoring_goes_on(alice, heard):
    video = upload(alice)
    claimed = processing.claim(video.pk)
    services.remove(by=alice, video=video)
    with pytest.raises(processing.LeaseLost):
        processing.finish(claimed, processing.Finished("x", 1, 1, 1, False))
    services.restore(by=alice, video=video)
    assert video.state == State.PROCESSING
    assert heard.count(("due", video.pk)) == 2
    expire_lease(video)
    assert finish(video).state == State.PUBLISHED


# --- Removing -------------------------------------------------------------------------------------------------


def test_removed_is_gone_from_sight_and_back(alice, bob):
    video = make_video(alice)
    for _ in range(2):
        services.remove(by=alice, video=video)
    assert not Video.objects.visible_to(bob.pk).exists()
    assert not Video.objects.visible_to(alice.pk).exists()
    for _ in range(2):
        services.restore(by=alice, video=video)
    assert Video.objects.visible_to(None).get() == video
    assert Publication.objects.count() == 1


def test_only_creator_and_moderators_remove(alice, mallory):
    video = make_video(alice)
    for act in (services.remove, services.restore):
        with pytest.raises(services.Refused):
            act(by=mallory, video=video)
    video.refresh_from_db()
    assert video.state == State.PUBLISHED


def test_a_moderators_removal_stands_over_the_creators(alice, moderator):
    video = make_video(alice)
    services.remove(by=alice, video=video)
    services.remove(by=moderator, video=video, reason="Stolen.")
    with pytest.raises(services.Refused, match="moderator"):
        services.restore(by=alice, video=video)
    services.remove(by=alice, video=video)
    video.refresh_from_db()
    assert (video.removed_by, video.removal_reason) == (moderator, "Stolen.")
    services.restore(by=moderator, video=video)
    assert video.state == State.PUBLISHED


# --- Rules of the database ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "published", "rendition_key": "x"}, "videos_video_published_at_a_moment"),
        ({"state": "removed"}, "videos_video_removed_at_a_moment"),
        ({"state": "failed"}, "videos_video_failure_has_a_reason"),
        ({"progress": 101}, "videos_video_progress_is_a_percentage"),
        ({"state": "ready"}, "videos_video_finished_has_files"),
    ],
)
def test_a_video_cannot_be_in_between(alice, changes, constraint):
    video = upload(alice)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Video.objects.filter(pk=video.pk).update(**changes)


def test_one_video_per_upload_key(alice):
    upload(alice, upload_key="k")
    with pytest.raises(IntegrityError, match="videos_video_one_per_upload_key"), transaction.atomic():
        Video.objects.create(creator=alice, upload_key="k")


def test_a_video_removed_as_it_is_taken_is_to_be_had_once_it_is_back(alice, monkeypatch):
    video, held_by = upload(alice), VideoQuerySet.held_by

    def removed_meanwhile(videos: VideoQuerySet, key: str) -> VideoQuerySet:
        services.remove(by=alice, video=video)
        return held_by(videos, key)

    with monkeypatch.context() as at_this_moment:
        at_this_moment.setattr(VideoQuerySet, "held_by", removed_meanwhile)
        assert processing.claim(video.pk) is None
    services.restore(by=alice, video=video)
    claimed = processing.claim(video.pk)
    assert claimed is not None
    assert claimed.attempts == 1
