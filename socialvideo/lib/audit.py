"""An audit is a list of checks. A check is one set-based query that finds what breaks a promise; it reads, and could not
write if it tried."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from django.db import Error, connection, transaction

EXAMPLES = 5
# For whole tables: sorted and joined in memory where there is enough, otherwise on disk.
_PLAN_FOR_WHOLE_TABLES = (
    "SET LOCAL work_mem = '128MB'; SET LOCAL hash_mem_multiplier = 4; SET LOCAL jit = off; SET TRANSACTION READ ONLY"
)


@dataclass(frozen=True)
class Check:
    """`sql` selects a key of each breach and nothing when the promise is kept: one statement, so that all of it sees the
    same moment. `of` is the item of a FROM clause whose rows it examines."""

    name: str
    promise: str
    sql: str
    of: str


@dataclass(frozen=True)
class Result:
    """What a check found. `problem` says why it could not be checked, which is no better than a breach."""

    name: str
    promise: str
    rows: int = 0
    breaches: int = 0
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def kept(self) -> bool:
        return not self.breaches and not self.problem

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def examine(checks: Iterable[Check]) -> Iterator[Result]:
    """The results one by one, as they come. Rows of what several checks examine are counted once."""
    counted: dict[str, int] = {}
    for check in checks:
        began = time.monotonic()
        try:
            with transaction.atomic():
                found, examples = _find(check)
                rows = counted[check.of] = counted[check.of] if check.of in counted else _count(check.of)
        except Error as error:
            problem = f"{type(error).__name__}: {error}".strip()
            yield Result(check.name, check.promise, seconds=time.monotonic() - began, problem=problem)
        else:
            yield Result(check.name, check.promise, rows, found, time.monotonic() - began, examples)


def breaches(check: Check) -> int:
    return _found(check).breaches


def examples(check: Check) -> list[str]:
    return _found(check).examples


def _found(check: Check) -> Result:
    with transaction.atomic():
        found, examples = _find(check)
    return Result(check.name, check.promise, breaches=found, examples=examples)


def _find(check: Check) -> tuple[int, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(_PLAN_FOR_WHOLE_TABLES)
        cursor.execute(f"""
            WITH breach AS MATERIALIZED ({check.sql})
            SELECT (SELECT count(*) FROM breach), ARRAY(SELECT breach::text FROM breach LIMIT {EXAMPLES:d})
        """)
        found, rows = cursor.fetchone()
    return found, [row.strip("()") for row in rows]


def _count(of: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {of}")
        return int(cursor.fetchone()[0])
