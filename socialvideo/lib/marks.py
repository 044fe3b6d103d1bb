"""Up to when figures are counted from events: the one row of a table. Everything before it is counted, and nothing since; it
moves in the transaction that counts. One counts at a time; killed anywhere, or run twice, it is the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from socialvideo.lib.quarters import BEGINNING, whole_quarter

STEP = timedelta(days=7)

_FIRST = "INSERT INTO {table} (id, until) VALUES (1, %(until)s) ON CONFLICT DO NOTHING"
_HELD = "SELECT until, coalesce(events_from, %(beginning)s) FROM {table} FOR UPDATE"
_MOVE = "UPDATE {table} SET until = %(until)s"
_PRUNED = "UPDATE {table} SET events_from = greatest(events_from, %(before)s)"
_FIRST_EVENT = "SELECT coalesce(min(happened_at), statement_timestamp()) FROM {events}"


@dataclass(frozen=True)
class Mark:
    """Its table, and that of the events."""

    table: str
    events: str

    @transaction.atomic
    def roll(self, count: Callable[[datetime, datetime], None]) -> bool:
        """Counts what has happened since the mark, at most a week of it; returns whether there is more."""
        self._run(_FIRST, until=BEGINNING)
        marks = self._fetch(f"{_HELD} SKIP LOCKED", beginning=BEGINNING)
        [[settled]] = self._fetch(_settled_sql(self.events))
        if not marks or settled is None:
            return False
        [[since, _]] = marks
        begins = since if since > BEGINNING else self._fetch(_FIRST_EVENT)[0][0]
        until = whole_quarter(min(settled, begins + STEP))
        if until <= since:
            return False
        count(since, until)
        return until < whole_quarter(settled)

    def held(self) -> list[tuple[datetime, datetime]]:
        """It, and since when there are all events; waits for whoever counts. Nothing where nothing was counted yet."""
        return self._fetch(_HELD, beginning=BEGINNING)

    def move(self, until: datetime) -> None:
        self._run(_MOVE, until=until)

    @transaction.atomic
    def prunable_before(self, moment: datetime) -> datetime:
        """Said by whoever prunes events, in the transaction that does, of the moment before which some will be missing.
        Answers it, or an earlier one: what is not counted yet is kept. What was counted of pruned events stands."""
        self._run(_FIRST, until=BEGINNING)
        [[until, _]] = self.held()
        before = min(whole_quarter(moment), until)
        self._run(_PRUNED, before=before)
        return before

    def _run(self, statement: str, **values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._named(statement), values)

    def _fetch(self, statement: str, **values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self._named(statement), values)
            return cursor.fetchall()

    def _named(self, statement: str) -> str:
        return statement.format(table=self.table, events=self.events)


def _settled_sql(events: str) -> str:
    """The moment before which nothing is still to come: whoever is writing events holds their table so until the
    transaction ends, and an event's clock is read after that. Empty while somebody writes of whom it cannot be seen since
    when."""
    return f"""
        SELECT CASE WHEN count(*) FILTER (WHERE xact_start IS NULL) = 0
                    THEN least(statement_timestamp(), min(xact_start)) END
        FROM (SELECT DISTINCT pid FROM pg_locks
              WHERE locktype = 'relation' AND relation = '{events}'::regclass AND mode = 'RowExclusiveLock'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND pid IS DISTINCT FROM pg_backend_pid()) AS writer
        LEFT JOIN pg_stat_activity USING (pid)
    """
