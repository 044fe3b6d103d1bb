"""From an uploaded file to a finished video, in as many leases as it takes: the first makes it watchable, and it goes
out; what makes it better (further rungs, another cover) is added later, and never takes away what is there.

A worker takes a video by lease: one statement that only one worker wins, renewed while the worker lives and free again
soon after it died. Whatever a worker found out counts only while it still holds the lease. Each try has a folder of its
own in the storage, shown by one update of the row, so nothing half-made is ever seen."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.locks import lock_account
from accounts.models import User
from socialvideo.lib.heartbeat import beating
from socialvideo.lib.said import kept
from videos import media, storage
from videos.models import Video
from videos.querysets import VideoQuerySet
from videos.services.allowance import check_work, count_work
from videos.services.copies import digest_of, keep_digest
from videos.services.publishing import hurry_publishing, publish_due, publish_if_due
from videos.services.refusals import Refused, not_yours
from videos.signals import processing_due, video_failed, video_made, video_processed

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 5
MOST_ATTEMPTS = 3
PAUSE = timedelta(seconds=5)  # before a failed attempt is repeated, times its number
HINTED_AT_ONCE = 20
INSPECTED, ENCODED = 5, 95  # percent

INTERRUPTED = (
    "interrupted",
    gettext_noop("Processing stopped several times before the end. Your file is safe; try again."),
)
INTERNAL = ("internal", gettext_noop("Processing went wrong. Your file is safe; try again."))
ANEW: dict[str, Any] = {
    "attempts": 0,
    "lease_key": "",
    "failure_code": "",
    "failure_reason": "",
    "failed_at": None,
}
WATCHABLE = [Video.State.READY, Video.State.PUBLISHED]
UNMADE: dict[str, Any] = {
    "rendition_key": "",
    "rungs_key": "",
    "poster_key": "",
    "has_small_poster": False,
    "cover_made_ms": None,
}


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
    more_follows: bool = False


@dataclass(frozen=True)
class Source:
    """The file that came, and what is in the part of it that its creator wants."""

    path: Path
    probe: media.Probe
    limits: media.Limits


def process(video_id: int) -> None:
    """Brings the video one attempt further, and the next one too while this worker has what makes it cheap. Nothing
    happens when it is not free, so calling twice is calling once."""
    if video := claim(video_id):
        with _answered(video), _working_folder() as folder:
            _carry_on(video, folder)
            if _mezzanine(folder, video.lease_key).exists() and (again := claim(video_id)):
                with _answered(again):
                    _carry_on(again, folder)


def sweep() -> None:
    """Resumes what nobody works on: hints for free videos, an end for those that wore out their workers, publication
    for those that waited for their creator or their hour. Hints are few at a time: the next sweep gives the next ones."""
    free = Video.objects.free().order_by("awaits_more", "pk")
    for video in free.filter(attempts__gte=MOST_ATTEMPTS):
        fail(video, *INTERRUPTED)
    for video_id in free.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True)[:HINTED_AT_ONCE]:
        processing_due.send(Video, video_id=video_id)
    publish_due()
    hurry_publishing()
    drop_originals()


def claim(video_id: int) -> Video | None:
    """Takes the video for this worker. None when it is not to be had, or was removed as soon as it was taken."""
    lease_key = secrets.token_urlsafe(12)
    taken = (
        Video.objects.free()
        .filter(pk=video_id, attempts__lt=MOST_ATTEMPTS)
        .update(lease_key=lease_key, lease_until=Now() + LEASE, attempts=F("attempts") + 1, progress=0)
    )
    claimed = Video.objects.held_by(lease_key).filter(pk=video_id).first() if taken else None
    if taken and claimed is None:  # it may be back at any moment, and is not to wait for a lease that nobody holds
        let_go = {"lease_key": "", "lease_until": Now(), "attempts": F("attempts") - 1}
        Video.objects.filter(pk=video_id, lease_key=lease_key).update(**let_go)
    return claimed


@transaction.atomic
def finish(video: Video, made: Finished) -> None:
    """The video is watchable, and published if it is meant for others. Raises LeaseLost."""
    lock_account(video.creator_id)
    as_wished = _mine(video).filter(trim_from_ms=video.trim_from_ms, trim_to_ms=video.trim_to_ms)
    ready = as_wished.update(
        state=Video.State.READY,
        rendition_key=made.rendition_key,
        duration_ms=made.duration_ms,
        width=made.width,
        height=made.height,
        has_audio=made.has_audio,
        has_small_poster=True,
        cover_made_ms=video.cover_ms,
        awaits_more=made.more_follows or _cover_changed(video),
        **_let_go(0 if made.more_follows else 100),
    )
    if not ready:
        raise LeaseLost
    publish_if_due(video.pk)
    video_processed.send(Video, video_id=video.pk)
    _go_on(video)


@transaction.atomic
def add(video: Video, *, more_follows: bool, **made: Any) -> None:
    """Shows what was added. Raises LeaseLost."""
    lock_account(video.creator_id)
    more_follows = more_follows or _cover_changed(video)
    if not _mine(video).update(awaits_more=more_follows, **made, **_let_go(0 if more_follows else 100)):
        raise LeaseLost
    _go_on(video)


def _let_go(progress: int) -> dict[str, Any]:
    """Free at once for whoever comes next, and since when it waits can be told."""
    return ANEW | {"progress": progress, "lease_until": Now()}


def _go_on(video: Video) -> None:
    video_made.send(Video, video_id=video.pk)
    if Video.objects.unprocessed().filter(pk=video.pk).exists():
        processing_due.send(Video, video_id=video.pk)


@transaction.atomic
def fail(video: Video, code: str, reason: str) -> None:
    """Ends in `failed` with the reason that the creator reads; what is watchable already stays as it is, with the reason.
    Nothing happens when the lease is lost."""
    said = {"failure_code": code, "failure_reason": kept(reason), "failed_at": Now()}
    ended = said | {"lease_key": "", "lease_until": None}
    if _mine(video).filter(state=Video.State.PROCESSING).update(state=Video.State.FAILED, **ended):
        video_failed.send(Video, video_id=video.pk)
    else:
        _mine(video).update(awaits_more=False, **ended)


@transaction.atomic
def retry(*, creator: User, video: Video) -> Video:
    """Processes a failed video again from its file, or adds what could not be added. Twice is once. Raises Refused."""
    if video.creator_id != creator.pk and not creator.has_perm("videos.remove_video"):
        raise not_yours()
    video.refresh_from_db()
    if video.state == Video.State.FAILED or video.stays_as_it_is:
        _check_original(
            video,
            _("This video cannot be processed again: the file you sent is no longer kept. Upload it again."),
        )
        if creator.pk == video.creator_id:
            check_work(creator.pk, again=True)
        failed = Video.objects.filter(pk=video.pk).exclude(failure_reason="")
        restarted = failed.filter(state=Video.State.FAILED).update(state=Video.State.PROCESSING, **_let_go(0))
        watchable = failed.filter(state__in=WATCHABLE, awaits_more=False)
        if restarted or watchable.update(awaits_more=True, **_let_go(0)):
            if creator.pk == video.creator_id:
                count_work(creator.pk)
            processing_due.send(Video, video_id=video.pk)
        video.refresh_from_db()
    return video


def remake(video_id: int) -> None:
    """Another part of the file is wanted: made from the beginning. Raises Refused when that is not possible any more."""
    video = Video.objects.get(pk=video_id)
    if video.published_at:
        raise Refused("published", _("This video has gone out, so its length stays. To cut it anew, upload it again."))
    _check_original(video, _("It cannot be cut anew: the file you sent is no longer kept. Upload it again."))
    check_work(video.creator_id, again=True)
    unpublished = [Video.State.PROCESSING, Video.State.READY, Video.State.FAILED]
    wanted = Video.objects.filter(pk=video_id, state__in=unpublished)
    if wanted.update(state=Video.State.PROCESSING, awaits_more=False, **_let_go(0), **UNMADE):
        count_work(video.creator_id)
        processing_due.send(Video, video_id=video_id)


def renew_cover(video_id: int) -> None:
    """Another frame is wanted as the cover: made alone. A worker that is at the video now sees so at its end. Raises
    Refused when the file is not kept any more."""
    video = Video.objects.get(pk=video_id)
    if video.state not in WATCHABLE:
        return
    _check_original(video, _("It cannot have another cover: the file you sent is no longer kept. Upload it again."))
    check_work(video.creator_id, again=True)
    if Video.objects.filter(pk=video_id, state__in=WATCHABLE, awaits_more=False).update(awaits_more=True, **_let_go(0)):
        count_work(video.creator_id)
        processing_due.send(Video, video_id=video_id)


def _check_original(video: Video, otherwise: str) -> None:
    if not video.original:
        raise Refused("no_original", otherwise)


def drop_originals() -> None:
    """Where originals are not kept: those of videos that are out, with all that is to be made of them."""
    if settings.KEEP_ORIGINALS:
        return
    out = Video.objects.filter(state=Video.State.PUBLISHED, awaits_more=False, failure_reason="").exclude(original="")
    for video in out.order_by("pk")[:HINTED_AT_ONCE]:
        if out.filter(pk=video.pk).update(original=""):  # first, so that nobody asks for more from it meanwhile
            _drop(video)


def _drop(video: Video) -> None:
    try:
        storage.remove(video.original)
    except OSError:
        logger.warning("The file of %s is left to the next sweep", video, exc_info=True)
        Video.objects.filter(pk=video.pk, state=Video.State.PUBLISHED, original="").update(original=video.original)


def _mine(video: Video) -> VideoQuerySet:
    """As long as this worker holds it."""
    return Video.objects.held_by(video.lease_key).filter(pk=video.pk)


@contextmanager
def _answered(video: Video) -> Iterator[None]:
    """Holds the lease, and writes down how the attempt ended if it ended badly."""
    try:
        with _heartbeat(video):
            yield
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
        _mine(video).update(lease_key="", lease_until=Now() + PAUSE * video.attempts, progress=0)


def _carry_on(video: Video, folder: Path) -> None:
    """One step further: what makes it watchable, else another cover, else better rungs."""
    source = _source(video, folder)
    first, *later = media.stages(source.probe)
    lacks_rungs = bool(later) and not video.rungs_key
    if not video.rendition_key:
        finish(video, _make(video, source, first, folder, more_follows=bool(later)))
    elif video.cover_made_ms != video.cover_ms:
        _add_cover(video, source, folder, more_follows=lacks_rungs)
    elif lacks_rungs:
        _add_rungs(video, _nearest(video, source, first, folder), later[0], folder)
    else:
        add(video, more_follows=False)


def _source(video: Video, folder: Path) -> Source:
    path, limits = folder / "original", _limits()
    if not path.exists():
        storage.fetch(video.original, path)
    if not video.digest:  # it came past us, into a bucket
        with path.open("rb") as file:
            keep_digest(video, digest_of(File(file)))
    probe = media.inspect(path, limits, from_ms=video.trim_from_ms, to_ms=video.trim_to_ms)
    _report(video, INSPECTED)
    return Source(path, probe, limits)


def _mezzanine(folder: Path, rendition_key: str) -> Path:
    """Of those rungs: it shows the part and the file that they do."""
    return folder / f"{rendition_key}.mp4"


def _nearest(video: Video, source: Source, first: media.Stage, folder: Path) -> Source:
    """What further rungs are made from. Where the mezzanine is no longer at hand, as after a worker's death, the file is
    decoded again."""
    mezzanine = _mezzanine(folder, video.rendition_key)
    if not mezzanine.exists():
        return source
    return Source(mezzanine, media.of_mezzanine(source.probe, first), source.limits)


def _limits() -> media.Limits:
    return media.Limits(max_seconds=settings.MAX_VIDEO_SECONDS)


def _make(video: Video, source: Source, stage: media.Stage, folder: Path, *, more_follows: bool) -> Finished:
    made = _encode(video, source, stage, folder / "finished", mezzanine=_mezzanine(folder, video.lease_key))
    _store(video, folder / "finished")
    return Finished(
        rendition_key=video.lease_key,
        duration_ms=made.duration_ms,
        width=made.width,
        height=made.height,
        has_audio=source.probe.has_audio,
        more_follows=more_follows,
    )


def _add_rungs(video: Video, source: Source, stage: media.Stage, folder: Path) -> None:
    """The new master playlist names the rungs that are there too; who plays by the old one goes on."""
    target = folder / "rungs"
    made = _encode(video, source, stage, target)
    earlier = storage.read_text(f"{video.media_folder}/{video.rendition_key}/{made.master}")
    master = target / made.master
    master.write_text(media.merged((f"../{video.rendition_key}/", earlier), ("", master.read_text())))
    _store(video, target)
    best = max([(made.width, made.height), (video.width or 0, video.height or 0)])
    add(video, more_follows=False, rungs_key=video.lease_key, width=best[0], height=best[1])


def _add_cover(video: Video, source: Source, folder: Path, *, more_follows: bool) -> None:
    media.encode_cover(source.path, source.probe, folder / "cover", cover_ms=video.cover_ms, limits=source.limits)
    _store(video, folder / "cover")
    shown = {"poster_key": video.lease_key, "has_small_poster": True, "cover_made_ms": video.cover_ms}
    add(video, more_follows=more_follows, **shown)


def _cover_changed(video: Video) -> bool:
    """Since the worker took the video: the next step makes it."""
    return bool(Video.objects.values_list("cover_ms", flat=True).get(pk=video.pk) != video.cover_ms)


def _encode(
    video: Video, source: Source, stage: media.Stage, target: Path, *, mezzanine: Path | None = None
) -> media.Renditions:
    return media.encode(
        source.path,
        source.probe,
        target,
        stage=stage,
        cover_ms=video.cover_ms,
        mezzanine=mezzanine,
        on_progress=_encoding_progress(video),
        limits=source.limits,
    )


def _store(video: Video, folder: Path) -> None:
    _report(video, ENCODED)
    storage.store_folder(folder, f"{video.media_folder}/{video.lease_key}")


def _encoding_progress(video: Video) -> Callable[[float], None]:
    return lambda fraction: _report(video, INSPECTED + round(fraction * (ENCODED - INSPECTED)))


def _report(video: Video, percent: int) -> None:
    """Writes the progress and renews the lease. Raises LeaseLost, which also ends an encoder at work."""
    if not _renew(video, progress=percent):
        raise LeaseLost


def _renew(video: Video, **changes: int) -> int:
    return _mine(video).update(lease_until=Now() + LEASE, **changes)


@contextmanager
def _heartbeat(video: Video) -> Iterator[None]:
    """Renews the lease beside steps that report no progress: fetching, inspecting, verifying, storing."""
    with beating(lambda: _renew(video), seconds=HEARTBEAT_SECONDS, name=f"lease of video {video.pk}"):
        yield


@contextmanager
def _working_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix=storage.WORKING_PREFIX) as folder:
        storage.remove_abandoned_folders(after=_limits().longest_attempt)
        yield Path(folder)


def _discard_unfinished(video: Video) -> None:
    """Removes from the storage what attempts left behind, this one or those of killed workers; never what is shown."""
    keys = Video.objects.filter(pk=video.pk).values_list("rendition_key", "rungs_key", "poster_key", "lease_key")
    storage.remove_folders(video.media_folder, keep=lambda: set(keys.first() or ()))
