"""Runs a management command and turns what an operator can mend (settings, database, broker) into one clear line."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError
from environs import EnvError


def execute(argv: list[str]) -> int:
    """Returns the exit code. Anything but bad settings or an unreachable database keeps its traceback."""
    try:
        execute_from_command_line(argv)
    except (EnvError, ImproperlyConfigured) as error:
        return _fail(f"Bad settings: {error}")
    except OperationalError as error:
        if error.__cause__ is not None and getattr(error.__cause__, "sqlstate", None):
            raise
        return _fail(f"The database cannot be reached: {_first_line(error)} Check DATABASE_URL.")
    return 0


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1
