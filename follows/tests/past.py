"""Acts of other days: what is done within `at(moment)` happened then, for whoever reads the events."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model

from follows.models import FollowEvent
from follows.services.tallies import roll_tallies


@contextmanager
def forced() -> Iterator[Any]:
    """What a statement does past all rules."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor.execute
        cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def happened(events: type[Model], moment: datetime) -> Iterator[None]:
    last = events._default_manager.aggregate(last=Max("id"))["last"] or 0
    yield
    with forced() as sql:
        sql(f"UPDATE {events._meta.db_table} SET happened_at = %s WHERE id > %s", [moment, last])


at = partial(happened, FollowEvent)


def count() -> None:
    """As beat has it done."""
    while roll_tallies():
        pass
