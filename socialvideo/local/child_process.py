"""A process of the site as a child of a test: it can be killed in the middle of things, and started again."""

import contextlib
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from socialvideo.local.errors import LocalError
from socialvideo.local.folder import ROOT
from socialvideo.local.groups import kill_group
from socialvideo.local.leash import leash

START_SECONDS = 60


class ChildProcess:
    """Subclasses say what is run, and when it is ready."""

    name: str
    inherited: Sequence[int] = ()

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self.env = env
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} is not running"
        return self.process.pid

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Returns when it is ready."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*leash(), *self.command()],
                cwd=ROOT,
                env=dict(self.env),
                stdout=log,
                stderr=log,
                pass_fds=self.inherited,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if not self.is_running() or time.monotonic() > deadline:
                self.kill()
                raise LocalError(f"{self.name} did not start:\n{self.output()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, children included: what a power cut does."""
        if self.process is not None:
            kill_group(self.process)
            self.process = None

    def stop(self) -> None:
        """Lets it end what it is doing."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(START_SECONDS)
            finally:
                self.kill()

    def restart(self) -> None:
        self.kill()
        self.start()

    def output(self) -> str:
        return self.log.read_text(errors="replace")


class ServerProcess(ChildProcess):
    """On a port of its own, which it keeps when it is killed and started again."""

    backlog: int

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        super().__init__(env, log)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=self.backlog)
        self.inherited = (self.listening.fileno(),)
        self.address: tuple[str, int] = self.listening.getsockname()
        self.url = f"http://127.0.0.1:{self.address[1]}"

    def is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
            return True
        return False

    @property
    def port(self) -> int:
        return self.address[1]
