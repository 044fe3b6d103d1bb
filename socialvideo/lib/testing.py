"""What tests of every app need. Knows no domain."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def in_threads(*acts: Callable[[], T], patience: float = 60) -> list[T]:
    """Runs the acts at once, each on its own connection, and returns what they returned. Needs committed rows."""

    def run(act: Callable[[], T]) -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(patience) for future in [pool.submit(run, act) for act in acts]]
