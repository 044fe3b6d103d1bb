"""What tests of every app need. Knows no domain."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")


def worlds(few: int) -> dict[str, Any]:
    """Hypothesis's settings for random worlds: the same few in every run, ten times as many new ones in `make faults`."""
    thorough = "THOROUGH" in os.environ
    return {"max_examples": 10 * few if thorough else few, "derandomize": not thorough, "deadline": None}


def in_threads(*acts: Callable[[], T], patience: float = 60) -> list[T]:
    """Runs the acts at once, each on its own connection, and returns what they returned. Needs committed rows."""

    def run(act: Callable[[], T]) -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(patience) for future in [pool.submit(run, act) for act in acts]]
