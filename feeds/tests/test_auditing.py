"""Audits are run, written down one at a time, and loud."""

import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import auditing, status, tasks
from feeds.models import AuditRun
from follows.services import follow
from socialvideo.lib.audit import Check
from socialvideo.lib.testing import in_threads

pytestmark = pytest.mark.django_db
COUNTS = "all counts equal the follows and requests that stand"


@pytest.fixture(autouse=True)
def edge() -> None:
    follow(follower=make_account("alice"), followee=make_account("bob"))


def forge_a_count() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE follows_countdelta SET followers = followers + 1 WHERE followers = 1")


def checks_of(run: AuditRun | None) -> dict[str, dict[str, Any]]:
    assert run is not None
    run.refresh_from_db()
    return {check["name"]: check for check in run.checks}


def test_a_run_says_what_was_looked_at_and_for_how_long() -> None:
    run = auditing.run_audit()
    checks = checks_of(run)
    assert list(checks) == [check.name for check in auditing.CHECKS]
    assert len(checks) == len(auditing.CHECKS), "two checks have one name"
    assert checks[COUNTS]["rows"] == 1
    assert checks["the rules of following are in force"]["rows"] > 80
    assert all(check["seconds"] > 0 and check["promise"] in status.PROMISES for check in checks.values())
    assert not any(check["breaches"] or check["broken_since"] or check["problem"] for check in checks.values())


def test_a_breach_is_logged_once_a_run_with_its_examples_and_repaired_by_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    forge_a_count()
    with caplog.at_level(logging.ERROR):
        first = auditing.run_audit()
    (record,) = caplog.records
    bob = User.objects.get(handle="bob")
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"Audit: it is not so that {COUNTS}: 1 breaches, e.g. {bob.pk},1,0,0"
    tasks.audit()
    tasks.audit()
    second = AuditRun.objects.order_by("-pk").first()
    assert checks_of(second)[COUNTS]["breaches"] == 1
    assert checks_of(second)[COUNTS]["broken_since"] == checks_of(first)[COUNTS]["broken_since"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE follows_countdelta SET followers = 1 WHERE followers = 2")
    assert checks_of(auditing.run_audit())[COUNTS]["broken_since"] is None


def test_what_cannot_be_checked_is_no_promise_kept(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = Check("something else", "1", "SELECT 1 WHERE FALSE", "accounts_user")
    monkeypatch.setattr(auditing, "CHECKS", [Check("this is so", "1", "SELECT 1 FROM nowhere", "nowhere"), after])
    checks = checks_of(auditing.run_audit())
    assert "nowhere" in checks["this is so"]["problem"]
    assert checks["this is so"]["broken_since"]
    assert checks["something else"]["broken_since"] is None
    assert "could not check that this is so" in caplog.text
    assert not status.last_audit().kept


def test_a_check_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    writes = "DELETE FROM follows_countdelta RETURNING id"
    monkeypatch.setattr(auditing, "CHECKS", [Check("it writes", "1", writes, "follows_countdelta")])
    assert "read-only" in checks_of(auditing.run_audit())["it writes"]["problem"]


def test_a_killed_run_is_seen_as_unfinished_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(checks: object) -> None:
        raise SystemExit

    monkeypatch.setattr(auditing, "examine", killed)
    with pytest.raises(SystemExit):
        auditing.run_audit()
    run = AuditRun.objects.get()
    assert (run.finished_at, run.checks) == (None, [])
    assert status.last_audit() is None


def test_runs_are_kept_for_a_while() -> None:
    old, young = AuditRun.objects.create(), AuditRun.objects.create()
    AuditRun.objects.filter(pk=old.pk).update(started_at=timezone.now() - auditing.KEPT - timedelta(hours=1))
    AuditRun.objects.filter(pk=young.pk).update(started_at=timezone.now() - auditing.KEPT + timedelta(hours=1))
    now = auditing.run_audit()
    assert set(AuditRun.objects.values_list("pk", flat=True)) == {young.pk, now.pk}


@pytest.mark.django_db(transaction=True)
def test_one_audit_at_a_time() -> None:
    """Who finds one under way leaves nothing behind; who asked to wait comes after it."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('feeds audit', 0))")
        try:
            assert in_threads(auditing.run_audit) == [None]
            assert not AuditRun.objects.exists()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('feeds audit', 0))")
    assert in_threads(auditing.run_audit) != [None]


def test_the_command_prints_rows_and_seconds_and_fails_on_a_breach() -> None:
    out = StringIO()
    call_command("audit", stdout=out)
    assert f"kept  {COUNTS}  (1 rows, " in out.getvalue()
    assert "Every promise that can be checked on live data is kept" in out.getvalue()
    forge_a_count()
    out = StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("audit", stdout=out)
    assert f"1 breaches  {COUNTS}" in out.getvalue()
    assert "e.g." in out.getvalue()
    assert AuditRun.objects.filter(finished_at__isnull=False).count() == 2
