"""`/metrics` for Prometheus: whether the promises are kept, and what waits for workers. Read from rows at each request:
nothing is counted in a process, so every web process gives the same answer."""

from collections.abc import Iterator
from ipaddress import ip_address
from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from feeds import status


class Promises(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from _audit()
        waiting = status.waiting()
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
