"""How much is too much. Rates of pages, as the API has them: by account, or by address of who is not logged in; Redis counts
them. Brakes against storms, which rows count: so many within some time, by the settings that docs/operations.md lists."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from rest_framework.throttling import SimpleRateThrottle

View = Callable[..., HttpResponse]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def limited(rate: type[SimpleRateThrottle]) -> Callable[[View], View]:
    """A view that answers nobody more often than that."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            throttle = rate()
            if throttle.allow_request(request, None):  # type: ignore[arg-type]
                return view(request, *args, **kwargs)
            return too_much(request, throttle)

        return limited_view

    return decorate


def too_much(request: HttpRequest, throttle: SimpleRateThrottle) -> HttpResponse:
    return later(render(request, "429.html"), math.ceil(throttle.wait() or 1))


def later(response: HttpResponse, seconds: int) -> HttpResponse:
    """The same answer, as one that may be asked for again then."""
    response.status_code = 429
    response["Retry-After"] = str(seconds)
    return response


def seconds_to_wait(moments: Sequence[datetime], most: int, within: timedelta) -> int:
    """Until one more is allowed, after these moments, the newest first. 0: now, always where `most` is 0."""
    if not most or len(moments) < most:
        return 0
    left = moments[most - 1] + within - timezone.now()
    return max(0, math.ceil(left.total_seconds()))


def in_minutes(seconds: int) -> str:
    minutes = max(1, math.ceil(seconds / 60))
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
