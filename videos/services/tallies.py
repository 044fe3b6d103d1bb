"""The figures of videos, counted from what happened to them up to a mark: a step at a time by beat, or anew."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.services import AT_ONCE
from socialvideo.lib.marks import Mark
from videos.tallies import COLUMNS, TALLIES, TOLD

MARK = Mark("videos_tallymark", events="videos_videoevent")
EVENTS_AT_ONCE = 1000
CHUNKS_A_TURN = 20  # then others get their turn

_SHARED = "INSERT INTO videos_videoevent (video_id, shares) VALUES (%(video)s, 1)"
_COUNT = f"""
    INSERT INTO videos_videotally (video_id, source, quarter, {", ".join(COLUMNS)}, {", ".join(TOLD)}) {TALLIES}
"""
_UNCOUNT = "DELETE FROM videos_videotally WHERE quarter >= %(since)s"
_FORGET_OLD = """
    DELETE FROM videos_videoevent WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM videos_videoevent WHERE happened_at < %(before)s LIMIT %(size)s))
"""
_FORGET = """
    DELETE FROM videos_videotally WHERE ctid = ANY(ARRAY(
        SELECT tally.ctid FROM videos_videotally AS tally JOIN videos_video AS video ON video.id = video_id
        WHERE video.creator_id = %(account)s LIMIT %(size)s))
"""


def count_share(video_id: int) -> None:
    """That a link to it was copied or passed on."""
    _run(_SHARED, video=video_id)


def roll_tallies() -> bool:
    """A step; returns whether there is more."""
    return MARK.roll(_count)


@transaction.atomic
def rebuild_tallies() -> None:
    """Counts everything up to the mark anew, as far back as there are events, in one transaction: who reads meanwhile reads
    the former figures. What is older is what it goes on from."""
    for until, since in MARK.held():
        _run(_UNCOUNT, since=since)
        _count(since, until)


def prune_events() -> bool:
    """Forgets what was counted long ago: one turn. Whether there may be more."""
    return bool(settings.KEEP_VIDEO_EVENTS_DAYS) and all(_forget_some() for _ in range(CHUNKS_A_TURN))


@transaction.atomic
def _forget_some() -> bool:
    """What is not counted yet is kept."""
    before = MARK.prunable_before(timezone.now() - timedelta(days=settings.KEEP_VIDEO_EVENTS_DAYS))
    return _run(_FORGET_OLD, before=before, size=EVENTS_AT_ONCE) == EVENTS_AT_ONCE


@transaction.atomic
def forget_tallies(account_id: int) -> int:
    """Of an erased creator, of whose videos nothing is counted any more. Whoever counts at this moment is waited for."""
    MARK.held()
    return _run(_FORGET, account=account_id, size=AT_ONCE)


def _count(since: datetime, until: datetime) -> None:
    _run(_COUNT, since=since, until=until)
    MARK.move(until)


def _run(statement: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
