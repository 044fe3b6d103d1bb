"""What For You is computed from, by workers: popularity, tastes, what is related, and what each source brings. Whoever
computes holds a lock; a second one at the same time leaves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from feeds.sql import figures as sql

ACTS = 50_000  # of each kind, the newest
ACCOUNTS_AT_ONCE = 200
VIDEOS_AT_ONCE = 25
VIDEOS_A_RUN = 1000
HOURS_COUNTED = 3  # what is shown is watched and liked soon, or not at all
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('feeds ' || %(name)s, 0))"


@transaction.atomic
def compute_heat() -> int:
    """Returns how many videos became hotter or cooler."""
    return _fetch(sql.HEAT, acts=ACTS)[0][0] if _is_alone("heat") else 0


def compute_tastes() -> int:
    """Of the accounts that did something since theirs was computed. Returns how many."""
    return _compute("taste", sql.TASTE_DUE, sql.TASTE, "accounts", ACCOUNTS_AT_ONCE, acts=ACTS)


def compute_related() -> int:
    """Of the videos that somebody did something to since theirs was computed. Returns how many."""
    due = {"acts": ACTS, "videos": VIDEOS_A_RUN}
    return _compute("related", sql.RELATED_DUE, sql.RELATED, "videos", VIDEOS_AT_ONCE, **due)


@transaction.atomic
def count_sources() -> None:
    """What the sources brought in the last hours."""
    this_hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    if _is_alone("sources"):
        for back in range(HOURS_COUNTED):
            _run(sql.SOURCES, hour=this_hour - timedelta(hours=back))


def prune_figures() -> None:
    for statement in sql.PRUNE:
        _run(statement)


def _compute(name: str, due: str, statement: str, what: str, at_once: int, **bounds: int) -> int:
    """A chunk is a transaction: what is done stays, whatever comes after."""
    ids = [row[0] for row in _fetch(due, **bounds)]
    for chunk in _chunks(ids, at_once):
        with transaction.atomic():
            if not _is_alone(name):
                return 0
            _run(statement, **{what: chunk})
    return len(ids)


def _chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _is_alone(name: str) -> bool:
    return _fetch(_LOCK, name=name)[0][0]


def _run(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
