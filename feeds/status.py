"""What the status page, the Following Manager and the metrics say about the promises: what was checked, when, over how
many rows, what is still waiting, and what stands still. Numbers and names of checks; nobody's data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feeds.models import AuditRun
from feeds.pulses import Pulse, patience, pulses, silence
from feeds.sql.waiting import WAITING

PROMISES = {
    "1": gettext_lazy("Every tap settles on the truth"),
    "2": gettext_lazy("No follow ends silently"),
    "3": gettext_lazy("Counts are what the lists show"),
    "4": gettext_lazy("Every follower is told once"),
    "5": gettext_lazy("New videos are in the Following feed at once"),
    "7": gettext_lazy("Nobody sees what they may not"),
    "8": gettext_lazy("No upload is lost"),
    "9": gettext_lazy("Everything explains itself"),
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

    @property
    def words(self) -> str:
        return _(self.name)


@dataclass(frozen=True)
class Promise:
    words: Any
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
    outbox_since: datetime | None  # of the oldest event
    fan_outs: int
    fan_outs_overdue: int


@dataclass(frozen=True)
class Problem:
    """Something that stands still: what it is for machines, in a line for everybody, and what its operator does."""

    what: str
    words: str
    remedy: str


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


def waiting() -> Waiting:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return Waiting(*cursor.fetchone())


def standing_still(signs: Iterable[Pulse] | None = None, left: Waiting | None = None) -> list[Problem]:
    """What workers owe and do not do. Nothing of it is missing from feeds and counts, which are right without workers."""
    left = left or waiting()
    found = [_silent(sign) for sign in (pulses() if signs is None else signs) if sign.stands_still]
    if left.fan_outs_overdue and silence(None) > patience():
        late = ngettext(
            "%(number)s video is late to be announced.",
            "%(number)s videos are late to be announced.",
            left.fan_outs_overdue,
        ) % {"number": left.fan_outs_overdue}
        found.append(Problem("fan_outs", late, _("Look at the log of the workers of the queue fanout.")))
    if left.outbox_since and silence(left.outbox_since) > patience():
        old = _("A follow or unfollow has waited for %(time)s to be acted on.") % {
            "time": _words(silence(left.outbox_since))
        }
        found.append(Problem("outbox", old, _("Look at the log of the workers of the queue default.")))
    return found


def _silent(sign: Pulse) -> Problem:
    what, silence = f"{sign.kind} {sign.name}", _words(sign.silent_for)
    if sign.kind == "queue":
        words = _("Nothing was taken from the queue %(name)s for %(time)s.") % {"name": sign.name, "time": silence}
        remedy = _("Start a worker (%(command)s) and beat.") % {
            "command": f"celery -A socialvideo worker -Q {sign.name}"
        }
        return Problem(what, words, remedy)
    words = _("%(name)s has not come to its end for %(time)s.") % {"name": sign.name, "time": silence}
    return Problem(what, words, _("Start beat and a worker of its queue; if both run, their log says why."))


def doubts() -> list[str]:
    """What the audit says, loudly, that is no reason to send visitors away."""
    audit = last_audit()
    if audit is None:
        return [_("The promises were never checked.")]
    said = [_("It is not so that %(check)s.") % {"check": check.words} for check in audit.broken]
    if audit.is_overdue:
        said.append(_("The promises were last checked %(time)s ago.") % {"time": _words(audit.age)})
    return said


def _words(span: timedelta) -> str:
    now = timezone.now()
    return (
        timesince(now - span, now, depth=1).replace("\xa0", " ") if span >= timedelta(minutes=1) else _("some seconds")
    )
