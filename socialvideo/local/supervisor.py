"""Keeps the site's processes running and their output readable.

A process that ends is started again, later each time (the ready-made runners end everything instead, and here a
killed worker must not take the site with it). Each process leads a group of its own, so that stopping it takes its
children too.
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from socialvideo.local.groups import kill_group
from socialvideo.local.leash import leash

STOP_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60  # a process that lived this long starts again at once
_COLOURS = (36, 33, 35, 32, 34)


class Console:
    """Whole lines from many threads, each with the name of who said it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}

    def say(self, text: str, *, name: str = "") -> None:
        line = f"{self._prefix(name)}{text}" if name else text
        with self._lock, contextlib.suppress(BrokenPipeError):
            print(line, flush=True)

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<8}| "
        if not sys.stdout.isatty():
            return prefix
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        return f"\033[{colour}m{prefix}\033[0m"


@dataclass
class Service:
    name: str
    command: Sequence[str]
    env: dict[str, str]
    console: Console
    inherited: Sequence[int] = ()  # open files and sockets that the process takes over
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    relay: threading.Thread = field(init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    due: float = field(default=0.0, init=False)
    started: float = field(default=0.0, init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*leash(), *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.env,
            pass_fds=self.inherited,
            start_new_session=True,
        )
        self.started = time.monotonic()
        self.relay = threading.Thread(target=self._relay, args=(self.process,), daemon=True)
        self.relay.start()

    def keep_up(self) -> None:
        """Called often: starts the process again when it ended and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            code = self.process.returncode
            self._end()
            self.pause = FIRST_PAUSE if now - self.started > STEADY_SECONDS else min(self.pause * 2, LONGEST_PAUSE)
            self.due = now + self.pause
            self.console.say(f"ended ({_reason(code)}); starts again in {self.pause:.0f} s", name=self.name)
        if self.process is None and now >= self.due:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_stopped(self, deadline: float) -> None:
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, deadline - time.monotonic()))
            self._end()

    def _end(self) -> None:
        """Takes along whatever the leader left."""
        if self.process is not None:
            kill_group(self.process)
            self.relay.join(STOP_SECONDS)
            self.process = None

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if text := line.decode(errors="replace").rstrip():
                    self.console.say(text, name=self.name)


class Watched(Protocol):
    def keep_up(self) -> None: ...


class Supervisor:
    """Only the main thread starts processes: the leash is tied to the thread that made them."""

    def __init__(self) -> None:
        self.watched: list[Watched] = []

    def watch(self, watched: Watched) -> None:
        self.watched.append(watched)

    def keep_up_while(self, condition: Callable[[], bool]) -> None:
        while condition():
            for watched in self.watched:
                watched.keep_up()
            time.sleep(0.1)

    def stop(self) -> None:
        """Asks all services at once and waits for all together, so that the slowest decides."""
        services = [watched for watched in self.watched if isinstance(watched, Service)]
        for service in services:
            service.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for service in services:
            service.wait_stopped(deadline)


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
