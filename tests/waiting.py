"""Waiting for a page's own state. Playwright's `wait_for_function` evaluates a string inside the page while it polls,
which the content security policy rightly refuses; this asks from outside."""

from typing import Any


def until(page: Any, condition: str, *, seconds: float = 10) -> None:
    """Returns when the JavaScript expression is true; fails the test when it never is."""
    for _ in range(int(seconds * 10)):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {condition}")
