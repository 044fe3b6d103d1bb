"""Querysets that are put together once a process. Where one holds the rules of who may see what, that costs more than
fetching its rows; afterwards only its values are exchanged."""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)
Value = int | list[int]
_STAND_IN = 8_100_000_000_000_000_000  # no id is as high


class Prepared(Generic[M]):
    """`build(**values)` makes the queryset. On its values, each an id or a list of ids, it depends only by parameters of its
    statement."""

    def __init__(self, build: Callable[..., QuerySet[M]], **kinds: type) -> None:
        self.build = build
        self.stand_ins: dict[str, Value] = {
            name: _STAND_IN + number if kind is int else [_STAND_IN + number]
            for number, (name, kind) in enumerate(kinds.items())
        }

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, str, list[Any]]:
        queryset = self.build(**self.stand_ins)
        compiler = queryset.query.get_compiler(queryset.db)
        statement, params = compiler.as_sql()
        return queryset, compiler, statement, list(params)

    def __call__(self, **values: Value) -> QuerySet[M]:
        queryset, compiler, statement, params = self._made
        names = {repr(stand_in): name for name, stand_in in self.stand_ins.items()}
        exchanged = [values[names[repr(param)]] if repr(param) in names else param for param in params]
        ready = copy(compiler)
        ready.connection = connections[queryset.db]
        ready.as_sql = lambda *_, **__: (statement, tuple(exchanged))
        answer = queryset.all()
        answer.query.get_compiler = lambda *_, **__: ready  # type: ignore[method-assign]
        return answer
