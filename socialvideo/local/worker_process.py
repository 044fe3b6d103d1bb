"""A real Celery worker, for tests that are about one."""

import sys

from socialvideo.local.child_process import ChildProcess

QUEUES = "default,fanout,media,outgoing"


class WorkerProcess(ChildProcess):
    """One task at a time, from all queues."""

    name = "The Celery worker"

    def command(self) -> list[str]:
        worker = [sys.executable, "-m", "celery", "--app", "socialvideo", "worker", "-Q", QUEUES, "-c", "1"]
        return [*worker, "--loglevel", "INFO", "--without-mingle", "--without-gossip"]

    def is_ready(self) -> bool:
        return " ready." in self.output()
