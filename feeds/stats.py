"""What For You's sources bring, for whoever runs the site."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from feeds.models import SourceHour
from feeds.reasons import Source


@dataclass(frozen=True)
class SourceDay:
    """How many videos a source had brought into somebody's view, and how many of them were then watched and liked."""

    day: date
    source: str
    shown: int
    watched: int
    liked: int

    @property
    def words(self) -> str:
        return str(Source(self.source).label) if self.source in Source.values else self.source

    @property
    def watched_percent(self) -> int:
        return round(100 * self.watched / self.shown)

    @property
    def liked_percent(self) -> int:
        return round(100 * self.liked / self.shown)


def source_days(*, days: int) -> list[SourceDay]:
    """The newest day first, and of each day the source that brought most."""
    since = timezone.now() - timedelta(days=days)
    sums = {name: Sum(name) for name in ("shown", "watched", "liked")}
    by_day = SourceHour.objects.filter(hour__gte=since).annotate(day=TruncDate("hour")).values("day", "source")
    rows = by_day.annotate(**sums).order_by("-day", "-shown", "source")
    return [SourceDay(**row) for row in rows]  # type: ignore[call-arg]  # of sums the checker knows nothing
