"""Lookups that Django lacks."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Lookup


@BigIntegerField.register_lookup
class Among(Lookup):
    """`id__among=ids`: as `__in`, with one array for a value. A thousand values cost what one does to put together."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[int]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, values = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*values, self.rhs]
