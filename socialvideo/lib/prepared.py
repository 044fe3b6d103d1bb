"""Querysets that are put together once a process. Where one holds the rules of who may see what, that costs more than
fetching its rows; afterwards only its values are exchanged."""

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections
from django.db.models import QuerySet

Row = TypeVar("Row")
Value = int | list[int] | None
_STAND_IN = 8_100_000_000_000_000_000  # no id is as high


class _Made(NamedTuple):
    queryset: QuerySet[Any, Any]
    compiler: Any
    statement: str
    params: list[tuple[str, Any]]  # the name of a value to be exchanged, or "" and what stays


class Prepared(Generic[Row]):
    """`build(**values)` makes the queryset. On its values, each an id or a list of ids, it depends only by parameters of its
    statement; but of which of them are None there is a statement each."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], **kinds: type) -> None:
        self.build = build
        self.stand_ins: dict[str, Value] = {
            name: _STAND_IN + number if kind is int else [_STAND_IN + number]
            for number, (name, kind) in enumerate(kinds.items())
        }
        self._made = cache(self._make)

    def __call__(self, **values: Value) -> list[Row]:
        """What is found: rows, of which nothing more can be asked."""
        made = self._made(_none_of(values))
        ready = copy(made.compiler)
        ready.connection = connections[made.queryset.db]
        ready.as_sql = lambda *_, **__: self.sql(**values)
        answer = made.queryset.all()
        answer.query.get_compiler = lambda *_, **__: ready  # type: ignore[method-assign]
        return list(answer)

    def sql(self, **values: Value) -> tuple[str, tuple[Any, ...]]:
        """The statement and its parameters, to be part of another."""
        made = self._made(_none_of(values))
        return made.statement, tuple(values[name] if name else value for name, value in made.params)

    def count(self, *, most: int | None = None, **values: Value) -> int:
        """How many rows there are; of more than `most` no more are looked at."""
        statement, params = self.sql(**values)
        with connections[self._made(_none_of(values)).queryset.db].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({statement} LIMIT %s) AS found", [*params, most])
            return int(cursor.fetchone()[0])

    def _make(self, none: frozenset[str]) -> _Made:
        stand_ins = {name: None if name in none else value for name, value in self.stand_ins.items()}
        queryset = self.build(**stand_ins)
        compiler = queryset.query.get_compiler(queryset.db)
        statement, params = compiler.as_sql()
        names = {_key(value): name for name, value in stand_ins.items() if value is not None}
        named = [(names.get(_key(param), ""), param) for param in params]
        if missing := set(names.values()) - {name for name, _ in named}:
            raise ValueError(f"No parameter of the statement is {missing}.")
        return _Made(queryset, compiler, statement, named)


def _key(param: Any) -> str:
    """Fields wrap some numbers in types of the driver's own, which are equal and look different."""
    return repr(int(param) if isinstance(param, int) else param)


def _none_of(values: dict[str, Value]) -> frozenset[str]:
    return frozenset(name for name, value in values.items() if value is None)
