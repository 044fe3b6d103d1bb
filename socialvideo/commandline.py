"""Turns what an operator can mend (settings, database) into one clear line, whichever program runs the site."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError
from environs import EnvError

CANNOT_BOOT = 3  # gunicorn starts another worker after any other code


@contextmanager
def plain_settings_errors() -> Iterator[None]:
    """Ends the program where its settings are bad."""
    try:
        yield
    except (EnvError, ImproperlyConfigured) as error:
        print(f"Bad settings: {error}", file=sys.stderr)
        sys.exit(CANNOT_BOOT)


def execute(argv: list[str]) -> int:
    """Returns the exit code. Anything but bad settings or an unreachable database keeps its traceback."""
    try:
        with plain_settings_errors():
            execute_from_command_line(argv)
    except OperationalError as error:
        if error.__cause__ is not None and getattr(error.__cause__, "sqlstate", None):
            raise
        reason = str(error).strip().splitlines()[0]
        print(f"The database cannot be reached: {reason} Check DATABASE_URL.", file=sys.stderr)
        return 1
    return 0
