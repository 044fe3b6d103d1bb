"""What ends is started again; what is stopped takes its children along."""

import os
import signal
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from socialvideo.local.supervisor import Console, Service, Supervisor

SLEEPS_WITH_A_CHILD = (
    "import subprocess, time; subprocess.Popen(['sleep', '600']); print('up', flush=True); time.sleep(600)"
)


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor()


def _start(supervisor: Supervisor, code: str) -> Service:
    service = Service("toy", [sys.executable, "-c", code], dict(os.environ), Console())
    supervisor.watch(service)
    service.start()
    return service


def _pid(service: Service) -> int:
    return service.process.pid if service.process else 0


def _keep_up_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    supervisor.keep_up_while(lambda: not condition() and time.monotonic() < deadline)
    assert condition()


def test_a_killed_process_comes_back_and_says_so(supervisor: Supervisor, capfd: pytest.CaptureFixture[str]) -> None:
    service = _start(supervisor, SLEEPS_WITH_A_CHILD)
    first = _pid(service)
    os.kill(first, signal.SIGKILL)
    _keep_up_until(supervisor, lambda: _pid(service) not in {0, first})
    supervisor.stop()
    assert "toy     | ended (signal SIGKILL); starts again" in capfd.readouterr().out


def test_stopping_takes_the_children_along(supervisor: Supervisor) -> None:
    service = _start(supervisor, SLEEPS_WITH_A_CHILD)
    leader = psutil.Process(_pid(service))
    _keep_up_until(supervisor, lambda: bool(leader.children()))
    family = [leader, *leader.children()]
    supervisor.stop()
    _, alive = psutil.wait_procs(family, timeout=5)  # a killed child ends a moment later, as init's
    assert not alive


def test_what_keeps_failing_is_tried_less_and_less(supervisor: Supervisor) -> None:
    service = _start(supervisor, "raise SystemExit(3)")
    _keep_up_until(supervisor, lambda: service.pause > 1)
    supervisor.stop()
    assert service.pause == 2
