"""What a video looks like, in a few numbers that survive being scaled, encoded again, framed, marked or cut shorter: of a
picture each half second 64 bits (`printer.py`), of which few differ between two copies and about half between strangers.
Pure, but for the child process that looks."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.utils.translation import gettext_noop

from .errors import EncodingFailed, RejectedMedia
from .limits import Limits
from .running import DeadlineExceeded, run
from .transcoding import PLAYLIST

PRINTER = str(Path(__file__).with_name("printer.py"))
EVERY_SECONDS = 0.5
SAME = 3  # bits: a picture this near the one before it is the same one, still there
MOST = 400  # of one video
BITS, ROW = 64, 8

_AGAIN = gettext_noop("Processing went wrong. Try again.")


def prints(rung: Path, duration_ms: int, limits: Limits | None = None) -> list[int]:
    """Of the folder of one rung. Pictures that tell nothing are left out, and those that stay are there once. Raises
    RejectedMedia: it cannot be read; EncodingFailed: not now."""
    limits = limits or Limits()
    command = [sys.executable, "-I", PRINTER, json.dumps({"path": str(rung / PLAYLIST), "every": EVERY_SECONDS})]
    try:
        finished = run(command, limits=limits, seconds=limits.encode_deadline(duration_ms))
    except DeadlineExceeded:
        raise EncodingFailed("deadline", _AGAIN, detail="looking for prints") from None
    if finished.code:
        raise EncodingFailed("no_prints", _AGAIN, detail=finished.errors)
    answer = json.loads(finished.output)
    if "refused" in answer:
        raise RejectedMedia("unreadable", _AGAIN, detail=answer["refused"])
    return spread(without_repeats(answer["prints"]), MOST)


def without_repeats(taken: Iterable[int]) -> list[int]:
    """Of neighbours that look the same, the first."""
    kept: list[int] = []
    for each in taken:
        if not kept or distance(kept[-1], each) > SAME:
            kept.append(each)
    return kept


def spread(taken: Sequence[int], most: int) -> list[int]:
    """Evenly over the whole, when there are more."""
    if len(taken) <= most:
        return list(taken)
    return [taken[(2 * place + 1) * len(taken) // (2 * most)] for place in range(most)]


def distance(a: int, b: int) -> int:
    return (a ^ b).bit_count()


def mirrored(taken: int) -> int:
    """The print of the same picture seen in a mirror: what was darker than the next is brighter."""
    rows = (taken >> shift & 0xFF for shift in range(BITS - ROW, -1, -ROW))
    return int.from_bytes(int(f"{row ^ 0xFF:08b}"[::-1], 2) for row in rows)
