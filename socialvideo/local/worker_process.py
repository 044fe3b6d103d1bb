"""A real Celery worker as a child process, for tests that are about one: it can be killed in the middle of things."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from socialvideo.local.errors import LocalError
from socialvideo.local.folder import ROOT
from socialvideo.local.groups import kill_group
from socialvideo.local.leash import leash

START_SECONDS = 60
QUEUES = "default,fanout,media"


class WorkerProcess:
    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self.env = env
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None, "the worker is not running"
        return self.process.pid

    def start(self, queues: str = QUEUES, concurrency: int = 1) -> None:
        """Returns when the worker takes tasks."""
        command = [*leash(), sys.executable, "-m", "celery", "--app", "socialvideo", "worker", "-Q", queues]
        command += ["-c", str(concurrency), "--loglevel", "INFO", "--without-mingle", "--without-gossip"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=dict(self.env), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while " ready." not in self.output():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise LocalError(f"The Celery worker did not start:\n{self.output()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, children included: what a power cut does."""
        if self.process is not None:
            kill_group(self.process)
            self.process = None

    def stop(self) -> None:
        """Lets the running task end."""
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
