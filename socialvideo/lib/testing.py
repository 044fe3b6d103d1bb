"""What tests of every app need. Knows no domain."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection, connections

from socialvideo.lib.audit import Check

T = TypeVar("T")


def worlds(few: int) -> dict[str, Any]:
    """Hypothesis's settings for random worlds: the same few in every run, ten times as many new ones in `make faults`."""
    thorough = "THOROUGH" in os.environ
    return {"max_examples": 10 * few if thorough else few, "derandomize": not thorough, "deadline": None}


def broken(checks: Iterable[Check]) -> dict[str, list[str]]:
    """Which promises about rows are broken, with examples, in one statement: asked after each of many tests. That the rules
    themselves are in force is asked where somebody touches them."""
    of_rows = {check.name: check.sql for check in checks if "pg_trigger" not in check.sql}
    found: dict[str, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        parts = (f"SELECT %s, breach::text FROM ({sql.replace('%', '%%')}) AS breach" for sql in of_rows.values())
        cursor.execute(" UNION ALL ".join(parts), list(of_rows))
        for name, example in cursor:
            found[name].append(example)
    return dict(found)


def in_threads(*acts: Callable[[], T], patience: float = 60) -> list[T]:
    """Runs the acts at once, each on its own connection, and returns what they returned. Needs committed rows."""

    def run(act: Callable[[], T]) -> T:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(patience) for future in [pool.submit(run, act) for act in acts]]
