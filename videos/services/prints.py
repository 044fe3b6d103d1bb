"""Re-uploads of what moderators removed. What each video looks like is taken down once it is made; what a removed one
looked like is remembered; a likeness is said to moderators, in the queue, and decides nothing.

Everything here comes after processing and cannot hold it up: the rows say what is still to be taken and compared, and
the sweep finds them, those from before there were prints too."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts.locks import lock_account
from videos import media, storage
from videos.models import Case, Decision, Likeness, RemovedBand, RemovedVideo, Report, Video, VideoPrints
from videos.models.moderation import Act, Flag, Kind
from videos.services.moderation import flag
from videos.services.moderation.things import record

logger = logging.getLogger(__name__)

NEAR = 10  # bits of 64 in which two prints of one picture may differ
COMPARED = 16  # frames of a video, spread over it
PART = 0.25  # of them that have to be like frames of one removed video
SURE_FRAMES, SURE_BITS = 3, 4  # so many at least, or one that is hardly different
SAID_AT_ONCE = 5  # the most alike
TURN_SECONDS = 20
AT_ONCE = 200

BITS = 64
BANDS, BAND_BITS = 4, 16
# A quarter may differ in one bit: of two prints that differ in up to seven, some quarter has no more; of those that differ
# in ten, still four of five have one.
_NEAR_A_BAND = [0, *(1 << bit for bit in range(BAND_BITS))]

_WANT = """
    INSERT INTO videos_videoprints AS known (video_id, rendition_key)
    SELECT id, rendition_key FROM videos_video WHERE id = %s AND rendition_key <> ''
    ON CONFLICT (video_id) DO UPDATE SET rendition_key = EXCLUDED.rendition_key, compared_at = NULL,
        taken_at = CASE WHEN known.rendition_key = EXCLUDED.rendition_key THEN known.taken_at END
"""
_LIKE = f"""
    WITH asked AS MATERIALIZED (
        SELECT place, frame, turned, ARRAY(
            SELECT (band << {BAND_BITS}) | ((frame >> ({BAND_BITS} * ({BANDS - 1} - band)) & 65535)::int # mask)
            FROM generate_series(0, {BANDS - 1}) AS band, unnest(%(masks)s::int[]) AS mask
        ) AS bands
        FROM unnest(%(places)s::int[], %(frames)s::bigint[], %(turned)s::bool[]) AS of (place, frame, turned)
    )
    SELECT removed.id, asked.turned, count(DISTINCT asked.place), min(near.bits)
    FROM asked CROSS JOIN LATERAL (
        SELECT known.removed_id, bit_count((known.frame # asked.frame)::bit(64)) AS bits
        FROM videos_removedband AS known WHERE known.band = ANY(asked.bands)
    ) AS near JOIN videos_removedvideo AS removed ON removed.id = near.removed_id
    WHERE near.bits <= %(near)s AND removed.video_id <> %(video)s
    GROUP BY removed.id, asked.turned
"""


@dataclass(frozen=True)
class Found:
    """Of the compared frames of a video so many are like some of a removed one; the nearest differs in so many bits."""

    removed_id: int
    is_mirrored: bool
    alike: int
    bits: int

    def is_telling(self, compared: int) -> bool:
        return self.alike >= PART * compared and (self.alike >= SURE_FRAMES or self.bits <= SURE_BITS)


# --- Taken ------------------------------------------------------------------------------------------------------


def want(video_id: int) -> None:
    """Of the video as it is made now; what is taken already is compared again. Twice is once."""
    with connection.cursor() as cursor:
        cursor.execute(_WANT, [video_id])


def take(video_id: int) -> None:
    """Looks at its smallest rung, and compares. Nothing happens when that is done, or more is still being made."""
    wanted = _to_be_taken().filter(pk=video_id).select_related("video").first()
    if wanted and (frames := _seen(wanted.video)) is not None:
        _keep(wanted, frames)
    compare(video_id)


def _to_be_taken() -> QuerySet[VideoPrints]:
    made = VideoPrints.objects.filter(video__awaits_more=False, video__rendition_key=F("rendition_key"))
    return made.filter(taken_at=None)


def _seen(video: Video) -> list[int] | None:
    """None: not now; the sweep comes back to it. What cannot be read looks like nothing."""
    try:
        with TemporaryDirectory(prefix=storage.WORKING_PREFIX) as folder:
            storage.fetch_folder(_smallest_rung(video), Path(folder) / "rung")
            return media.prints(Path(folder) / "rung", video.duration_ms or 0)
    except (media.RejectedMedia, FileNotFoundError) as error:
        logger.warning("%s has no prints: %s", video, error)
        return []
    except (media.EncodingFailed, OSError):
        logger.warning("The prints of %s are left to the next sweep", video, exc_info=True)
        return None


def _smallest_rung(video: Video) -> str:
    keys = [key for key in (video.rendition_key, video.rungs_key) if key]
    rungs = [f"{video.media_folder}/{key}/{name}" for key in keys for name in _rungs(f"{video.media_folder}/{key}")]
    if not rungs:
        raise FileNotFoundError(video.media_folder)
    return min(rungs, key=lambda rung: int(rung.rpartition("/")[2]))


def _rungs(folder: str) -> list[str]:
    return [name for name in storage.folders_in(folder) if name.isdecimal()]


@transaction.atomic
def _keep(wanted: VideoPrints, frames: list[int]) -> None:
    same = VideoPrints.objects.filter(pk=wanted.pk, rendition_key=wanted.rendition_key, taken_at=None)
    if same.update(frames=[_signed(each) for each in frames], taken_at=Now(), compared_at=None):
        remember(wanted.pk)


def _signed(taken: int) -> int:
    return taken - (1 << BITS) if taken >> (BITS - 1) else taken


# --- Remembered -------------------------------------------------------------------------------------------------


@transaction.atomic
def remember(video_id: int) -> None:
    """What a video looked like that moderators removed; nothing when no removal stands. Its prints' row is locked, so that
    of a removal and of prints that are taken meanwhile one sees the other."""
    prints = VideoPrints.objects.select_for_update().filter(pk=video_id).first()
    decision = _removals(video_id).last()
    if decision is None:
        return
    said = {"policy": decision.policy, "removed_at": decision.decided_at, "lifted_at": None}
    removed, _ = RemovedVideo.objects.update_or_create(video_id=video_id, defaults=said)
    if prints:
        removed.bands.all().delete()
        RemovedBand.objects.bulk_create(
            RemovedBand(removed=removed, band=band, frame=frame) for frame in prints.frames for band in bands_of(frame)
        )


def _removals(video_id: int) -> QuerySet[Decision]:
    about = {"case__kind": Kind.VIDEO, "case__subject_id": video_id}
    return Decision.objects.filter(**about, act=Act.REMOVE, undone_by=None).order_by("pk")


def bands_of(frame: int) -> list[int]:
    shifts = [BAND_BITS * (BANDS - 1 - band) for band in range(BANDS)]
    return [band << BAND_BITS | frame >> shift & 0xFFFF for band, shift in enumerate(shifts)]


@transaction.atomic
def forget(video_id: int) -> None:
    """Its removal was lifted: nothing is compared with it any more, unless another removal stands."""
    if not _removals(video_id).exists() and (
        RemovedVideo.objects.filter(video_id=video_id, lifted_at=None).update(lifted_at=Now())
    ):
        RemovedBand.objects.filter(removed__video_id=video_id).delete()


def forget_old() -> None:
    """After the days that the settings say; 0: never."""
    if settings.KEEP_REMOVED_PRINTS_DAYS:
        old = RemovedVideo.objects.filter(removed_at__lt=Now() - timedelta(days=settings.KEEP_REMOVED_PRINTS_DAYS))
        while RemovedVideo.objects.filter(pk__in=old.values("pk")[:AT_ONCE]).delete()[0]:
            pass


# --- Compared ---------------------------------------------------------------------------------------------------


def compare(video_id: int) -> None:
    """Says what it is like, once it is out: what only its creator sees is nobody's business. Twice is once."""
    prints = _to_be_compared().filter(pk=video_id).first()
    if prints is None:
        return
    frames = media.spread(prints.frames, COMPARED)
    found = like(frames, except_of=video_id)
    with transaction.atomic():
        for each in found:
            _say(video_id, each, len(frames))
        same = VideoPrints.objects.filter(pk=video_id, rendition_key=prints.rendition_key)
        same.update(compared_at=Now())


def _to_be_compared() -> QuerySet[VideoPrints]:
    taken = VideoPrints.objects.filter(taken_at__isnull=False, compared_at=None)
    return taken.filter(video__state=Video.State.PUBLISHED).exclude(video__visibility=Video.Visibility.ONLY_ME)


def like(frames: list[int], *, except_of: int) -> list[Found]:
    """The removed videos that these frames are like, the most alike first. Costs by frames asked, and by how many prints
    there are near them (benchmarks/bench_prints.py)."""
    turned = [_signed(media.mirrored(each & (1 << BITS) - 1)) for each in frames]
    values: dict[str, Any] = {
        "masks": _NEAR_A_BAND,
        "places": [*range(len(frames))] * 2,
        "frames": [*frames, *turned],
        "turned": [False] * len(frames) + [True] * len(frames),
        "near": NEAR,
        "video": except_of,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIKE, values)
        found = [Found(*row) for row in cursor.fetchall()]
    telling = sorted((each for each in found if each.is_telling(len(frames))), key=lambda each: -each.alike)
    return list({each.removed_id: each for each in reversed(telling)}.values())[::-1][:SAID_AT_ONCE]


def _say(video_id: int, found: Found, compared: int) -> None:
    """Once of a video and a removed one. Whose removal is lifted at this moment is waited for, and then not said."""
    removed = RemovedVideo.objects.select_for_update(no_key=True).filter(pk=found.removed_id, lifted_at=None).first()
    if removed is None:
        return
    said = {"alike": found.alike, "compared": compared, "is_mirrored": found.is_mirrored}
    _, is_new = Likeness.objects.get_or_create(video_id=video_id, removed=removed, defaults=said)
    if is_new:
        flag(kind=Kind.VIDEO, subject_id=video_id, flag=Flag.REMOVED_BEFORE, reason=removed.policy)


# --- Taken back -------------------------------------------------------------------------------------------------


def withdraw() -> None:
    """Cases that nothing speaks for but likenesses to videos whose removal was lifted: closed, decided by nobody. Those
    that a moderator has in hand stay, and the page says so."""
    likenesses = Likeness.objects.filter(video=OuterRef("subject_id"))
    others = Report.objects.filter(case=OuterRef("pk")).exclude(flag=Flag.REMOVED_BEFORE)
    obsolete = Case.objects.filter(
        Exists(likenesses.filter(removed__lifted_at__isnull=False)),
        ~Exists(likenesses.filter(removed__lifted_at=None)),
        ~Exists(others),
        kind=Kind.VIDEO,
        state=Case.State.OPEN,
        reports__gt=0,
    ).exclude(taken_until__gt=Now())
    for case in obsolete.order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            lock_account(case.account_id)
            if obsolete.select_for_update(of=("self",), no_key=True).filter(pk=case.pk).exists():
                _close(case)


def _close(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED, closed_at=Now(), taken_by=None, taken_until=None)
    record(actor_id=None, act="withdraw", kind=case.kind, subject_id=case.subject_id, case_id=case.pk)


# --- The sweep --------------------------------------------------------------------------------------------------


def sweep() -> None:
    """What hints were lost of, and videos from before there were prints: the newest first, for some seconds."""
    withdraw()
    forget_old()
    _each(compare, _to_be_compared())
    _each(take, _to_be_taken())


def _each(act: Callable[[int], None], due: QuerySet[VideoPrints]) -> None:
    """Whatever goes wrong with one holds up no other."""
    end = monotonic() + TURN_SECONDS
    for video_id in list(due.order_by("-pk").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            act(video_id)
        except Exception:
            logger.exception("The prints of video %s are left to the next sweep", video_id)
        if monotonic() > end:
            return
