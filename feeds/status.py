"""What the status page, the Following Manager and the metrics say about the promises: what was checked, when, over how
many rows, and what is still waiting. Numbers and names of checks; nobody's data."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from feeds.models import AuditRun

PROMISES = {
    "1": "Every tap settles on the truth",
    "2": "No follow ends silently",
    "3": "Counts are what the lists show",
    "4": "Every follower is told once",
    "5": "New videos are in the Following feed at once",
    "7": "Nobody sees what they may not",
    "8": "No upload is lost",
    "9": "Everything explains itself",
}
MISSED = 3  # runs that may be missed before the last one is too old to be trusted


@dataclass(frozen=True)
class Checked:
    """A check of the last audit. `broken_since`: the first audit of those without a break that found it so."""

    name: str
    promise: str
    rows: int
    breaches: int
    kept: bool
    broken_since: datetime | None


@dataclass(frozen=True)
class Promise:
    words: str
    checks: list[Checked]

    @property
    def kept(self) -> bool:
        return all(check.kept for check in self.checks)


@dataclass(frozen=True)
class LastAudit:
    """The last one that came to its end."""

    at: datetime
    checks: list[Checked]

    @property
    def kept(self) -> bool:
        return all(check.kept for check in self.checks)

    @property
    def broken(self) -> list[Checked]:
        return [check for check in self.checks if not check.kept]

    @property
    def age(self) -> timedelta:
        return timezone.now() - self.at

    @property
    def is_overdue(self) -> bool:
        return self.age > timedelta(seconds=MISSED * settings.AUDIT_EVERY_SECONDS)

    @property
    def promises(self) -> list[Promise]:
        by_promise = sorted(self.checks, key=lambda check: int(check.promise))
        return [
            Promise(PROMISES[number], list(checks))
            for number, checks in groupby(by_promise, lambda check: check.promise)
        ]


@dataclass(frozen=True)
class Waiting:
    """What workers have yet to do. None of it is missing from what people see."""

    unfolded_deltas: int
    outbox: int
    fan_outs: int
    fan_outs_overdue: int


def last_audit() -> LastAudit | None:
    run = AuditRun.objects.filter(finished_at__isnull=False).order_by("-pk").first()
    return LastAudit(run.finished_at, [_checked(check) for check in run.checks]) if run and run.finished_at else None


def _checked(check: dict[str, Any]) -> Checked:
    since = check["broken_since"]
    return Checked(
        name=check["name"],
        promise=check["promise"],
        rows=check["rows"],
        breaches=check["breaches"],
        kept=since is None,
        broken_since=datetime.fromisoformat(since) if since else None,
    )


_WAITING = """
    SELECT (SELECT count(*) FROM follows_countdelta), (SELECT count(*) FROM follows_followoutbox),
           count(*), count(*) FILTER (WHERE published_at < now() - interval '5 minutes')
    FROM videos_publication WHERE fanout_state IN ('pending', 'running')
"""


def waiting() -> Waiting:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return Waiting(*cursor.fetchone())
