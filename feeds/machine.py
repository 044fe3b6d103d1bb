"""The state of the machine, as its operators read it at the desk: what stands still, what is under way, what failed and
why, who listens. A fixed number of statements, each with an end, however much there is. What only Redis or the disk
knows is None while they do not answer."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from feeds import pulses, status
from feeds.sql.machine import DUTIES, FAILURES, FAN_OUTS
from socialvideo.lib import live, queues
from socialvideo.lib.said import worded
from videos import parts

SHOWN_FAN_OUTS = 20
SHOWN_FAILURES = 5  # of each reason
LATELY = timedelta(days=7)  # what failed before is not looked at any more

WORDS = {
    "videos": _("Videos waiting to be processed"),
    "processing": _("Videos being processed"),
    "imports": _("Imports of follows"),
    "batches": _("Other acts on many follows"),
    "archives": _("Downloads of one’s data being made"),
    "erasures": _("Accounts being deleted"),
    "pushes": _("Pushes waiting to be sent"),
    "mails": _("E-mails waiting to be sent"),
}


@dataclass(frozen=True)
class Duty:
    """What is under way or waits; since when the oldest of it does."""

    number: int
    since: datetime | None
    words: Any = ""


@dataclass(frozen=True)
class FanOut:
    video_id: int
    handle: str
    published_at: datetime
    started_at: datetime | None
    done: int
    followers: int
    is_overdue: bool


@dataclass(frozen=True)
class Failed:
    video_id: int
    handle: str
    at: datetime


@dataclass(frozen=True)
class Failure:
    """A reason, with the newest videos of which it is one."""

    code: str
    words: str
    number: int
    newest: list[Failed]


@dataclass(frozen=True)
class Queue:
    sign: pulses.Pulse
    length: int | None


@dataclass(frozen=True)
class State:
    problems: list[status.Problem]
    audit: status.LastAudit | None
    audits: Duty  # under way, or killed within the hour
    waiting: status.Waiting
    fan_outs: list[FanOut]
    failures: list[Failure]
    queues: list[Queue]
    sweeps: list[pulses.Pulse]
    streams: live.OpenStreams | None
    duties: list[Duty]
    disk: parts.Disk | None
    backup_at: datetime | None

    @property
    def redis_answers(self) -> bool:
        return all(queue.length is not None for queue in self.queues)

    @property
    def further_fan_outs(self) -> int:
        return max(0, self.waiting.fan_outs - len(self.fan_outs))


def state() -> State:
    signs, waiting, owed = pulses.pulses(), status.waiting(), duties()
    lengths = queues.lengths() or {}
    return State(
        problems=status.standing_still(signs, waiting),
        audit=status.last_audit(),
        audits=owed["audits"],
        waiting=waiting,
        fan_outs=fan_outs(),
        failures=failures(),
        queues=[Queue(sign, lengths.get(sign.name)) for sign in signs if sign.kind == "queue"],
        sweeps=[sign for sign in signs if sign.kind == "sweep"],
        streams=live.open_streams(),
        duties=[duty for duty in owed.values() if duty.words],
        disk=disk(),
        backup_at=pulses.last_backup(),
    )


def duties() -> dict[str, Duty]:
    return {name: Duty(number, since, WORDS.get(name, "")) for name, number, since in _rows(DUTIES)}


def fan_outs() -> list[FanOut]:
    return [FanOut(*row) for row in _rows(FAN_OUTS, SHOWN_FAN_OUTS)]


def failures() -> list[Failure]:
    rows = _rows(FAILURES, LATELY, SHOWN_FAILURES)
    return [_failure(list(rows_of_one)) for _code, rows_of_one in groupby(rows, key=lambda row: row[0])]


def disk() -> parts.Disk | None:
    with suppress(OSError):
        return parts.disk()
    return None


def _failure(rows: list[tuple[Any, ...]]) -> Failure:
    code, reason, number = rows[0][:3]
    return Failure(code, worded(reason), number, [Failed(*row[3:]) for row in rows])


def _rows(statement: str, *values: Any) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        yield from cursor.fetchall()
