"""For load balancers and operators. `/healthz`: this process answers. `/readyz`: what it stands on answers too, and what
has to be done in the background is done; the reply names what is not, with the remedy, in one line each. What the audit
found is a warning there: sending visitors away would keep no promise. It is loud in the log, `/metrics` and `/status`."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis import Redis

from feeds import status

SECONDS = 2
OK = "ok"


@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": OK})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    checks = {name: _try(check) for name, check in CHECKS.items()}
    warnings: list[str] = []
    if checks["database"] == OK:
        checks |= {problem.what: f"{problem.words} {problem.remedy}" for problem in status.standing_still()}
        warnings = status.doubts()
    fine = all(answer == OK for answer in checks.values())
    answer = {"status": OK if fine else "failing", "checks": checks, "warnings": warnings}
    return JsonResponse(answer, status=200 if fine else 503)


def _try(check: Callable[[], None]) -> str:
    """The kind of error only: its text may hold an address or a name."""
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
        return f"failing ({type(error).__name__})"
    return OK


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as redis:
        redis.ping()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "redis": _redis}
