"""The pages that people open most, by gunicorn as production runs it, to eight people at once, beside a bare page of
Django served alike. Only the ratio of the two, taken in turns in one run, counts."""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.services import run_fan_out
from follows.services import follow
from socialvideo.local.child_process import ChildProcess
from socialvideo.local.folder import ROOT
from tests.s3_server import free_ports
from videos.models import Video
from videos.tests.factories import make_comment, make_video

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1200)]
CLIENTS = 8
EACH = 5  # requests of a client in a turn
TURNS = 3
CREATORS, VIDEOS = 10, 2  # like the demo
HOST = "videos.example.org"


class Cost(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


class Gunicorn(ChildProcess):
    name = "gunicorn"

    def __init__(self, application: str, env: dict[str, str], log: Path) -> None:
        super().__init__(env, log)
        self.application = application
        (self.port,) = free_ports(1)

    def command(self) -> list[str]:
        place = ["--bind", f"127.0.0.1:{self.port}", "--threads", "16", "--keep-alive", "30"]
        return [sys.executable, "-m", "gunicorn", self.application, *place, "--log-level", "warning"]

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def get(server: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> int:
    server.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https"} | headers)
    answer = server.getresponse()
    answer.read()
    return answer.status


def turn(port: int, path: str, headers: dict[str, str]) -> list[float]:
    """Milliseconds of each request of all clients."""

    def ask(_: int) -> list[float]:
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        taken = []
        for _ in range(EACH):
            began = time.perf_counter()
            assert get(server, path, headers) == 200
            taken.append((time.perf_counter() - began) * 1000)
        server.close()
        return taken

    with ThreadPoolExecutor(CLIENTS) as clients:
        return [each for some in clients.map(ask, range(CLIENTS)) for each in some]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Gunicorn]:
    address, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "socialvideo.settings.production",
        "SECRET_KEY": settings.SECRET_KEY.ljust(50, "-"),
        "ALLOWED_HOSTS": HOST,
        "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, check=True, env=env, cwd=ROOT)
    site = Gunicorn("socialvideo.wsgi", env, tmp_path / "site.log")
    site.start()
    yield site
    site.kill()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Gunicorn]:
    bare = Gunicorn("benchmarks.bare:application", dict(os.environ), tmp_path / "bare.log")
    bare.start()
    yield bare
    bare.kill()


def make_viewer() -> User:
    """Follows them all; a comment is under every video."""
    viewer = make_account("viewer")
    for number in range(CREATORS):
        creator = make_account(f"creator{number}")
        follow(follower=viewer, followee=creator)
        for _ in range(VIDEOS):
            video = make_video(creator, caption="A caption with a #tag")
            run_fan_out(video.publication.pk)
            make_comment(creator, video)
    return viewer


def signed_in(account: Any) -> dict[str, str]:
    """The header of a browser in which the account is logged in, at a site with the site's own key."""
    settings.SECRET_KEY = settings.SECRET_KEY.ljust(50, "-")
    client = Client()
    client.force_login(account)
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


def test_pages_under_load(site: Gunicorn, bare: Gunicorn) -> None:
    viewer = make_viewer()
    video = Video.objects.select_related("creator").latest("pk")
    me = signed_in(viewer)
    asked = {
        "a bare page": (bare.port, "/", {}),
        "home": (site.port, "/", me),
        "following": (site.port, "/following/", me),
        "watch": (site.port, video.get_absolute_url(), me),
        "profile": (site.port, video.creator.get_absolute_url(), me),
        "watch, not logged in": (site.port, video.get_absolute_url(), {}),
    }
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for where in asked.values():
        turn(*where)
    for _ in range(TURNS):
        for name, where in asked.items():
            taken[name] += turn(*where)
    costs = {name: Cost(statistics.median(some), statistics.quantiles(some, n=20)[-1]) for name, some in taken.items()}
    print(f"\n{CLIENTS} clients at once, milliseconds   {'p50':>8} {'p95':>8}   p95 ÷ a bare page")
    for name, cost in costs.items():
        print(f"{name:37} {cost.p50:8.1f} {cost.p95:8.1f} {cost.p95 / costs['a bare page'].p95:19.1f}")
