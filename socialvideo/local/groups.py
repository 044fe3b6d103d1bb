"""Process groups: every process of ours leads one, so that ending it takes its children along."""

import contextlib
import os
import signal
import subprocess


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 for the leader and whatever it left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
