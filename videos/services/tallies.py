"""The figures of videos, counted from what happened to them: a step at a time by beat, or anew. Everything before the mark
is counted, and nothing since; the mark moves in the transaction that counts. One counts at a time; killed anywhere, or run
twice, it is the same."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.services import AT_ONCE
from socialvideo.lib.quarters import BEGINNING, whole_quarter
from videos.tallies import COLUMNS, SETTLED, TALLIES, TOLD

STEP = timedelta(days=7)
EVENTS_AT_ONCE = 1000
CHUNKS_A_TURN = 20  # then others get their turn

_SHARED = "INSERT INTO videos_videoevent (video_id, shares) VALUES (%(video)s, 1)"
_FIRST_MARK = "INSERT INTO videos_tallymark (id, until) VALUES (1, %(until)s) ON CONFLICT DO NOTHING"
_MARK = "SELECT until, events_from FROM videos_tallymark FOR UPDATE"
_MOVE_MARK = "UPDATE videos_tallymark SET until = %(until)s"
_PRUNED = "UPDATE videos_tallymark SET events_from = greatest(events_from, %(before)s)"
_FIRST_EVENT = "SELECT coalesce(min(happened_at), statement_timestamp()) FROM videos_videoevent"
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


@transaction.atomic
def roll_tallies() -> bool:
    """Counts what has happened since the mark, at most a week of it; returns whether there is more."""
    _run(_FIRST_MARK, until=BEGINNING)
    marks = _fetch(f"{_MARK} SKIP LOCKED")
    [[settled]] = _fetch(SETTLED)
    if not marks or settled is None:
        return False
    [[since, _]] = marks
    begins = since if since > BEGINNING else _fetch(_FIRST_EVENT)[0][0]
    until = whole_quarter(min(settled, begins + STEP))
    if until <= since:
        return False
    _count(since, until)
    return until < whole_quarter(settled)


@transaction.atomic
def rebuild_tallies() -> None:
    """Counts everything up to the mark anew, as far back as there are events, in one transaction: who reads meanwhile reads
    the former figures. What is older is what it goes on from."""
    for [until, events_from] in _fetch(_MARK):
        since = events_from or BEGINNING
        _run(_UNCOUNT, since=since)
        _count(since, until)


def prune_events() -> bool:
    """Forgets what was counted long ago: one turn. Whether there may be more."""
    return bool(settings.KEEP_VIDEO_EVENTS_DAYS) and all(_forget_some() for _ in range(CHUNKS_A_TURN))


@transaction.atomic
def _forget_some() -> bool:
    """What is not counted yet is kept."""
    _run(_FIRST_MARK, until=BEGINNING)
    [[until, _]] = _fetch(_MARK)
    before = min(whole_quarter(timezone.now() - timedelta(days=settings.KEEP_VIDEO_EVENTS_DAYS)), until)
    _run(_PRUNED, before=before)
    return _run(_FORGET_OLD, before=before, size=EVENTS_AT_ONCE) == EVENTS_AT_ONCE


@transaction.atomic
def forget_tallies(account_id: int) -> int:
    """Of an erased creator, of whose videos nothing is counted any more. Whoever counts at this moment is waited for."""
    _fetch(_MARK)
    return _run(_FORGET, account=account_id, size=AT_ONCE)


def _count(since: datetime, until: datetime) -> None:
    _run(_COUNT, since=since, until=until)
    _run(_MOVE_MARK, until=until)


def _run(statement: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def _fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
