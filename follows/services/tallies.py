"""The figures of followers, counted from the events up to a mark: a step at a time by beat, or anew."""

from datetime import datetime

from django.db import transaction

from accounts.services import AT_ONCE
from follows.services.statements import run
from follows.tallies import LAPSES, TALLIES
from socialvideo.lib.marks import Mark
from socialvideo.lib.quarters import BEGINNING

MARK = Mark("follows_tallymark", events="follows_followevent")
TABLES = ("follows_followtally", "follows_followlapse")

_FORGET = "DELETE FROM {0} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {0} WHERE account_id = %(account)s LIMIT %(size)s))"
_COUNT = f"""
    INSERT INTO follows_followtally (account_id, quarter, change, cause, source, number) {TALLIES}
"""
_COUNT_LAPSES = f"""
    INSERT INTO follows_followlapse (account_id, quarter, weeks, number) {LAPSES}
    ON CONFLICT (account_id, quarter, weeks) DO UPDATE SET number = follows_followlapse.number + excluded.number
"""


def roll_tallies() -> bool:
    """A step; returns whether there is more."""
    return MARK.roll(_count)


@transaction.atomic
def rebuild_tallies() -> None:
    """Counts everything up to the mark anew, as far back as there are events, in one transaction: who reads meanwhile reads
    the former figures."""
    for until, since in MARK.held():
        for table in TABLES:
            run(f"DELETE FROM {table} WHERE quarter >= %(since)s", since=since)
        _count(since, until, gained_since=since)


@transaction.atomic
def forget_tallies(account_id: int) -> int:
    """Of an erased account, of which nothing is counted any more. Whoever counts at this moment is waited for."""
    MARK.held()
    return sum(run(_FORGET.format(table), account=account_id, size=AT_ONCE) for table in TABLES)


def _count(since: datetime, until: datetime, *, gained_since: datetime = BEGINNING) -> None:
    run(_COUNT, since=since, until=until)
    run(_COUNT_LAPSES, since=since, until=until, gained_since=gained_since)
    MARK.move(until)
