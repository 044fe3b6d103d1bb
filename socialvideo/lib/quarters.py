"""Figures that are counted from events up to a mark in time, a quarter of an hour at a time: of whole quarters the days of
every time zone are made (`docs/decisions/0025`)."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def whole_quarter(moment: datetime) -> datetime:
    return moment - (moment - BEGINNING) % QUARTER


def quarter_sql(moment: str) -> str:
    return f"date_bin('15 minutes', {moment}, 'epoch')"


def settled_sql(events: str) -> str:
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
