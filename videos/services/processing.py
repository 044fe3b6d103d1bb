"""From an uploaded file to a finished video. A worker takes a video by lease: one statement that only one worker wins,
renewed while the worker lives and free again soon after it died. Whatever a worker found out counts only while it
still holds the lease. Each try has a folder of its own in the storage, so nothing half-made is ever shown."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.locks import lock_account
from videos import media, storage
from videos.models import Video
from videos.services.publishing import hurry_publishing, publish_due, publish_if_due
from videos.signals import processing_due, video_failed, video_processed

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 5
MOST_ATTEMPTS = 3
PAUSE = timedelta(seconds=5)  # before a failed attempt is repeated, times its number
HINTED_AT_ONCE = 20
INSPECTED, ENCODED = 5, 95  # percent

INTERRUPTED = ("interrupted", "Processing stopped several times before the end. Your file is safe; try again.")
INTERNAL = ("internal", "Processing went wrong. Your file is safe; try again.")


class LeaseLost(Exception):
    """Somebody else has the video now, or its creator removed it. Whoever gets this stops and leaves no trace."""


@dataclass(frozen=True)
class Finished:
    """What processing found out about a video, and where its files are."""

    rendition_key: str
    duration_ms: int
    width: int
    height: int
    has_audio: bool


def process(video_id: int) -> None:
    """Brings the video one attempt further. Nothing happens when it is not free, so calling twice is calling once."""
    if video := claim(video_id):
        _attempt(video)


def sweep() -> None:
    """Resumes what nobody works on: hints for free videos, an end for those that wore out their workers, publication
    for those that waited for their creator or their hour. Hints are few at a time: the next sweep gives the next ones."""
    free = Video.objects.free().order_by("pk")
    for video in free.filter(attempts__gte=MOST_ATTEMPTS):
        fail(video, *INTERRUPTED)
    for video_id in free.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True)[:HINTED_AT_ONCE]:
        processing_due.send(Video, video_id=video_id)
    publish_due()
    hurry_publishing()


def claim(video_id: int) -> Video | None:
    """Takes the video for this worker, or tells that it is not to be had."""
    lease_key = secrets.token_urlsafe(12)
    taken = (
        Video.objects.free()
        .filter(pk=video_id, attempts__lt=MOST_ATTEMPTS)
        .update(lease_key=lease_key, lease_until=Now() + LEASE, attempts=F("attempts") + 1, progress=0)
    )
    return Video.objects.held_by(lease_key).get(pk=video_id) if taken else None


@transaction.atomic
def finish(video: Video, made: Finished) -> None:
    """The video is ready, and published if it is meant for others. Raises LeaseLost."""
    lock_account(video.creator_id)
    ready = (
        Video.objects.held_by(video.lease_key)
        .filter(pk=video.pk)
        .update(
            state=Video.State.READY,
            rendition_key=made.rendition_key,
            duration_ms=made.duration_ms,
            width=made.width,
            height=made.height,
            has_audio=made.has_audio,
            progress=100,
            lease_key="",
            lease_until=None,
        )
    )
    if not ready:
        raise LeaseLost
    publish_if_due(video.pk)
    video_processed.send(Video, video_id=video.pk)


@transaction.atomic
def fail(video: Video, code: str, reason: str) -> None:
    """Ends in `failed` with the reason that the creator reads. Nothing happens when the lease is lost."""
    failed = (
        Video.objects.held_by(video.lease_key)
        .filter(pk=video.pk)
        .update(
            state=Video.State.FAILED, failure_code=code, failure_reason=reason[:300], lease_key="", lease_until=None
        )
    )
    if failed:
        video_failed.send(Video, video_id=video.pk)


def _attempt(video: Video) -> None:
    try:
        with _heartbeat(video), _working_folder() as folder:
            finish(video, _make(video, folder))
    except LeaseLost:
        logger.info("%s is no longer ours", video)
    except media.RejectedMedia as refusal:
        logger.info("%s refused: %s %s", video, refusal.code, refusal.detail)
        fail(video, refusal.code, refusal.message)
    except media.EncodingFailed as failure:
        logger.warning("%s attempt %s: %s %s", video, video.attempts, failure.code, failure.detail)
        _again_or_fail(video, failure.code, failure.message)
    except Exception:
        logger.exception("%s attempt %s", video, video.attempts)
        _again_or_fail(video, *INTERNAL)
    finally:
        _discard_unfinished(video)


def _again_or_fail(video: Video, code: str, reason: str) -> None:
    if video.attempts >= MOST_ATTEMPTS:
        fail(video, code, reason)
    else:
        held = Video.objects.held_by(video.lease_key).filter(pk=video.pk)
        held.update(lease_key="", lease_until=Now() + PAUSE * video.attempts, progress=0)


def _make(video: Video, folder: Path) -> Finished:
    source, target = folder / "original", folder / "finished"
    limits = media.Limits(max_seconds=settings.MAX_VIDEO_SECONDS)
    storage.fetch(video.original, source)
    probe = media.inspect(source, limits)
    _report(video, INSPECTED)
    made = media.encode(source, probe, target, on_progress=_encoding_progress(video), limits=limits)
    _report(video, ENCODED)
    storage.store_folder(target, f"{video.media_folder}/{video.lease_key}")
    return Finished(
        rendition_key=video.lease_key,
        duration_ms=made.duration_ms,
        width=made.width,
        height=made.height,
        has_audio=probe.has_audio,
    )


def _encoding_progress(video: Video) -> Callable[[float], None]:
    return lambda fraction: _report(video, INSPECTED + round(fraction * (ENCODED - INSPECTED)))


def _report(video: Video, percent: int) -> None:
    """Writes the progress and renews the lease. Raises LeaseLost, which also ends an encoder at work."""
    if not _renew(video, progress=percent):
        raise LeaseLost


def _renew(video: Video, **changes: int) -> int:
    return Video.objects.held_by(video.lease_key).filter(pk=video.pk).update(lease_until=Now() + LEASE, **changes)


@contextmanager
def _heartbeat(video: Video) -> Iterator[None]:
    """Renews the lease beside steps that report no progress: fetching, inspecting, verifying, storing."""
    over = Event()
    thread = Thread(target=_beat, args=(video, over), name=f"lease of video {video.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(video: Video, over: Event) -> None:
    while not over.wait(HEARTBEAT_SECONDS):
        try:
            _renew(video)
        except DatabaseError:
            logger.warning("The lease of %s was not renewed", video, exc_info=True)
        finally:
            connections.close_all()


@contextmanager
def _working_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix=storage.WORKING_PREFIX) as folder:
        storage.remove_abandoned_folders()
        yield Path(folder)


def _discard_unfinished(video: Video) -> None:
    """Removes from the storage what attempts left behind, this one or those of killed workers; never what is shown."""
    row = Video.objects.only("rendition_key", "lease_key").filter(pk=video.pk).first()
    kept = {row.rendition_key, row.lease_key} if row else set()
    storage.remove_folders(video.media_folder, keep=kept)
