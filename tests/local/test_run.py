"""`make run` itself, on a folder and a port of its own: from nothing to a site that answers, a killed worker, a killed
runner, and an end that leaves no process."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from socialvideo.local.folder import MARK, ROOT, Folder

PATIENCE = 150
pytestmark = pytest.mark.timeout(600)


class Runner:
    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log

    def start(self, **settings: str) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
        own = {"LOCAL_FOLDER": str(self.folder), "MEDIA_ROOT": str(self.folder / "media"), "DEMO": "0"}
        env = kept | own | {"DJANGO_SETTINGS_MODULE": "socialvideo.settings.dev", "PORT": str(_free_port())} | settings
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "socialvideo.local", "run"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)

    def wait_until_up(self) -> str:
        """Returns the address that it printed."""
        _wait(lambda: "Ctrl-C stops it" in self.output() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output()
        return Folder(self.folder).note()

    def output(self) -> str:
        return self.log.read_text()

    def family(self, word: str = "") -> list[psutil.Process]:
        """Every process that belongs to the folder and has the word in its command."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                command = " ".join(process.cmdline())
                ours = process.environ().get(MARK) == str(self.folder) or str(self.folder) in command
                if ours and word in command and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _answers(site: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{site}readyz", timeout=5):  # noqa: S310 - our own
        return True
    return False


def _look_is_one_file(site: str) -> bool:
    """As on a public site: under a name that changes with it, so that browsers may keep it."""
    with urllib.request.urlopen(f"{site}terms/") as page:  # noqa: S310 - our own
        (name,) = set(re.findall(r"/static/css/site\.\w+\.css", page.read().decode()))
    with urllib.request.urlopen(site.rstrip("/") + name) as look:  # noqa: S310 - our own
        return "immutable" in look.headers["Cache-Control"] and b"@import" not in look.read()


def _live_events_answer(runner: Runner) -> bool:
    """On a port of their own, which the pages know."""
    (web,) = [process for process in runner.family("socialvideo.wsgi") if process.ppid() == runner.process.pid]
    port = int(web.environ()["LIVE_PORT"])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:  # waits for who was killed just now
        connection.sendall(b"GET /live/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return connection.recv(100).startswith(b"HTTP/1.1 204")


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path / "local", tmp_path / "output")
    yield runner
    with contextlib.suppress(ProcessLookupError):
        runner.process.send_signal(signal.SIGTERM)
    runner.process.wait()


def test_from_nothing_through_kills_to_a_clean_end(runner: Runner) -> None:
    runner.start()
    site = runner.wait_until_up()
    _wait(lambda: _answers(site))
    assert _look_is_one_file(site)

    for word in ("worker@", "socialvideo.asgi"):
        (process,) = [process for process in runner.family(word) if process.ppid() == runner.process.pid]
        process.kill()
        _wait(lambda word=word, killed=process: [other for other in runner.family(word) if other != killed])
    assert _answers(site)
    assert _live_events_answer(runner)

    runner.process.kill()
    runner.process.wait()
    runner.start()
    site = runner.wait_until_up()
    _wait(lambda: _answers(site))

    again = Runner(runner.folder, runner.log.with_name("again"))
    again.start()
    assert again.process.wait() == 0
    assert f"already running at {site}" in again.output()

    runner.process.send_signal(signal.SIGINT)
    assert runner.process.wait(60) == 0
    assert runner.family() == []
    assert "Stopped." in runner.output()


def test_bad_settings_end_it_with_one_line(runner: Runner) -> None:
    runner.start(SIGNUP_MODE="maybe")
    assert runner.process.wait(PATIENCE) == 1
    assert 'Bad settings: Environment variable "SIGNUP_MODE" invalid' in runner.output()
    assert "Traceback" not in runner.output()
    assert runner.family() == []
