"""The process of pages and API: how it is called, and one for tests that are about it."""

import contextlib
import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from socialvideo.local.child_process import ChildProcess


def web_command(descriptor: int) -> list[str]:
    """It takes over a listening socket: whoever asks waits, instead of being refused, while it starts."""
    server = [sys.executable, "-m", "gunicorn", "socialvideo.wsgi", "--bind", f"fd://{descriptor}"]
    return [*server, "--threads", "16", "--timeout", "120", "--log-level", "warning", "--no-control-socket"]


class WebProcess(ChildProcess):
    """On a port of its own, which it keeps when it is killed and started again."""

    name = "The web process"

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        super().__init__(env, log)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.inherited = (self.listening.fileno(),)
        self.address: tuple[str, int] = self.listening.getsockname()
        self.url = f"http://127.0.0.1:{self.address[1]}"

    def command(self) -> list[str]:
        return web_command(self.listening.fileno())

    def is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.address[1]}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return True
        return False
