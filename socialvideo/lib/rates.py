"""Rates of pages, as the API has them: by account, or by address of who is not logged in."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.throttling import SimpleRateThrottle

View = Callable[..., HttpResponse]


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
    response = render(request, "429.html", status=429)
    response["Retry-After"] = math.ceil(throttle.wait() or 1)
    return response
