"""When regular mail goes out: at eight in the morning, by the clock of whoever asked for it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feeds.models import DigestPlan

MORNING = time(8)
DAYS = {DigestPlan.Every.DAY: 1, DigestPlan.Every.WEEK: 7}


def next_morning(every: str, zone: str, now: datetime) -> datetime:
    """The next eight o'clock there; for a week, of a Monday."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    day = today - timedelta(days=today.weekday()) if every == DigestPlan.Every.WEEK else today
    while (morning := datetime.combine(day, MORNING, here)) <= now:
        day += timedelta(days=DAYS[DigestPlan.Every(every)])
    return morning.astimezone(UTC)
