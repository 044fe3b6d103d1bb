"""What a person at the terminal can mend, said in one line."""


class LocalError(Exception):
    """Printed without a traceback; `make` then ends with an error."""


class AlreadyRunningError(LocalError):
    """Another run holds the folder. Nothing was touched."""
