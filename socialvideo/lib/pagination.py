"""Keyset pages: the next page begins after the last row's key, so page 50 costs what page 1 does, and rows that come
or go in between neither repeat nor hide others. A cursor is the key in URL-safe JSON; a damaged one is the first page."""

import base64
import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

T = TypeVar("T")
M = TypeVar("M", bound=Model)
PAGE_SIZE = 30
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows in order. `next_cursor` is empty on the last page."""

    items: list[T]
    next_cursor: str = ""

    def map(self, function: Callable[[T], Any]) -> "Page[Any]":
        return Page([function(item) for item in self.items], self.next_cursor)


def encode_cursor(key: Sequence[Any]) -> str:
    text = json.dumps([_plain(value) for value in key])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    """Moments and fractions as text: the field that they are compared with reads them."""
    if isinstance(value, float):
        return repr(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def decode_cursor(cursor: str, length: int) -> list[int | str] | None:
    """The key of a cursor; None for a damaged one or one of another list. Whether its values fit shows in use."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(key, list) or len(key) != length:
        return None
    return key if all(_is_plain(value) for value in key) else None


def _is_plain(value: object) -> bool:
    """A cursor comes from outside: only what PostgreSQL can compare, and no number beyond bigint."""
    if isinstance(value, str):
        return len(value) <= 200 and not _UNSTORABLE.search(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def keyset_page(queryset: QuerySet[M], *, order: Sequence[str], cursor: str = "", size: int = PAGE_SIZE) -> Page[M]:
    """One page of a queryset in the given order, e.g. ("-created_at", "-id"). The order's fields together must be
    unique and not null; dotted paths (`followee__handle`) need their relation selected. Costs one query."""
    queryset = queryset.order_by(*order)
    if cursor and (key := decode_cursor(cursor, len(order))):
        with suppress(
            ValueError, TypeError, ValidationError
        ):  # a value of another kind than the field's: the first page
            queryset = queryset.filter(_after(order, key))
    return page_of(list(queryset[: size + 1]), order=order, size=size)


def page_of(rows: list[M], *, order: Sequence[str], size: int) -> Page[M]:
    """Of rows in that order, one more than the page shows where it is not the last."""
    if len(rows) <= size:
        return Page(rows)
    return Page(rows[:size], encode_cursor([_value(rows[size - 1], name.lstrip("-")) for name in order]))


def _after(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows that come later: later by the first field, or equal there and later by the rest."""
    name, value = order[0], key[0]
    field, later = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
    if len(order) == 1:
        return Q(**{f"{field}__{later}": value})
    bounded = Q(**{f"{field}__{later}e": value})
    return bounded & (Q(**{f"{field}__{later}": value}) | _after(order[1:], key[1:]))


def _value(row: Model, path: str) -> Any:
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part)
    return value
