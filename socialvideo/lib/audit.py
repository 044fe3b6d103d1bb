"""An audit is a list of checks. A check is one set-based query that counts what breaks a promise."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Check:
    """`sql` selects a key of each breach and nothing when the promise is kept."""

    name: str
    promise: str
    sql: str


def breaches(check: Check) -> int:
    """How many breaches stand. One statement, so that all of it sees the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({check.sql}) AS breach")
        return int(cursor.fetchone()[0])


def examples(check: Check, at_most: int = 5) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({check.sql}) AS breach LIMIT {at_most:d}")
        return [", ".join(str(value) for value in row) for row in cursor.fetchall()]
