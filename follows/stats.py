"""A creator's followers in numbers: gained and lost, when and by what cause; never who. Counted from the follow events,
so that all of it together is the number of followers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from follows.machine import Cause

PERIODS = {"day": 28, "week": 26, "month": 24}

GAINED: dict[str, Any] = {
    Cause.FOLLOWED: _("Followed you"),
    Cause.APPROVED: _("You approved their request"),
    Cause.WENT_PUBLIC: _("You became public"),
    Cause.IMPORTED: _("Followed you by an import"),
    Cause.RESTORED: _("Took their unfollow back"),
    Cause.MODERATOR: _("By a moderator"),
    Cause.UNATTRIBUTED: _("Not recorded by whom"),
}
# A block of theirs reads as an unfollow: it is told to nobody.
LOST: dict[str, Any] = {
    Cause.UNFOLLOWED: _("Unfollowed you"),
    Cause.REMOVED: _("You removed them"),
    Cause.BLOCKED: _("You blocked them"),
    Cause.ACCOUNT_DELETED: _("Their account was deleted"),
    Cause.MODERATOR: _("By a moderator"),
    Cause.UNATTRIBUTED: _("Not recorded by whom"),
}


@dataclass(frozen=True)
class Period:
    """A day, a week from Monday, or a month, by UTC."""

    begins: date
    gained: int
    lost: int

    @property
    def net(self) -> int:
        return self.gained - self.lost


@dataclass(frozen=True)
class Growth:
    """The last periods, the oldest first, and by what cause followers came and went in them."""

    by: str
    periods: list[Period]
    gained_by: dict[str, int]
    lost_by: dict[str, int]

    @property
    def gained(self) -> int:
        return sum(period.gained for period in self.periods)

    @property
    def lost(self) -> int:
        return sum(period.lost for period in self.periods)

    @property
    def gained_in_words(self) -> dict[str, int]:
        return {GAINED[cause]: number for cause, number in self.gained_by.items()}

    @property
    def lost_in_words(self) -> dict[str, int]:
        return {LOST[cause]: number for cause, number in self.lost_by.items()}


_BEGINNINGS = """
    SELECT period::date FROM generate_series(
        date_trunc(%(by)s, now() AT TIME ZONE 'UTC') - (%(periods)s - 1) * ('1 ' || %(by)s)::interval,
        now() AT TIME ZONE 'UTC', ('1 ' || %(by)s)::interval) AS period
"""
_CHANGES = """
    SELECT date_trunc(%(by)s, happened_at AT TIME ZONE 'UTC')::date,
           CASE WHEN cause = 'blocked' AND actor_id IS DISTINCT FROM followee_id THEN 'unfollowed' ELSE cause END,
           "after" = 'active', count(*)
    FROM follows_followevent
    WHERE followee_id = %(account)s AND ("before" = 'active') <> ("after" = 'active')
      AND happened_at >= %(since)s::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2, 3
"""


def followers_growth(account_id: int, *, by: str = "day") -> Growth:
    """A follow and an unfollow in one period count as one gained and one lost."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, {"by": by, "periods": PERIODS[by]})
        beginnings = [row[0] for row in cursor.fetchall()]
        cursor.execute(_CHANGES, {"by": by, "account": account_id, "since": beginnings[0]})
        changes = cursor.fetchall()
    per_period: Counter[tuple[date, bool]] = Counter()
    per_cause: Counter[tuple[str, bool]] = Counter()
    for begins, cause, gained, count in changes:
        per_period[begins, gained] += count
        per_cause[cause, gained] += count
    return Growth(
        by=by,
        periods=[Period(begins, per_period[begins, True], per_period[begins, False]) for begins in beginnings],
        gained_by={cause: per_cause[cause, True] for cause in GAINED if per_cause[cause, True]},
        lost_by={cause: per_cause[cause, False] for cause in LOST if per_cause[cause, False]},
    )
