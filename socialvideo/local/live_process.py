"""The process of event streams: how it is called, and one for tests that are about it."""

import sys

from socialvideo.local.child_process import ServerProcess


def live_command(descriptor: int) -> list[str]:
    """It takes over a listening socket: pages wait, instead of being refused, while a killed process starts again."""
    server = [sys.executable, "-m", "uvicorn", "socialvideo.asgi:application", "--fd", str(descriptor)]
    return [*server, "--lifespan", "on", "--log-level", "warning", "--timeout-graceful-shutdown", "5"]


class LiveProcess(ServerProcess):
    name = "The live process"
    backlog = 512

    def command(self) -> list[str]:
        return live_command(self.listening.fileno())
