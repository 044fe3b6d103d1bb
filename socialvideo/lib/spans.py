"""Stretches of somebody's calendar, in days, weeks from Monday, or months: what figures over time are asked for. Plain
dates and a time zone; no clock."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile

BY = ("day", "week", "month")


@dataclass(frozen=True)
class Span:
    """From the beginning of `first` to the end of `last`. Its first and last week or month are counted as far as they
    are within it."""

    first: date
    last: date
    by: str
    zone: tzinfo

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def beginnings(self) -> list[date]:
        """Of its days, weeks or months."""
        return [self.first, *takewhile(lambda day: day <= self.last, _turns(self.first, self.by))]

    @property
    def edges(self) -> list[datetime]:
        """Between them: the midnights at which they begin, and the one at which the last ends."""
        return [midnight(day, self.zone) for day in [*self.beginnings, self.last + timedelta(days=1)]]

    def before(self) -> "Span":
        """As many days, up to this one."""
        return replace(self, first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1))


def midnight(day: date, zone: tzinfo) -> datetime:
    """The beginning of a day there, also of one that begins at one o'clock. In UTC: where clocks change at midnight, Python
    takes a local midnight for equal to no moment of another zone, and finds it in no dictionary."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _turns(day: date, by: str) -> Iterator[date]:
    """When each next day, week or month begins."""
    while True:
        day = _next(day, by)
        yield day


def _next(day: date, by: str) -> date:
    if by == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 - day.weekday() if by == "week" else 1)
