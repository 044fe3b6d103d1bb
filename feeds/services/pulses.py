"""What a worker leaves as a sign of life, about once a second at most."""

from time import monotonic

from django.db import connection

EVERY = 1.0  # seconds

_NOTE = """
    INSERT INTO feeds_pulse (name, at) VALUES (%s, now())
    ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE feeds_pulse.at < excluded.at
"""
_noted: dict[str, float] = {}


def note_pulse(name: str) -> None:
    if monotonic() - _noted.get(name, -EVERY) < EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [name])
    _noted[name] = monotonic()
