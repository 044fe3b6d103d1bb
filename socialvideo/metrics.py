"""`/metrics` for Prometheus: whether the promises are kept, and what waits for workers. Read from rows at each request:
nothing is counted in a process, so every web process gives the same answer."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from feeds import machine, pulses, status
from socialvideo.lib import live, queues


class Promises(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from _audit()
        waiting = status.waiting()
        yield from _life(waiting)
        yield from _queue_lengths()
        yield from _streams()
        yield from _media()
        yield from _room()
        yield GaugeMetricFamily("follow_deltas_unfolded", "Changes of counts not folded yet.", waiting.unfolded_deltas)
        yield GaugeMetricFamily("follow_outbox_backlog", "Follow events not acted on yet.", waiting.outbox)
        yield GaugeMetricFamily("fan_outs_pending", "Publications whose followers are not all told.", waiting.fan_outs)
        yield GaugeMetricFamily("fan_outs_overdue", "Of them, older than five minutes.", waiting.fan_outs_overdue)


def _audit() -> Iterator[Metric]:
    """Before the first audit there is none of this: a missing age is an alert too (`absent(audit_age_seconds)`)."""
    last = status.last_audit()
    if last is None:
        return
    breaches = GaugeMetricFamily("audit_breaches", "Breaches that the last audit found.", labels=["check"])
    broken = GaugeMetricFamily("audit_broken", "1 for what is broken or could not be checked.", labels=["check"])
    for check in last.checks:
        breaches.add_metric([check.name], check.breaches)
        broken.add_metric([check.name], int(not check.kept))
    yield breaches
    yield broken
    yield GaugeMetricFamily("audit_age_seconds", "Since the end of the last audit.", last.age.total_seconds())


def _life(waiting: status.Waiting) -> Iterator[Metric]:
    """Before its first sign of life there is no age of something; whether it stands still is said all the same."""
    signs = pulses.pulses()
    ages = {
        kind: GaugeMetricFamily(f"{kind}_silent_seconds", words, labels=[kind])
        for kind, words in (("queue", "Since something was taken from it."), ("sweep", "Since it came to its end."))
    }
    for sign in signs:
        if sign.age is not None:
            ages[sign.kind].add_metric([sign.name], sign.age.total_seconds())
    yield from ages.values()
    still = GaugeMetricFamily("standing_still", "1 for what /readyz fails for.", labels=["what"])
    problems = {problem.what for problem in status.standing_still(signs, waiting)}
    for what in (*(f"{sign.kind} {sign.name}" for sign in signs), "fan_outs", "outbox"):
        still.add_metric([what], int(what in problems))
    yield still
    waits = _seconds_since(waiting.outbox_since)
    yield GaugeMetricFamily("follow_outbox_oldest_seconds", "How long the oldest of them waits.", waits)


def _queue_lengths() -> Iterator[Metric]:
    """Nothing while Redis is away."""
    if (lengths := queues.lengths()) is not None:
        figure = GaugeMetricFamily("queue_length", "Tasks that wait in it.", labels=["queue"])
        for queue, length in lengths.items():
            figure.add_metric([queue], length)
        yield figure


def _streams() -> Iterator[Metric]:
    """Nothing while Redis is away."""
    if (streams := live.open_streams()) is not None:
        yield GaugeMetricFamily("event_streams_open", "Pages that listen, of all live processes.", streams.number)
        yield GaugeMetricFamily("live_processes", "Processes that hold them.", streams.processes)


def _media() -> Iterator[Metric]:
    duties = machine.duties()
    videos, failed = duties["videos"], duties["failed"].number
    yield GaugeMetricFamily("media_waiting", "Videos that no worker has yet.", videos.number)
    waits = _seconds_since(videos.since)
    yield GaugeMetricFamily("media_waiting_oldest_seconds", "How long the oldest of them waits.", waits)
    yield GaugeMetricFamily("processing_failed_last_day", "Videos whose processing failed, and stands so.", failed)


def _room() -> Iterator[Metric]:
    """Before the first backup there is no age of one, and of a disk that cannot be read no figure."""
    if at := pulses.last_backup():
        yield GaugeMetricFamily("backup_age_seconds", "Since the last `manage.py backup` ended.", _seconds_since(at))
    if disk := machine.disk():
        yield GaugeMetricFamily("storage_free_bytes", "Of the disk that uploads come to.", disk.free)
        yield GaugeMetricFamily("storage_total_bytes", "All of it.", disk.total)
        yield GaugeMetricFamily("storage_kept_free_bytes", "With less free, no upload is let in.", disk.kept)


def _seconds_since(at: datetime | None) -> float:
    waits = timezone.now() - at if at else timedelta()
    return waits.total_seconds()


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read(request):
        return HttpResponse("Metrics need the token of this site.\n", status=403, content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Promises())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    return not _came_through_proxy(request) and _is_this_machine(request.META.get("REMOTE_ADDR", ""))


def _came_through_proxy(request: HttpRequest) -> bool:
    """To us, everybody who comes through a proxy on this machine comes from this machine."""
    return bool(settings.TRUSTED_PROXIES) or any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
    )


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
