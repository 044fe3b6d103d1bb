"""What any test may ask for: an empty Redis, a cast, the reference media, a real Celery worker, a real browser.

The servers behind them are started by socialvideo.local.pytest_plugin.
"""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.test import Client
from django_redis import get_redis_connection

from accounts.models import User
from accounts.tests.factories import make_account
from socialvideo.lib.patience import Patience
from socialvideo.local.live_process import LiveProcess
from socialvideo.local.worker_process import WorkerProcess
from tests.emptying import empty_by_deleting
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BEACONS = re.compile(r"/(seen|watch)/")
CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take long begins first: at the end one worker would be alone with it."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Cache, throttles and queued hints of one test are not seen by the next."""
    Patience.renew()
    get_redis_connection("default").flushdb()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        empty_by_deleting()


@pytest.fixture
def alice() -> User:
    return make_account("alice")


@pytest.fixture
def bob() -> User:
    return make_account("bob")


@pytest.fixture
def mira() -> User:
    return make_account("mira", name="Mira")


@pytest.fixture
def shared_media() -> Callable[[str], Path]:
    """`shared_media("no-audio.mp4")` is the path of a reference file, or skips. Such tests carry the marker `shared`."""
    folder = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared")) / "media"

    def find(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"needs the reference file {name} in {folder} (SHARED_DIR names another place)")
        return folder / name

    return find


def _own_database() -> dict[str, str]:
    """The environment of a process that works on this test's database."""
    address, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    return os.environ | {"DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}"}


@pytest.fixture
def stopped_worker(transactional_db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WorkerProcess]:
    """A worker for all queues on this test's database, which the test starts. Its parameter, where a test gives one, is
    environment."""
    worker = WorkerProcess(_own_database() | getattr(request, "param", {}), tmp_path / "worker.log")
    yield worker
    worker.kill()
    connection.close()


@pytest.fixture
def celery_worker_process(stopped_worker: WorkerProcess) -> WorkerProcess:
    """It can be killed and restarted."""
    stopped_worker.start()
    return stopped_worker


@pytest.fixture(scope="session")
def _one_live_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProcess]:
    hasty = {"LIVE_BEAT_SECONDS": "1", "LIVE_LOOKUP_SECONDS": "1"}
    live = LiveProcess(_own_database() | hasty, tmp_path_factory.mktemp("live") / "live.log")
    yield live
    live.kill()
    live.listening.close()


@pytest.fixture
def live_process(transactional_db: None, _one_live_process: LiveProcess, settings: Any) -> LiveProcess:
    """Event streams of this test's accounts, with little patience; the site's pages know their port. It can be killed
    and restarted."""
    live = _one_live_process
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy | {"connect-src": ["'self'", f"*:{live.port}"]}}
    settings.LIVE_PORT = live.port
    if not live.is_running():
        live.start()
    return live


# --- A bucket -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.s3_server import S3Server, program

    if program() is None:
        pytest.skip("needs SeaweedFS: there is no wheel of it for this machine, and no `weed` on the PATH")
    server = S3Server(os.environ, tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def bucket(_s3_server: Any, settings: Any) -> Iterator[Any]:
    """Media in a real bucket, empty at first: the server, with what a page may ask of it."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "socialvideo.lib.bucket.Bucket", "OPTIONS": _s3_server.options()}
    }
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    opened = {name: [*policy[name], _s3_server.url] for name in ("img-src", "media-src", "connect-src")}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy | opened}
    yield _s3_server
    _s3_server.empty()


# --- Browser --------------------------------------------------------------------------------------------------


def _chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None or not shutil.which(found):
        pytest.exit(
            "Browser tests need Chromium: install it (Debian: apt-get install chromium) or name it with CHROMIUM=/path.",
            returncode=3,
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Playwright's browser on the system's Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1000)
    executable = _chromium()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Opens pages in contexts of their own (separate people). What a page logs as an error fails the test, unless
    the marker `console_errors(pattern)` expects it. The service worker stays out of tests that are not about it."""
    workers = "allow" if request.node.get_closest_marker("service_worker") else "block"
    errors: list[str] = []
    contexts = []
    expected = [marker.args[0] for marker in request.node.iter_markers("console_errors")]

    def open_page(**options: Any) -> Any:
        context = browser.new_context(base_url=live_server.url, service_workers=workers, **options)
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.route(BEACONS, lambda route: route.fulfill(status=204))  # a page that is closed reports a last time
        context.close()
    _let_requests_end()
    unexpected = [error for error in errors if not any(re.search(pattern, error) for pattern in expected)]
    assert not unexpected, f"the page logged errors: {unexpected}"


def _let_requests_end() -> None:
    """What a page had asked for may still be answered: it would write into the next test's tables."""
    for _ in range(100):
        if not any("process_request_thread" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.05)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    return new_page(viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone_page(new_page: Callable[..., Any]) -> Any:
    return new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Any, AbstractBaseUser], None]:
    """`sign_in(page, alice)`, without the login form."""

    def sign_in(page: Any, user: AbstractBaseUser) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return sign_in
