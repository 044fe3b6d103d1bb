"""One process with a thousand open event streams beside the web process: how fast pages are with none and with all of them
open, in turn; how late the last stream hears of a hint; what a stream costs in memory. STREAMS says how many:

    make bench ARGS="-k streams"

The streams are held by a process of their own, ten to an account, as many as an account may have. Pages come from
gunicorn as in `make run`, two at a time, for somebody who is logged in. While they are measured each account hears of
something ten times a second in the busy rounds, which is far more than happens to anybody."""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from conftest import _own_database
from follows import services as follows
from socialvideo.lib import live, streams
from socialvideo.local.checks import listen
from socialvideo.local.child_process import ChildProcess
from socialvideo.local.live_process import LiveProcess
from tests.event_stream import cookie_of
from videos.tests.factories import make_video

STREAMS = int(os.environ.get("STREAMS", "1000"))
ROUNDS = 3
PAGES = 60  # in each round
READERS = 2
HINTS = 5  # in each round
SECONDS_TO_ALL = 1.0
MOST_RATIO = 1.25
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]


class WebProcess(ChildProcess):
    """Pages as `make run` serves them."""

    name = "The web process"

    def __init__(self, env: dict[str, str], log: Path) -> None:
        super().__init__(env, log)
        self.listening = listen("127.0.0.1", 18000)
        self.inherited = (self.listening.fileno(),)
        self.port: int = self.listening.getsockname()[1]

    def command(self) -> list[str]:
        pages = [sys.executable, "-m", "gunicorn", "socialvideo.wsgi", "--bind", f"fd://{self.listening.fileno()}"]
        return [*pages, "--threads", "16", "--no-control-socket"]

    def is_ready(self) -> bool:
        return "Booting worker" in self.output()


class Crowd:
    """The process that holds the streams open."""

    def __init__(self, port: int, cookies: list[str]) -> None:
        command = [sys.executable, "-m", "benchmarks.stream_readers", str(port), str(len(cookies))]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{cookie}\n" for cookie in cookies))
        self.process.stdin.flush()
        assert self.hear()["open"] == len(cookies)

    def hear(self) -> dict[str, object]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def lateness(self, name: str) -> list[float]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        late = self.hear()["late"]
        assert isinstance(late, list)
        return late

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[tuple[WebProcess, LiveProcess]]:
    web, live_process = WebProcess(_own_database(), tmp_path / "web"), LiveProcess(_own_database(), tmp_path / "live")
    for process in (web, live_process):
        process.start()
    yield web, live_process
    for process in (web, live_process):
        process.kill()
        process.listening.close()
    connection.close()


def make_site() -> tuple[str, list[int], list[str]]:
    """Somebody with a feed, and the accounts of the streams with their cookies."""
    reader = make_account("reader")
    for number in range(12):
        creator = make_account(f"creator{number}", name=f"Creator {number}")
        follows.follow(follower=reader, followee=creator)
        make_video(creator, caption="A caption of some length, as people write it")
    people: list[User] = [make_account(f"person{n}") for n in range(-(-STREAMS // streams.STREAMS_AN_ACCOUNT))]
    cookies = [cookie for person in people for cookie in [cookie_of(person)] * streams.STREAMS_AN_ACCOUNT]
    return cookie_of(reader), [person.pk for person in people], cookies[:STREAMS]


def read_pages(port: int, cookie: str) -> list[float]:
    """Milliseconds of each."""

    def read(addresses: list[str]) -> list[float]:
        spent = []
        client = HTTPConnection("127.0.0.1", port, timeout=30)
        for address in addresses:
            began = time.perf_counter()
            client.request("GET", address, headers={"Cookie": cookie})
            answer = client.getresponse()
            answer.read()
            assert answer.status == 200
            spent.append((time.perf_counter() - began) * 1000)
        client.close()
        return spent

    addresses = ["/following/", "/explore/", "/@creator1/"] * (PAGES // 3 // READERS)
    with ThreadPoolExecutor(READERS) as pool:
        return [each for part in pool.map(read, [addresses] * READERS) for each in part]


@contextmanager
def hints(account_ids: list[int]) -> Iterator[None]:
    """Ten times a second, for everybody."""
    over = threading.Event()

    def talk() -> None:
        while not over.wait(0.1):
            live.publish(account_ids, {"kind": "noise"})
        connection.close()

    talking = threading.Thread(target=talk)
    talking.start()
    yield
    over.set()
    talking.join()


def tell_all(crowd: Crowd, account_ids: list[int]) -> list[float]:
    """Milliseconds from publishing to the last stream, of each hint."""
    last = []
    for number in range(HINTS):
        live.publish(account_ids, {"kind": "timed", "name": str(number), "at": time.time()})
        time.sleep(SECONDS_TO_ALL)
        late = crowd.lateness(str(number))
        assert len(late) == STREAMS
        last.append(late[-1] * 1000)
    return last


def memory(process: ChildProcess) -> int:
    return psutil.Process(process.pid).memory_info().rss


def p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def test_pages_beside_a_thousand_open_streams(processes: tuple[WebProcess, LiveProcess]) -> None:
    web, live_process = processes
    cookie, account_ids, cookies = make_site()
    read_pages(web.port, cookie)
    pages: dict[str, list[float]] = {"none": [], "open": [], "busy": []}
    last: list[float] = []
    empty = memory(live_process)
    for _ in range(ROUNDS):
        pages["none"] += read_pages(web.port, cookie)
        began = time.monotonic()
        crowd = Crowd(live_process.port, cookies)
        opening = time.monotonic() - began
        full = memory(live_process)
        pages["open"] += read_pages(web.port, cookie)
        with hints(account_ids):
            pages["busy"] += read_pages(web.port, cookie)
        last += tell_all(crowd, account_ids)
        crowd.close()
    print(f"\n{STREAMS:,} streams of {len(account_ids)} accounts, opened in {opening:.1f} s")
    for name, spent in pages.items():
        ratio = statistics.median(spent) / statistics.median(pages["none"])
        print(
            f"pages, streams {name:>4}: p50 {statistics.median(spent):6.1f} ms  p95 {p95(spent):6.1f} ms  × {ratio:.2f}"
        )
    print(f"from publishing to the last stream: p50 {statistics.median(last):.0f} ms, longest {max(last):.0f} ms")
    print(f"memory of the process: {empty / 2**20:.0f} MB empty, {(full - empty) / STREAMS / 1024:.1f} kB a stream")
    assert statistics.median(pages["open"]) < MOST_RATIO * statistics.median(pages["none"])
    assert max(last) < SECONDS_TO_ALL * 1000
