"""A creator's followers in numbers: gained and lost, when, by what cause and from where, and how long they stayed; never
who. Read from the tallies (`services/tallies.py`), so that a page costs by the time that it shows, not by followers.

Everything is counted up to the mark, and says so."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from itertools import accumulate
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from follows.machine import Cause
from follows.models import TallyMark
from follows.origins import Source
from follows.tallies import CHANGED
from socialvideo.lib.small_counts import SHOWN_FROM, discreet
from socialvideo.lib.spans import Span, midnight

# By an import: they followed, and where from says the rest.
GAINED: dict[str, Any] = {
    Cause.FOLLOWED: _("Followed you"),
    Cause.APPROVED: _("You approved their request"),
    Cause.WENT_PUBLIC: _("You became public"),
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
SOURCES: dict[str, Any] = {
    Source.PROFILE: _("Your profile"),
    Source.FOR_YOU: _("For You"),
    Source.FEED: _("Following"),
    Source.VIDEO: _("A video's own page"),
    Source.SUGGESTION: _("Suggestions of whom to follow"),
    Source.SEARCH: _("Search"),
    Source.LIST: _("Lists of followers and of who is followed"),
    Source.NOTICE: _("Their notifications"),
    Source.IMPORT: _("An import"),
    Source.API: _("An app"),
    Source.MANAGER: _("Their list of follows"),
    Source.HISTORY: _("Their history"),
    Source.REQUESTS: _("Their requests"),
    Source.UNKNOWN: _("Not recorded where"),
}


@dataclass(frozen=True)
class Period:
    """A day, week or month. `followers`: at its end, or at the mark where that is within it. Nothing is known of what
    begins after the mark."""

    begins: date
    gained: int
    lost: int
    followers: int
    is_counted: bool

    @property
    def net(self) -> int:
        return self.gained - self.lost


@dataclass(frozen=True)
class Growth:
    """The periods of a span, the oldest first, and by what cause and from where in all of it. Small numbers are None
    there; of no entry at all nothing can be told."""

    span: Span
    until: datetime
    periods: list[Period]
    gained_by: Mapping[str, int | None]
    lost_by: Mapping[str, int | None]
    gained_from: Mapping[str, int | None]

    @property
    def by(self) -> str:
        return self.span.by

    @property
    def gained(self) -> int:
        return sum(period.gained for period in self.periods)

    @property
    def lost(self) -> int:
        return sum(period.lost for period in self.periods)

    @property
    def net(self) -> int:
        return self.gained - self.lost


@dataclass(frozen=True)
class Difference:
    """By how much one span's sums are above another's."""

    gained: int
    lost: int

    @classmethod
    def between(cls, one: Growth, other: Growth) -> "Difference":
        return cls(one.gained - other.gained, one.lost - other.lost)

    @property
    def net(self) -> int:
        return self.gained - self.lost


def counted_until() -> datetime:
    """Up to when everything that happened is in the figures; long ago where nothing was counted yet."""
    mark = TallyMark.objects.first()
    return mark.until if mark else datetime.fromtimestamp(0, tz=timezone.get_default_timezone())


# --- Gained and lost -----------------------------------------------------------------------------------------------

# The one period too many is what has happened since the span.
_CHANGES = """
    SELECT width_bucket(quarter, %(edges)s::timestamptz[]) - 1, change, cause, source, sum(number)::bigint
    FROM follows_followtally WHERE account_id = %(account)s AND quarter >= %(since)s AND quarter < %(until)s
    GROUP BY 1, 2, 3, 4
"""
# In one statement, so that nobody comes or goes in between.
_AT_THE_MARK = f"""
    SELECT (SELECT coalesce(sum(followers), 0) FROM (
                SELECT followers FROM follows_followcount WHERE account_id = %(account)s
                UNION ALL SELECT followers FROM follows_countdelta WHERE account_id = %(account)s) AS counted)
         - (SELECT coalesce(sum(CASE "after" WHEN 'active' THEN 1 ELSE -1 END), 0) FROM follows_followevent
            WHERE followee_id = %(account)s AND happened_at >= %(until)s AND {CHANGED})
"""


@dataclass
class _Sums:
    """What the rows of a span add up to."""

    per_period: Counter[tuple[int, str]] = field(default_factory=Counter)
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    since: int = 0  # gained less lost after the span

    def add(self, periods: int, row: tuple[int, str, str, str, int]) -> None:
        period, change, cause, source, number = row
        if period >= periods:
            self.since += number if change == "gained" else -number
            return
        self.per_period[period, change] += number
        self.causes[change, Cause.FOLLOWED if cause == Cause.IMPORTED else cause] += number
        if change == "gained":
            self.sources[source if source in SOURCES else Source.UNKNOWN] += number

    def by_cause(self, change: str, words: Iterable[str]) -> dict[str, int | None]:
        return discreet({cause: self.causes[change, cause] for cause in words})


def followers_growth(account_id: int, span: Span) -> Growth:
    """A follow and an unfollow count as one gained and one lost."""
    until, edges = counted_until(), span.edges
    sums = _Sums()
    for row in _rows(_CHANGES, account=account_id, edges=edges, since=edges[0], until=until):
        sums.add(len(edges) - 1, row)
    [[at_the_mark]] = _rows(_AT_THE_MARK, account=account_id, until=until)
    return Growth(
        span=span,
        until=until,
        periods=_periods(span, until, sums, int(at_the_mark) - sums.since),
        gained_by=sums.by_cause("gained", GAINED),
        lost_by=sums.by_cause("lost", LOST),
        gained_from=discreet({source: sums.sources[source] for source in SOURCES}),
    )


def _periods(span: Span, until: datetime, sums: _Sums, at_the_end: int) -> list[Period]:
    beginnings, edges = span.beginnings, span.edges
    gained = [sums.per_period[n, "gained"] for n in range(len(beginnings))]
    lost = [sums.per_period[n, "lost"] for n in range(len(beginnings))]
    net = [won - gone for won, gone in zip(gained, lost, strict=True)]
    followers = accumulate(net, initial=at_the_end - sum(net))
    next(followers)
    counted = [edge < until for edge in edges]
    return [Period(*of) for of in zip(beginnings, gained, lost, followers, counted, strict=False)]


# --- How long they stay --------------------------------------------------------------------------------------------

COHORTS = 26  # weeks
AFTER = (1, 2, 3, 4, 8, 12)  # weeks
_GAINED_IN = """
    SELECT width_bucket(quarter, %(edges)s::timestamptz[]) - 1, sum(number)::bigint FROM follows_followtally
    WHERE account_id = %(account)s AND quarter >= %(since)s AND quarter < %(end)s AND change = 'gained' GROUP BY 1
"""
_LAPSED_OF = """
    SELECT width_bucket(quarter, %(edges)s::timestamptz[]) - 1, weeks, sum(number)::bigint FROM follows_followlapse
    WHERE account_id = %(account)s AND quarter >= %(since)s AND quarter < %(end)s GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Cohort:
    """Those gained in one week from Monday. `stayed`: how many of them still followed after so many weeks; None where
    that is not over for all of them. Nothing is told of fewer than ten."""

    week: date
    gained: int
    stayed: Mapping[int, int | None]

    @property
    def is_shown(self) -> bool:
        return self.gained >= SHOWN_FROM

    @property
    def percents(self) -> list[float | None]:
        return [None if stayed is None else 100 * stayed / self.gained for stayed in self.stayed.values()]


@dataclass(frozen=True)
class Retention:
    """The newest week first."""

    until: datetime
    cohorts: list[Cohort]

    @property
    def shown(self) -> list[Cohort]:
        return [cohort for cohort in self.cohorts if cohort.is_shown]

    @property
    def together(self) -> dict[int, float | None]:
        """What part of all that are shown stayed so long, of those of whom it is known."""
        return {after: self._percent(after) for after in AFTER}

    def _percent(self, after: int) -> float | None:
        known = [(stayed, each.gained) for each in self.shown if (stayed := each.stayed[after]) is not None]
        return 100 * sum(stayed for stayed, _ in known) / sum(gained for _, gained in known) if known else None


def retention(account_id: int, zone: tzinfo) -> Retention:
    """Whoever follows again counts as gained anew."""
    until = counted_until()
    this_week = until.astimezone(zone).date() - timedelta(days=until.astimezone(zone).weekday())
    weeks = [this_week - timedelta(weeks=n) for n in range(COHORTS, -1, -1)]
    edges = [midnight(week, zone) for week in weeks]
    values = {"account": account_id, "edges": edges, "since": edges[0], "end": edges[-1]}
    gained = Counter(dict(_rows(_GAINED_IN, **values)))
    lapsed = Counter({(n, after): number for n, after, number in _rows(_LAPSED_OF, **values)})
    cohorts = [
        Cohort(week, gained[n], {after: _stayed(n, after, gained, lapsed, until - edges[n + 1]) for after in AFTER})
        for n, week in enumerate(weeks[:-1])
    ]
    return Retention(until, cohorts[::-1])


def _stayed(n: int, after: int, gained: Counter[Any], lapsed: Counter[Any], since: timedelta) -> int | None:
    if since < timedelta(weeks=after):
        return None
    return int(gained[n] - sum(lapsed[n, weeks] for weeks in range(after)))


# --- Around a moment -----------------------------------------------------------------------------------------------

DAY, WEEK = timedelta(days=1), timedelta(days=7)
USUAL_DAYS = 90
_UNFOLLOWS = """
    SELECT coalesce(sum(number) FILTER (WHERE quarter < moment + interval '1 day'), 0)::bigint,
           coalesce(sum(number), 0)::bigint
    FROM unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS of (at, position)
    CROSS JOIN LATERAL (SELECT date_bin('15 minutes', at, 'epoch') AS moment) AS binned
    LEFT JOIN follows_followtally ON account_id = %(account)s AND quarter >= moment
        AND quarter < moment + interval '7 days' AND change = 'lost' AND cause = 'unfollowed'
    GROUP BY position, moment ORDER BY position
"""


_CAME_AND_LEFT = """
    SELECT coalesce(sum(number) FILTER (WHERE change = 'gained'), 0)::bigint,
           coalesce(sum(number) FILTER (WHERE change = 'lost'), 0)::bigint
    FROM unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS of (at, position)
    CROSS JOIN LATERAL (SELECT date_bin('15 minutes', at, 'epoch') AS moment) AS binned
    LEFT JOIN follows_followtally ON account_id = %(account)s AND quarter >= moment
        AND quarter < moment + interval '7 days'
    GROUP BY position, moment ORDER BY position
"""
_UNFOLLOWS_BY_DAY = """
    SELECT width_bucket(quarter, %(edges)s::timestamptz[]) - 1, sum(number)::int FROM follows_followtally
    WHERE account_id = %(account)s AND quarter >= %(since)s AND quarter < %(end)s
      AND change = 'lost' AND cause = 'unfollowed' GROUP BY 1
"""


@dataclass(frozen=True)
class Unfollows:
    """In the 24 hours and in the 7 days from a moment; None below ten. `over`: whether each of the two is."""

    day: int | None
    week: int | None
    day_is_over: bool
    week_is_over: bool


def unfollows_from(account_id: int, moments: Sequence[datetime]) -> list[Unfollows]:
    until = counted_until()
    return [
        Unfollows(_if_many(day), _if_many(week), at + DAY <= until, at + WEEK <= until)
        for at, (day, week) in zip(moments, _unfollows(account_id, moments), strict=True)
    ]


@dataclass(frozen=True)
class Followers:
    """Won and lost in the 7 days from a moment; None below ten."""

    won: int | None
    lost: int | None
    is_over: bool


def came_and_left(account_id: int, moments: Sequence[datetime]) -> list[Followers]:
    until = counted_until()
    found = _rows(_CAME_AND_LEFT, account=account_id, moments=list(moments))
    return [
        Followers(_if_many(won), _if_many(lost), at + WEEK <= until)
        for at, (won, lost) in zip(moments, found, strict=True)
    ]


def usual_unfollows(account_id: int, zone: tzinfo) -> Unfollows:
    """The median of the last 90 days that are over, and of each seven of them in a row."""
    until = counted_until()
    today = until.astimezone(zone).date()
    edges = [midnight(today - timedelta(days=n), zone) for n in range(USUAL_DAYS, -1, -1)]
    found = Counter(dict(_rows(_UNFOLLOWS_BY_DAY, account=account_id, edges=edges, since=edges[0], end=edges[-1])))
    days = [found[n] for n in range(USUAL_DAYS)]
    weeks = [sum(days[n : n + 7]) for n in range(USUAL_DAYS - 6)]
    return Unfollows(_if_many(int(median(days))), _if_many(int(median(weeks))), True, True)


def _unfollows(account_id: int, moments: Sequence[datetime]) -> list[tuple[int, int]]:
    return _rows(_UNFOLLOWS, account=account_id, moments=list(moments))


def _if_many(number: int) -> int | None:
    return number if number >= SHOWN_FROM else None


def _rows(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
