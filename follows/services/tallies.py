"""The figures of followers, counted from the events: a step at a time by beat, or anew. Everything before the mark is
counted, and nothing since; the mark moves in the transaction that counts. One counts at a time; killed anywhere, or run
twice, it is the same."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.services import AT_ONCE
from follows.services.statements import fetch, run
from follows.tallies import LAPSES, SETTLED, TALLIES
from socialvideo.lib.quarters import BEGINNING, whole_quarter

STEP = timedelta(days=7)
TABLES = ("follows_followtally", "follows_followlapse")

_FIRST_MARK = "INSERT INTO follows_tallymark (id, until) VALUES (1, %(until)s) ON CONFLICT DO NOTHING"
_MARK = "SELECT until, events_from FROM follows_tallymark FOR UPDATE"
_MOVE_MARK = "UPDATE follows_tallymark SET until = %(until)s"
_PRUNED = "UPDATE follows_tallymark SET events_from = %(before)s"
_FIRST_EVENT = "SELECT coalesce(min(happened_at), statement_timestamp()) FROM follows_followevent"
_FORGET = "DELETE FROM {0} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {0} WHERE account_id = %(account)s LIMIT %(size)s))"
_COUNT = f"""
    INSERT INTO follows_followtally (account_id, quarter, change, cause, source, number) {TALLIES}
"""
_COUNT_LAPSES = f"""
    INSERT INTO follows_followlapse (account_id, quarter, weeks, number) {LAPSES}
    ON CONFLICT (account_id, quarter, weeks) DO UPDATE SET number = follows_followlapse.number + excluded.number
"""


@transaction.atomic
def roll_tallies() -> bool:
    """Counts what has happened since the mark, at most a week of it; returns whether there is more."""
    run(_FIRST_MARK, until=BEGINNING)
    marks = fetch(f"{_MARK} SKIP LOCKED")
    settled = _moment(SETTLED)
    if not marks or settled is None:
        return False
    [[since, _]] = marks
    begins = since if since > BEGINNING else _moment(_FIRST_EVENT) or settled
    until = whole_quarter(min(settled, begins + STEP))
    if until <= since:
        return False
    _count(since, until)
    return until < whole_quarter(settled)


@transaction.atomic
def rebuild_tallies() -> None:
    """Counts everything up to the mark anew, as far back as there are events, in one transaction: who reads meanwhile reads
    the former figures."""
    for [until, events_from] in fetch(_MARK):
        since = events_from or BEGINNING
        for table in TABLES:
            run(f"DELETE FROM {table} WHERE quarter >= %(since)s", since=since)
        _count(since, until, gained_since=since)


@transaction.atomic
def prunable_before(moment: datetime) -> datetime:
    """Said by whoever prunes events, in the transaction that does, of the moment before which some will be missing. Answers
    it, or an earlier one: what is not counted yet is kept. What was counted of pruned events stands."""
    run(_FIRST_MARK, until=BEGINNING)
    [[until, events_from]] = fetch(_MARK)
    before = min(whole_quarter(moment), until)
    run(_PRUNED, before=max(before, events_from or BEGINNING))
    return before


@transaction.atomic
def forget_tallies(account_id: int) -> int:
    """Of an erased account, of which nothing is counted any more. Whoever counts at this moment is waited for."""
    fetch(_MARK)
    return sum(run(_FORGET.format(table), account=account_id, size=AT_ONCE) for table in TABLES)


def _count(since: datetime, until: datetime, *, gained_since: datetime = BEGINNING) -> None:
    run(_COUNT, since=since, until=until)
    run(_COUNT_LAPSES, since=since, until=until, gained_since=gained_since)
    run(_MOVE_MARK, until=until)


def _moment(statement: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        [moment] = cursor.fetchone()
        return moment
