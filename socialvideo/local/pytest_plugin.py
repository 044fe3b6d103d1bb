"""Throw-away PostgreSQL and Redis for one test run, and a folder for its files, whatever DATABASE_URL and REDIS_URL say:
tests empty what they find.

Loaded by `-p` before pytest-django reads the settings. The addresses are known at once; the servers start when the
session does, in the process that was called (under xdist the controller) and end with it, even by kill -9. What a
killed run left on disk is removed by the next.
"""

import contextlib
import gc
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from socialvideo.local.errors import AlreadyRunningError, LocalError
from socialvideo.local.folder import MARK, Folder, temporary
from socialvideo.local.servers import Postgres, Redis, end_marked

_session = contextlib.ExitStack()
GARBAGE = 20_000  # objects, thirty times what Python would wait for
JUST_MADE_SECONDS = 60  # another run may stand between making its folder and locking it


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    gc.disable()  # what is imported and collected stays
    _keep_what_is_compiled()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _own_folder()
    folder = Folder(Path(os.environ[MARK]))
    os.environ["DATABASE_URL"] = folder.database_url
    os.environ["REDIS_URL"] = folder.redis_url(int((worker or "gw0").removeprefix("gw")))  # one database each
    os.environ["MEDIA_ROOT"] = str(folder.path / f"media-{worker or 'main'}")
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ or session.config.option.collectonly:
        return
    folder = Folder(Path(os.environ[MARK]))
    try:
        for server in (Postgres(folder, durable=_is_durable()), Redis(folder, durable=False)):
            _session.callback(server.stop)
            server.start()
    except LocalError as error:
        pytest.exit(str(error), returncode=3)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Modules, models and thousands of tests are garbage at no time: walking them took a seventh of a run."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _session.close()


def _keep_what_is_compiled() -> None:
    """Whatever the machine is set to: each process would compile the site anew at its start, and pytest all tests."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _is_durable() -> bool:
    """Tests trade safety of their throw-away data for speed; measurements do not."""
    return os.environ.get("DURABLE") == "1"


def _own_folder() -> None:
    _remove_stale_folders()
    folder = temporary()
    folder.create()
    _session.callback(shutil.rmtree, folder.sockets, ignore_errors=True)
    _session.callback(shutil.rmtree, folder.path, ignore_errors=True)
    _session.enter_context(folder.locked())
    os.environ[MARK] = str(folder.path)  # inherited by all children, xdist's processes among them
    _session.callback(end_marked, folder)


def _remove_stale_folders() -> None:
    """Of killed runs: their lock is free. Folders of runs that go on are locked."""
    for path in Path(tempfile.gettempdir()).glob(f"socialvideo-test-{os.geteuid()}-*"):
        folder = Folder(path)
        with contextlib.suppress(AlreadyRunningError, OSError), folder.locked():
            if time.time() - path.stat().st_mtime < JUST_MADE_SECONDS:
                continue
            end_marked(folder)
            for server in (Postgres(folder), Redis(folder)):
                server.stop_leftover()
            shutil.rmtree(folder.sockets, ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)
