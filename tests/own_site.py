"""A site of a test's own whose PostgreSQL and Redis may be stopped, killed and cut off: on ports of this machine, a
worker and beat on them, and this process's database connection too."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import pytest
from django.db import connection

from socialvideo.local.child_process import ChildProcess
from socialvideo.local.folder import ROOT, Folder
from socialvideo.local.leash import leash
from socialvideo.local.servers import Postgres, Redis
from socialvideo.local.worker_process import WorkerProcess

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


class NetworkPostgres(Postgres):
    def __init__(self, folder: Folder) -> None:
        super().__init__(folder, durable=True)
        self.port = free_port()
        folder.database_url = folder.database_url.replace(":5432/", f":{self.port}/")

    def command(self) -> list[str]:
        return [*super().command(), "-h", HOST, "-p", str(self.port)]


class NetworkRedis(Redis):
    def __init__(self, folder: Folder) -> None:
        super().__init__(folder, durable=False)
        self.port = free_port()

    def command(self) -> list[str]:
        return [*super().command(), "--bind", HOST, "--port", str(self.port)]


class BeatProcess(ChildProcess):
    name = "Celery beat"

    def command(self) -> list[str]:
        schedule = str(self.log.with_suffix(".schedule"))
        beat = [sys.executable, "-m", "celery", "--app", "socialvideo", "beat", "--schedule", schedule]
        return [*beat, "--pidfile", "", "--loglevel", "INFO"]

    def is_ready(self) -> bool:
        return "beat: Starting" in self.output()


class Proxy:
    """Between the site and one of its servers: `does("delay 200")`, `does("reset")`, `does("ok")`."""

    def __init__(self, target: int, control: Path) -> None:
        program = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared")) / "tools" / "flaky_proxy.py"
        if not program.is_file():
            pytest.skip(f"needs the proxy {program} (SHARED_DIR names another place)")
        self.port, self.control = free_port(), control
        self.does("ok")
        command = [*leash(), sys.executable, str(program), str(self.port), str(target), str(control)]
        self.process = subprocess.Popen(command)

    def does(self, what: str) -> None:
        self.control.write_text(what)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class OwnSite:
    def __init__(self, path: Path, **environment: str) -> None:
        self.path = path
        folder = Folder(path / "site")
        folder.create()
        self.postgres, self.redis = NetworkPostgres(folder), NetworkRedis(folder)
        self.environment = environment

    def start(self) -> None:
        self.postgres.start()
        self.redis.start()
        command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=self.env(), check=True)

    def stop(self) -> None:
        self.redis.stop()
        self.postgres.stop()

    def env(self, postgres: int = 0, redis: int = 0) -> dict[str, str]:
        """For a process of the site; with the ports of proxies, if it is to go through some."""
        return os.environ | {
            "DATABASE_URL": self.database_url(postgres),
            "REDIS_URL": f"redis://{HOST}:{redis or self.redis.port}/0",
            **self.environment,
        }

    def database_url(self, port: int = 0) -> str:
        return f"postgresql://socialvideo@{HOST}:{port or self.postgres.port}/socialvideo"

    def worker(self, name: str = "worker", **ports: int) -> WorkerProcess:
        return WorkerProcess(self.env(**ports), self.path / f"{name}.log")

    def beat(self, **ports: int) -> BeatProcess:
        return BeatProcess(self.env(**ports), self.path / "beat.log")

    @contextlib.contextmanager
    def connected(self) -> Iterator[None]:
        """What this process asks of the database, it asks there."""
        kept = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(dj_database_url.parse(self.database_url()), OPTIONS=kept["OPTIONS"])
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(kept)
