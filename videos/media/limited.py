"""Limits itself, then becomes another program: `python -I -S limited.py PARENT '{"as": …}' command …`.

A script of its own because setting limits between fork and exec is not safe in a process with threads, and setting them
from outside comes too late. It must stay independent of everything else in this package.
"""

import ctypes
import json
import os
import resource
import signal
import sys

NOT_FOUND = 127
ORPHANED = 125
PR_SET_PDEATHSIG = 1
NICENESS = 5

_SIGNALS_PYTHON_IGNORES = (signal.SIGPIPE, signal.SIGXFSZ)


def die_with_parent(parent: int) -> None:
    """An encoder must not outlive a killed worker: the video's next try would find it still writing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(ORPHANED)


def lower(name: str, value: int) -> None:
    """Never above the hard limit we were given ourselves. At equal limits SIGKILL would hide SIGXCPU, which tells why."""
    kind = getattr(resource, f"RLIMIT_{name.upper()}")
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value if name != "cpu" or value == hard else value + 1))


def main(parent: str, limits: str, *command: str) -> None:
    die_with_parent(int(parent))
    os.nice(NICENESS)
    for number in _SIGNALS_PYTHON_IGNORES:
        signal.signal(number, signal.SIG_DFL)
    for name, value in json.loads(limits).items():
        lower(name, value)
    try:
        os.execv(command[0], command)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(NOT_FOUND)


if __name__ == "__main__":
    main(*sys.argv[1:])
