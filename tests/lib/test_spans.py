"""Days, weeks and months as calendars have them, where clocks change too."""

from datetime import UTC, date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from socialvideo.lib.spans import BY, Span

BERLIN = ZoneInfo("Europe/Berlin")


def span(first: str, last: str, by: str, zone=UTC) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last), by, zone)


def test_weeks_begin_on_monday_and_months_on_the_first_except_where_the_span_does():
    assert span("2026-02-26", "2026-03-10", "week").beginnings == [
        date(2026, 2, 26),
        date(2026, 3, 2),
        date(2026, 3, 9),
    ]
    assert span("2026-01-31", "2026-03-01", "month").beginnings == [
        date(2026, 1, 31),
        date(2026, 2, 1),
        date(2026, 3, 1),
    ]
    assert len(span("2026-01-01", "2026-12-31", "day").beginnings) == 365


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu", "America/Havana", "Pacific/Apia"])
def test_edges_rise_and_lie_on_quarters_of_an_hour_everywhere(by, zone):
    edges = span("2026-01-01", "2026-12-31", by, ZoneInfo(zone)).edges
    assert all(one < other for one, other in pairwise(edge.astimezone(UTC) for edge in edges))
    assert all(edge.astimezone(UTC).minute % 15 == 0 for edge in edges)


def test_the_day_on_which_clocks_change_is_an_hour_shorter():
    one, other = (edge.astimezone(UTC) for edge in span("2026-03-29", "2026-03-29", "day", BERLIN).edges)
    assert other - one == timedelta(hours=23)


def test_the_span_before_is_as_long_and_joins_up():
    before = span("2026-03-01", "2026-03-28", "day").before()
    assert (before.first, before.last, before.days) == (date(2026, 2, 1), date(2026, 2, 28), 28)
