"""Rows that workers have by lease (`sql/leases.py`): what came of one is written down as long as it is theirs."""

from datetime import timedelta
from typing import TypeVar

from django.db.models import QuerySet

from feeds.models import Digest, Letter, Push

R = TypeVar("R", Push, Digest, Letter)


def mine(row: R) -> QuerySet[R]:
    """The row as long as this worker's lease holds: another one's attempt has another number."""
    return type(row)._default_manager.filter(pk=row.pk, state="waiting", attempts=row.attempts)  # noqa: SLF001 - of either


def settle(row: R, state: str, said: str = "", **besides: str) -> None:
    mine(row).update(state=state, answer=said, **besides)


def pause_after(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Twice as long each time."""
    return min(first * 2 ** min(attempts - 1, 16), longest)
