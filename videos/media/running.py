"""A child process that cannot outgrow its limits, outlive its deadline or its parent, or see our secrets.

Its whole process group is killed when anything goes wrong here, an exception of the caller's callback included.
"""

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from django.utils.translation import gettext_noop

from . import limited
from .errors import EncodingFailed
from .limits import Limits

_WRAPPER = [sys.executable, "-I", "-S", limited.__file__]
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "HOME")
_TAIL_BYTES = 16_000
_READ_BYTES = 65_536
_OPEN_FILES = 64


class DeadlineExceeded(Exception):
    """The child was killed because its time was up."""


@dataclass(frozen=True)
class Finished:
    """`signal` is what ended the process, if a signal did."""

    code: int
    output: bytes
    errors: str

    @property
    def signal(self) -> int | None:
        return -self.code if self.code < 0 else None

    @property
    def never_started(self) -> bool:
        return self.code == limited.NOT_FOUND


def ffmpeg_path() -> str:
    """$FFMPEG when set, else ffmpeg on PATH, else the one of the wheel imageio-ffmpeg."""
    wanted = os.environ.get("FFMPEG")
    found = shutil.which(wanted or "ffmpeg")
    if not found and not wanted:
        found = _bundled_ffmpeg()
    if not found:
        raise EncodingFailed(
            "ffmpeg_missing",
            gettext_noop("Processing is not available right now. Your file is safe; try again later."),
            detail=f"no ffmpeg: {wanted or 'neither on PATH nor in the wheel imageio-ffmpeg'}",
        )
    return os.path.realpath(found)


def _bundled_ffmpeg() -> str | None:
    import imageio_ffmpeg  # only bare machines need it

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def run(
    command: Sequence[str],
    *,
    limits: Limits,
    seconds: float,
    folder: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Run to the end, feeding `on_line` from standard output as it comes; without it the output is returned."""
    with _child(command, limits, seconds, folder) as process:
        output, errors = _drain(process, monotonic() + seconds, on_line)
        return Finished(process.returncode, output, errors.decode(errors="replace"))


@contextmanager
def _child(
    command: Sequence[str], limits: Limits, seconds: float, folder: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*_WRAPPER, str(os.getpid()), json.dumps(_ceilings(limits, seconds)), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_environment(),
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            _kill_group(process)


def _ceilings(limits: Limits, seconds: float) -> dict[str, int]:
    return {
        "as": limits.memory_bytes,
        "cpu": int(seconds * limits.threads) + 1,
        "fsize": limits.file_bytes,
        "nofile": _OPEN_FILES,
        "core": 0,
    }


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "LC_ALL": "C", "MALLOC_ARENA_MAX": "2"}


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Before the leader is reaped its group's number cannot be anybody else's."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)


def _drain(
    process: subprocess.Popen[bytes], deadline: float, on_line: Callable[[str], None] | None
) -> tuple[bytes, bytes]:
    """Both pipes to their end, then the exit code. Of the errors the last ones are kept."""
    output, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, errors)
        while selector.get_map():
            for key, _ in selector.select(_left(deadline)):
                chunk = os.read(key.fd, _READ_BYTES)
                key.data.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
            del errors[:-_TAIL_BYTES]
            if on_line:
                _hand_over_lines(output, on_line)
    try:
        process.wait(_left(deadline))
    except subprocess.TimeoutExpired:
        raise DeadlineExceeded from None
    return bytes(output), bytes(errors)


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise DeadlineExceeded
    return left


def _hand_over_lines(output: bytearray, on_line: Callable[[str], None]) -> None:
    *lines, rest = output.split(b"\n")
    output[:] = rest
    for line in lines:
        on_line(line.decode(errors="replace"))
