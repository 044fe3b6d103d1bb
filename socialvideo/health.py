"""For load balancers and operators. `/healthz`: this process answers. `/readyz`: what it stands on answers too; the
reply names what does not, in one line each."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from redis import Redis

SECONDS = 2


@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    found = {name: _try(check) for name, check in CHECKS.items()}
    fine = all(answer == "ok" for answer in found.values())
    return JsonResponse({"status": "ok" if fine else "failing", "checks": found}, status=200 if fine else 503)


def _try(check: Callable[[], None]) -> str:
    """The kind of error only: its text may hold an address or a name."""
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
        return f"failing ({type(error).__name__})"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as redis:
        redis.ping()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "redis": _redis}
