"""The audit as a duty: it is run by beat and by hand, written down, and loud about what it finds. It repairs nothing: what
broke a promise has to be understood first."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import CHECKS as ACCOUNTS
from feeds.audit import CHECKS as FEEDS
from feeds.models import AuditRun
from follows.audit import CHECKS as FOLLOWS
from socialvideo.lib.audit import Result, examine
from videos.audit import CHECKS as VIDEOS

logger = logging.getLogger(__name__)

CHECKS = [*FOLLOWS, *VIDEOS, *FEEDS, *ACCOUNTS]
KEPT = timedelta(days=14)
_LOCK = "hashtextextended('feeds audit', 0)"


def run_audit(*, wait: bool = False, say: Callable[[Result], object] = lambda result: None) -> AuditRun | None:
    """Checks everything and returns the run; None while another is under way, unless asked to `wait` for its end. The run
    is there before it begins, so that one that was killed is seen."""
    run = AuditRun.objects.create()
    with transaction.atomic():
        if not _alone(wait=wait):
            run.delete()
            return None
        broken_since = _broken_since()
        for result in examine(CHECKS):
            since = None if result.kept else broken_since.get(result.name) or run.started_at.isoformat()
            run.checks.append(result.as_json() | {"broken_since": since})
            _alert(result)
            say(result)
        run.finished_at = timezone.now()
        run.save(update_fields=["finished_at", "checks"])
    AuditRun.objects.filter(started_at__lt=run.started_at - KEPT).delete()
    return run


def _alone(*, wait: bool) -> bool:
    with connection.cursor() as cursor:
        if wait:
            cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
            return True
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
        return bool(cursor.fetchone()[0])


def _broken_since() -> dict[str, str | None]:
    last = AuditRun.objects.filter(finished_at__isnull=False).order_by("-pk").first()
    return {check["name"]: check["broken_since"] for check in last.checks} if last else {}


def _alert(result: Result) -> None:
    if result.problem:
        logger.error("Audit: could not check that %s: %s", result.name, result.problem)
    elif result.breaches:
        logger.error(
            "Audit: it is not so that %s: %s breaches, e.g. %s",
            result.name,
            result.breaches,
            "; ".join(result.examples),
        )
