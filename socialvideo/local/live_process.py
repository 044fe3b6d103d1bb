"""The process of event streams: how it is called, and one for tests that are about it."""

import contextlib
import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from socialvideo.local.child_process import ChildProcess


def live_command(descriptor: int) -> list[str]:
    """It takes over a listening socket: pages wait, instead of being refused, while a killed process starts again."""
    server = [sys.executable, "-m", "uvicorn", "socialvideo.asgi:application", "--fd", str(descriptor)]
    return [*server, "--lifespan", "on", "--log-level", "warning", "--timeout-graceful-shutdown", "5"]


class LiveProcess(ChildProcess):
    """On a port of its own, which it keeps when it is killed and started again."""

    name = "The live process"

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        super().__init__(env, log)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.inherited = (self.listening.fileno(),)
        self.port: int = self.listening.getsockname()[1]

    def command(self) -> list[str]:
        return live_command(self.listening.fileno())

    def is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return True
        return False
