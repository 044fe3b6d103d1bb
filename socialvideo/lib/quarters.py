"""Figures that are counted from events up to a mark in time, a quarter of an hour at a time: of whole quarters the days of
every time zone are made (`docs/decisions/0025`)."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def whole_quarter(moment: datetime) -> datetime:
    return moment - (moment - BEGINNING) % QUARTER


def quarter_sql(moment: str) -> str:
    return f"date_bin('15 minutes', {moment}, 'epoch')"
