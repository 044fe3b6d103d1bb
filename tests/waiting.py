"""Waiting for a page's own state. Playwright's `wait_for_function` evaluates a string inside the page while it polls,
which the content security policy rightly refuses; this asks from outside."""

from time import monotonic
from typing import Any

PATIENCE = 30  # seconds: ten times what anything takes on a quiet machine


def until(page: Any, condition: str, *, seconds: float = PATIENCE) -> None:
    """Returns when the JavaScript expression is true; fails the test when it never is."""
    end = monotonic() + seconds
    while monotonic() < end:
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {condition}")
