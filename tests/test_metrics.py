"""/metrics says what the rows say, in the format of Prometheus, to those who may read it."""

from datetime import timedelta
from time import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_redis import get_redis_connection
from prometheus_client.parser import text_string_to_metric_families

from accounts.tests.factories import make_account
from feeds import auditing
from feeds.services import pulses as noting
from follows.services import follow
from socialvideo.lib import live
from socialvideo.lib.signals import backed_up
from videos import parts
from videos.models import Video
from videos.tests.factories import make_failed_video, upload

pytestmark = pytest.mark.django_db
COUNTS = "all counts equal the follows and requests that stand"


def values(client: Client, **headers: str) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.content.decode())
    return {(sample.name, sample.labels.get("check", "")): sample.value for each in families for sample in each.samples}


def test_before_the_first_audit_its_age_is_absent(client: Client) -> None:
    said = values(client)
    assert not any(name.startswith("audit") for name, _ in said)
    for name in ("follow_deltas_unfolded", "follow_outbox_backlog", "fan_outs_pending", "fan_outs_overdue"):
        assert said[name, ""] == 0


def test_values_are_those_of_the_rows(client: Client) -> None:
    follow(follower=make_account("alice"), followee=make_account("bob"))
    auditing.run_audit()
    said = values(client)
    assert said["follow_deltas_unfolded", ""] == 2
    assert said["follow_outbox_backlog", ""] == 1
    assert 0 <= said["audit_age_seconds", ""] < 60
    assert {check: said["audit_breaches", check.name] for check in auditing.CHECKS} == dict.fromkeys(auditing.CHECKS, 0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE follows_countdelta SET followers = followers + 1")
    auditing.run_audit()
    assert values(client)["audit_breaches", COUNTS] == 2
    assert values(client)["audit_broken", COUNTS] == 1


def test_what_operators_look_after(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Videos that failed or wait, event streams, the disk, the backup."""
    monkeypatch.setattr(noting, "_noted", {})
    settings.KEEP_FREE_BYTES = 7
    alice = make_account("alice")
    said = values(client)
    assert said["media_waiting", ""] == said["media_waiting_oldest_seconds", ""] == 0
    assert said["event_streams_open", ""] == said["live_processes", ""] == 0
    assert ("backup_age_seconds", "") not in said
    make_failed_video(alice)
    yesterday = make_failed_video(alice)
    Video.objects.filter(pk=yesterday.pk).update(failed_at=timezone.now() - timedelta(hours=25))
    Video.objects.filter(pk=upload(alice).pk).update(lease_until=timezone.now() - timedelta(hours=1))
    get_redis_connection("default").zadd(live.OPEN, {"a 3": time() + 10, "b 4": time() + 10})
    backed_up.send(None)
    said = values(client)
    assert said["processing_failed_last_day", ""] == 1
    assert said["media_waiting", ""] == 1
    assert 3600 <= said["media_waiting_oldest_seconds", ""] < 3700
    assert (said["event_streams_open", ""], said["live_processes", ""]) == (7, 2)
    assert 0 <= said["backup_age_seconds", ""] < 60
    assert 0 < said["storage_free_bytes", ""] <= said["storage_total_bytes", ""]
    assert said["storage_kept_free_bytes", ""] == 7


def test_what_does_not_answer_has_no_figure(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.shutil, "disk_usage", lambda _: (_ for _ in ()).throw(PermissionError))
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    said = {name for name, _ in values(client)}
    assert not said & {"storage_free_bytes", "event_streams_open", "queue_length"}
    assert "media_waiting" in said


def test_reading_costs_five_queries(client: Client, django_assert_num_queries: object) -> None:
    auditing.run_audit()
    with django_assert_num_queries(5):  # type: ignore[operator]
        client.get("/metrics")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1"])
def test_without_a_token_this_machine_may_read(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "203.0.113.7", "", "nonsense"])
def test_without_a_token_nobody_else_may(client: Client, address: str) -> None:
    answer = client.get("/metrics", REMOTE_ADDR=address)
    assert answer.status_code == 403
    assert b"audit" not in answer.content


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_without_a_token_nobody_may_through_a_proxy(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_without_a_token_nobody_may_behind_a_declared_proxy(client: Client, settings: object) -> None:
    settings.TRUSTED_PROXIES = 1  # type: ignore[attr-defined]
    assert client.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("given", "status"),
    [("Bearer right", 200), ("Bearer wrong", 403), ("Bearer ", 403), ("Bearer rïght", 403), ("", 403)],
)
def test_with_a_token_it_alone_decides(client: Client, settings: object, given: str, status: int) -> None:
    settings.METRICS_TOKEN = "right"  # type: ignore[attr-defined]
    settings.TRUSTED_PROXIES = 1  # type: ignore[attr-defined]
    headers = {"Authorization": given, "X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.7").status_code == status
