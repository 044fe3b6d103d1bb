"""Signs of life: when something was last taken from each queue, and when each sweep last came to its end. Both are read off
the settings, so that a new queue or sweep is watched from its first day. Beat gives every queue something to do
(`feeds.tasks.heartbeat`), so that silence means that nobody listens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.schedules import maybe_schedule
from django.conf import settings
from django.db import connection
from django.utils import timezone

from feeds.models import Pulse as Sign

HEARTBEAT = "feeds.tasks.heartbeat"
AUDIT = "feeds.tasks.audit"  # whose result has an age of its own
BACKUP = "backup"  # whose silence only the operator can judge: there are other ways to make one
STARTED = timezone.now()  # of this process: what was silent before may have been stopped on purpose
MISSED = 3  # runs of a sweep

# A worker that encodes for ten minutes, or puts an archive together, takes nothing from its queue meanwhile; it renews its
# lease.
_PULSES = """
    SELECT name, max(at) FROM (
        SELECT name, at FROM feeds_pulse
        UNION ALL
        (SELECT 'queue media', now() FROM videos_video
         WHERE (state = 'processing' OR awaits_more) AND lease_until > now() AND lease_key <> '' LIMIT 1)
        UNION ALL
        (SELECT 'queue media', now() FROM accounts_archive
         WHERE state = 'waiting' AND lease_until > now() AND lease_key <> '' LIMIT 1)
    ) AS sign GROUP BY name
"""


@dataclass(frozen=True)
class Pulse:
    """`at`: None where there was never one."""

    kind: str  # queue or sweep
    name: str
    at: datetime | None
    patience: timedelta

    @property
    def age(self) -> timedelta | None:
        return timezone.now() - self.at if self.at else None

    @property
    def silent_for(self) -> timedelta:
        """As far as this process can know: nothing is overdue right after a start."""
        return silence(self.at)

    @property
    def stands_still(self) -> bool:
        return self.silent_for > self.patience


def silence(since: datetime | None) -> timedelta:
    return timezone.now() - max(since or STARTED, STARTED)


def patience() -> timedelta:
    return timedelta(seconds=settings.STANDSTILL_SECONDS)


def queue_pulse(name: str) -> str:
    return f"queue {name}"


def sweep_pulse(task: str) -> str:
    return f"sweep {task}"


def sweeps() -> dict[str, timedelta]:
    """What beat has done again and again, and how often."""
    return {
        str(entry["task"]): maybe_schedule(entry["schedule"]).run_every
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] != HEARTBEAT
    }


def pulses() -> list[Pulse]:
    with connection.cursor() as cursor:
        cursor.execute(_PULSES)
        return list(_all(dict(cursor.fetchall())))


def last_backup() -> datetime | None:
    """When `manage.py backup` last came to its end."""
    return Sign.objects.filter(pk=BACKUP).values_list("at", flat=True).first()


def _all(at: dict[str, datetime]) -> Iterator[Pulse]:
    for queue in settings.QUEUES:
        yield Pulse("queue", queue, at.get(queue_pulse(queue)), patience())
    for task, every in sweeps().items():
        if task != AUDIT:
            yield Pulse("sweep", task, at.get(sweep_pulse(task)), max(patience(), MISSED * every))
