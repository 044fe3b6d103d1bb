"""Signs of life of queues and sweeps: what `/readyz`, `/metrics` and the status page say when there are none."""

import re
from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import auditing, pulses, services, status, tasks
from feeds.models import AuditRun, Pulse
from feeds.services import pulses as noting
from follows.models import FollowEvent
from follows.services import follow
from socialvideo.celery import app
from socialvideo.local import run, worker_process
from socialvideo.local.folder import Folder
from socialvideo.local.supervisor import Console
from socialvideo.local.worker_process import WorkerProcess
from videos.models import Publication, Video
from videos.services import processing
from videos.tests.factories import make_video, upload

pytestmark = pytest.mark.django_db
EVERYTHING = [(sign.kind, sign.name) for sign in pulses._all({})]
LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture(autouse=True)
def long_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulses, "STARTED", LONG_AGO)
    monkeypatch.setattr(noting, "_noted", {})


@pytest.fixture
def alive() -> None:
    """Every queue and sweep gave a sign just now."""
    Pulse.objects.bulk_create([Pulse(name=f"{kind} {name}", at=timezone.now()) for kind, name in EVERYTHING])


def silence(name: str, seconds: float) -> None:
    Pulse.objects.filter(name=name).update(at=timezone.now() - timedelta(seconds=seconds))


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def figures(client: Client) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    return {(s.name, "".join(s.labels.values())): s.value for each in families for s in each.samples}


# --- What is watched ------------------------------------------------------------------------------------------


def test_every_queue_and_sweep_of_the_settings_is_watched() -> None:
    routed = {route["queue"] for route in site.CELERY_TASK_ROUTES.values()} | {site.CELERY_TASK_DEFAULT_QUEUE}
    assert set(site.QUEUES) == routed
    watched = {name for _, name in EVERYTHING}
    assert watched == routed | {entry["task"] for entry in site.CELERY_BEAT_SCHEDULE.values()} - {
        pulses.HEARTBEAT,
        pulses.AUDIT,
    }
    longest = Pulse._meta.get_field("name").max_length or 0
    assert all(len(f"{kind} {name}") <= longest for kind, name in EVERYTHING)


def test_beat_gives_every_queue_something_to_do() -> None:
    beaten = [
        each["options"]["queue"] for each in site.CELERY_BEAT_SCHEDULE.values() if each["task"] == pulses.HEARTBEAT
    ]
    assert sorted(beaten) == site.QUEUES
    assert pulses.HEARTBEAT in app.tasks
    assert set(pulses.sweeps()) <= set(app.tasks)


def test_make_run_and_the_tests_worker_listen_to_every_queue(tmp_path: Any) -> None:
    services_run = run._services(Folder(tmp_path), {}, Console(), web=3, live=4)
    workers = [each.command for each in services_run if "-Q" in each.command]
    listened = [queue for command in workers for queue in command[command.index("-Q") + 1].split(",")]
    assert sorted(listened) == site.QUEUES
    assert sorted(worker_process.QUEUES.split(",")) == site.QUEUES


def test_a_task_that_is_taken_is_a_sign_of_its_queue_and_one_that_ends_of_its_sweep() -> None:
    from feeds import receivers

    class Request:
        delivery_info: dict[str, Any] | None = None

    class Task:
        name = "feeds.tasks.sweep_fan_outs"
        request = Request()

    for delivery in (None, {"routing_key": None}, {"routing_key": "nobody's"}, {"routing_key": "media"}):
        Task.request.delivery_info = delivery
        receivers.note_queue(task=Task())  # type: ignore[arg-type]
    receivers.note_sweep(sender=Task())  # type: ignore[arg-type]
    assert set(Pulse.objects.values_list("name", flat=True)) == {"queue media", "sweep feeds.tasks.sweep_fan_outs"}


def test_a_pulse_only_moves_forward_and_is_written_once_a_second(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for _ in range(3):
            services.note_pulse("queue media")
    later = timezone.now() + timedelta(hours=1)
    Pulse.objects.update(at=later)
    noting._noted.clear()
    services.note_pulse("queue media")
    assert Pulse.objects.get().at == later


# --- /readyz --------------------------------------------------------------------------------------------------


def test_ready_when_everything_is_alive(client: Client, alive: None) -> None:
    assert ready(client) == (
        200,
        {
            "status": "ok",
            "checks": {"database": "ok", "redis": "ok"},
            "warnings": ["The promises were never checked."],
        },
    )


@pytest.mark.parametrize(("kind", "name"), EVERYTHING)
def test_one_that_is_silent_fails_by_name(client: Client, alive: None, kind: str, name: str) -> None:
    patience = next(sign.patience for sign in pulses.pulses() if (sign.kind, sign.name) == (kind, name))
    silence(f"{kind} {name}", patience.total_seconds() - 5)
    assert ready(client)[0] == 200
    silence(f"{kind} {name}", patience.total_seconds() + 5)
    code, answer = ready(client)
    assert code == 503
    assert set(answer["checks"]) == {"database", "redis", f"{kind} {name}"}
    assert "Start" in answer["checks"][f"{kind} {name}"]
    assert figures(client)["standing_still", f"{kind} {name}"] == 1


def test_one_that_never_gave_a_sign_fails(client: Client, alive: None) -> None:
    Pulse.objects.filter(name="queue fanout").delete()
    code, answer = ready(client)
    assert code == 503
    assert re.fullmatch(
        r"Nothing was taken from the queue fanout for 1 day\. Start a worker \(.*-Q fanout\) and beat\.",
        answer["checks"]["queue fanout"],
    )


def test_right_after_a_start_nothing_is_late(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a night in which the whole site was stopped."""
    Pulse.objects.create(name="queue media", at=timezone.now() - timedelta(hours=8))
    video = make_video(make_account("mira"))
    Publication.objects.filter(video=video).update(published_at=timezone.now() - timedelta(hours=8))
    monkeypatch.setattr(pulses, "STARTED", timezone.now() - timedelta(seconds=60))
    assert ready(client)[0] == 200
    monkeypatch.setattr(pulses, "STARTED", timezone.now() - timedelta(seconds=121))
    code, answer = ready(client)
    assert code == 503
    assert {"queue media", "queue default", "fan_outs"} <= set(answer["checks"])


def test_a_worker_that_encodes_for_long_is_alive(client: Client, alive: None, alice: User) -> None:
    silence("queue media", 600)
    assert ready(client)[0] == 503
    video = processing.claim(upload(alice).pk)
    assert ready(client)[0] == 200
    Video.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert ready(client)[0] == 503, "a killed worker renews nothing"
    Video.objects.filter(pk=video and video.pk).update(lease_until=timezone.now() + timedelta(minutes=1), lease_key="")
    assert ready(client)[0] == 503, "a pause before the next attempt is nobody's work"


def test_an_overdue_fan_out_fails_and_a_long_one_has_its_time(client: Client, alive: None, alice: User) -> None:
    publication = Publication.objects.filter(video=make_video(alice))
    publication.update(published_at=timezone.now() - timedelta(minutes=6))
    code, answer = ready(client)
    assert code == 503
    assert answer["checks"]["fan_outs"].startswith("1 video is late to be announced.")
    assert figures(client)["standing_still", "fan_outs"] == 1
    publication.update(followers_at_publish=1_000_000)
    assert ready(client)[0] == 200
    publication.update(followers_at_publish=0, fanout_state="done")
    assert ready(client)[0] == 200


def test_an_old_outbox_fails(
    client: Client, alive: None, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(follower=alice, followee=bob)
    assert ready(client)[0] == 200
    assert 0 <= figures(client)["follow_outbox_oldest_seconds", ""] < 60
    hour_later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: hour_later)
    Pulse.objects.update(at=hour_later)
    code, answer = ready(client)
    assert code == 503
    assert answer["checks"]["outbox"].startswith("A follow or unfollow has waited for 1 hour")
    assert FollowEvent.objects.count() == 1


def test_a_breach_and_an_old_audit_are_warnings(client: Client, alive: None) -> None:
    assert auditing.run_audit()
    assert ready(client)[1]["warnings"] == []
    run = AuditRun.objects.get()
    run.checks[0]["broken_since"] = timezone.now().isoformat()
    run.finished_at = timezone.now() - timedelta(seconds=3.1 * site.AUDIT_EVERY_SECONDS)
    run.save()
    code, answer = ready(client)
    assert code == 200
    assert answer["warnings"] == [
        f"It is not so that {run.checks[0]['name']}.",
        "The promises were last checked 31 minutes ago.",
    ]


def test_without_the_database_nothing_else_is_asked(
    client: Client, alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ConnectionError("postgres://somebody:secret@db")

    monkeypatch.setattr("socialvideo.health.CHECKS", {"database": away})
    monkeypatch.setattr(status, "standing_still", lambda: 1 / 0)
    code, answer = ready(client)
    assert code == 503
    assert answer["checks"] == {"database": "failing (ConnectionError)"}


# --- Metrics and the status page ------------------------------------------------------------------------------


def test_metrics_say_ages_and_lengths(client: Client, alive: None) -> None:
    silence("queue media", 30)
    for priority in (0, 9, 9):
        tasks.heartbeat.apply_async(queue="media", priority=priority)
    said = figures(client)
    assert 30 <= said["queue_silent_seconds", "media"] < 40
    assert 0 <= said["sweep_silent_seconds", "feeds.tasks.sweep_fan_outs"] < 10
    assert said["queue_length", "media"] == 3
    assert said["queue_length", "default"] == 0
    still = {what for (name, what), value in said.items() if name == "standing_still" and not value}
    assert still == {*(f"{kind} {name}" for kind, name in EVERYTHING), "fan_outs", "outbox"}


def test_metrics_without_redis_leave_lengths_out(client: Client, alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis import ConnectionError as Away
    from redis.client import Pipeline

    def away(*_: object) -> None:
        raise Away

    monkeypatch.setattr(Pipeline, "execute", away)
    said = figures(client)
    assert ("standing_still", "outbox") in said
    assert not any(name == "queue_length" for name, _ in said)


def test_the_status_page_says_it_to_everybody(client: Client, alive: None) -> None:
    address = reverse("feeds:status")
    assert "stands still" not in client.get(address).content.decode()
    silence("queue media", 600)
    html = client.get(address).content.decode()
    assert "Some of it stands still." in html
    assert "Nothing was taken from the queue media for 10 minutes." in html
    assert "celery" not in html
    (said,) = client.get("/api/v1/status/").json()["standing_still"]
    assert said == "Nothing was taken from the queue media for 10 minutes."


# --- A real worker --------------------------------------------------------------------------------------------


SWEEP = "feeds.tasks.sweep_fan_outs"
BEATEN = {f"queue {queue}" for queue in site.QUEUES} | {f"sweep {SWEEP}"}


def until(holds: Callable[[], bool], *, seconds: float = 90) -> None:
    """Beat's part is ours: what it would give to every queue, and one sweep."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, "it never came to be"
        for entry in site.CELERY_BEAT_SCHEDULE.values():
            if entry["task"] in {pulses.HEARTBEAT, SWEEP}:
                app.send_task(entry["task"], **entry["options"])
        sleep(1)


@pytest.mark.timeout(400)
@pytest.mark.django_db(transaction=True)
def test_workers_that_consume_nothing_are_noticed_and_forgiven(
    client: Client, celery_worker_process: WorkerProcess, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BookWyrm#1393: workers not consuming, and nobody noticed."""
    others = {f"{kind} {name}" for kind, name in EVERYTHING} - BEATEN
    Pulse.objects.bulk_create([Pulse(name=name, at=timezone.now() + timedelta(hours=1)) for name in others])
    settings.STANDSTILL_SECONDS = 5
    monkeypatch.setattr(pulses, "MISSED", 0)
    until(lambda: ready(client)[0] == 200)

    celery_worker_process.kill()
    until(lambda: set(ready(client)[1]["checks"]) >= BEATEN)
    assert ready(client)[0] == 503
    assert all(figures(client)["standing_still", what] for what in BEATEN)

    monkeypatch.setattr(worker_process, "QUEUES", ",".join(each for each in site.QUEUES if each != "media"))
    celery_worker_process.start()
    until(lambda: set(ready(client)[1]["checks"]) == {"database", "redis", "queue media"})
    assert ready(client)[0] == 503

    monkeypatch.setattr(worker_process, "QUEUES", ",".join(site.QUEUES))
    celery_worker_process.restart()
    until(lambda: ready(client)[0] == 200)
