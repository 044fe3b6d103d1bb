"""The process of pages and API: how it is called, and one for tests that are about it."""

import sys

from socialvideo.local.child_process import ServerProcess


def web_command(descriptor: int) -> list[str]:
    """It takes over a listening socket: whoever asks waits, instead of being refused, while it starts."""
    server = [sys.executable, "-m", "gunicorn", "socialvideo.wsgi", "--bind", f"fd://{descriptor}"]
    return [*server, "--threads", "16", "--timeout", "120", "--log-level", "warning", "--no-control-socket"]


class WebProcess(ServerProcess):
    name = "The web process"
    backlog = 64

    def command(self) -> list[str]:
        return web_command(self.listening.fileno())
