"""What is really in an uploaded file: measured in a limited child process, judged here against the limits.

Headers lie (real phones claim 143,165 seconds), so nothing in a `Probe` is taken from a header that the packets or the
first decoded picture can tell.
"""

import json
import sys
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from socialvideo.lib.said import Said

from .errors import EncodingFailed, RejectedMedia
from .limits import Limits
from .running import DeadlineExceeded, Finished, run
from .sniffing import sniff

Facts = dict[str, Any]

PROBER = str(Path(__file__).with_name("prober.py"))  # never imported: PyAV stays out of this process

PQ, HLG = 16, 18  # transfer characteristics of ITU-T H.273
LONGEST_OVERRUN_MS = 1000  # phones that stop by themselves at three minutes stop a little later
LONGEST_GROUP_MS = 4100  # of pictures from one key frame to the next: segments are as long or a little longer
FASTEST = Fraction(61, 2)
TOGETHER_MS = 100
SMALLEST_SIDE = 16
STEEPEST_RATIO = 8

_WORDS = {
    "damaged": gettext_noop(
        "This file is damaged or incomplete. Copy it again from where it was made, or pick another."
    ),
    "no_video": gettext_noop("This file has sound but no picture. Pick a video."),
    "too_many_streams": gettext_noop(
        "This file has too many tracks. Export it with one picture and one sound track and try again."
    ),
    "too_demanding": gettext_noop(
        "This file needs more memory than we can give it. Export it in 4K or smaller and try again."
    ),
    "probe_timeout": gettext_noop("This file takes too long to read. Export it again as MP4, or pick another."),
}
_UNREADABLE = {
    "video": gettext_noop(
        "The picture in this file is in a format we cannot read%(codec)s. Export it as H.264 MP4 and try again."
    ),
    "audio": gettext_noop(
        "The sound in this file is in a format we cannot read%(codec)s. Export it with AAC sound and try again."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Probe:
    """`width` and `height` are what a viewer sees: pixels made square, then mirrored and turned clockwise. Of a part,
    the durations are the part's, which begins at `from_ms` of the file. `as_it_is`: any browser plays the picture and may
    begin at any segment of it. `sound_as_it_is`: it is as we encode it."""

    container: str
    duration_ms: int
    video_ms: int
    audio_ms: int
    width: int
    height: int
    rotation: int
    mirrored: bool
    fps: Fraction
    hdr: bool
    transfer: int
    colorspace: int
    full_range: bool
    video_codec: str
    video_index: int
    audio_codec: str | None
    audio_index: int | None
    as_it_is: bool = False
    sound_as_it_is: bool = False
    kbits: int = 0
    peak_kbits: int = 0
    is_part: bool = False
    from_ms: int = 0

    @property
    def has_audio(self) -> bool:
        return self.audio_index is not None

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)

    def as_json(self) -> Facts:
        """For a JSON column."""
        return {**asdict(self), "fps": str(self.fps), "has_audio": self.has_audio}


def inspect(path: Path, limits: Limits | None = None, *, from_ms: int | None = None, to_ms: int | None = None) -> Probe:
    """Of the whole file, or of a part of it. Raises RejectedMedia for what cannot be published, EncodingFailed when we
    could not look."""
    limits = limits or Limits()
    container = sniff(path)
    facts = _measure(path, container, limits)
    whole = _probe(container, facts)
    probe = part(whole, from_ms, to_ms)
    _check_size(probe)
    _check_duration(probe, whole.duration_ms, limits)
    return probe


def part(probe: Probe, from_ms: int | None, to_ms: int | None) -> Probe:
    """What is known of a stretch of the source, in milliseconds of the file; nothing may be left of it."""
    last = probe.from_ms + probe.duration_ms
    begin, end = max(from_ms or 0, probe.from_ms), last if to_ms is None else min(to_ms, last)
    if (begin, end) == (probe.from_ms, last):
        return probe
    audio_ms = max(0, min(probe.from_ms + probe.audio_ms, end) - begin)
    return replace(
        probe,
        is_part=True,
        from_ms=begin,
        duration_ms=max(0, end - begin),
        video_ms=max(0, min(probe.from_ms + probe.video_ms, end) - begin),
        audio_ms=audio_ms,
        audio_index=probe.audio_index if audio_ms else None,
        as_it_is=False,
    )


def ask(task: Facts, limits: Limits, seconds: float) -> Facts:
    """One question to the prober. Its death is an answer too: "damaged"."""
    command = [sys.executable, "-I", PROBER, json.dumps(task)]
    finished = run(command, limits=limits, seconds=seconds)
    if finished.code == 0:
        return json.loads(finished.output)
    return _meaning_of_death(finished)


def _meaning_of_death(finished: Finished) -> Facts:
    if finished.never_started or "ImportError" in finished.errors or "ModuleNotFoundError" in finished.errors:
        raise EncodingFailed(
            "prober_broken",
            gettext_noop("Processing is not available right now. Your file is safe; try again later."),
            detail=finished.errors,
        )
    out_of_memory = "MemoryError" in finished.errors
    return {"refused": "too_demanding" if out_of_memory else "damaged", "detail": finished.errors}


def _measure(path: Path, container: str, limits: Limits) -> Facts:
    task = {
        "task": "measure",
        "path": str(path.resolve()),
        "demuxer": container,
        "max_streams": limits.max_streams,
        "max_pixels": limits.max_pixels,
    }
    try:
        facts = ask(task, limits, limits.probe_seconds)
    except DeadlineExceeded:
        facts = {"refused": "probe_timeout"}
    if "refused" in facts:
        raise _refusal(facts)
    return facts


def _refusal(facts: Facts) -> RejectedMedia:
    code, detail = facts["refused"], facts.get("detail", "")
    match code:
        case "unreadable_codec":
            codec = f" ({facts['codec']})" if facts["codec"] else ""
            message = Said(_UNREADABLE[facts["kind"]], codec=codec)
        case "too_many_pixels":
            message = Said(
                gettext_noop("This video is %(width)s × %(height)s. Export it in 4K or smaller and try again."),
                width=facts["width"],
                height=facts["height"],
            )
        case _:
            message = _WORDS[code]
    return RejectedMedia(code, message, detail=detail)


def _probe(container: str, facts: Facts) -> Probe:
    rotation, mirrored = orientation(*facts["matrix"])
    width, height = display_size(facts["coded_width"], facts["coded_height"], Fraction(facts["sar"]), rotation)
    return Probe(
        container=container,
        width=width,
        height=height,
        rotation=rotation,
        mirrored=mirrored,
        fps=Fraction(facts["fps"]),
        hdr=facts["transfer"] in (PQ, HLG),
        as_it_is=_plays_anywhere(facts) and (rotation, mirrored) == (0, False),
        **{name: facts[name] for name in _AS_MEASURED},
    )


_AS_MEASURED = (
    "duration_ms", "video_ms", "audio_ms", "transfer", "colorspace", "full_range",
    "video_codec", "video_index", "audio_codec", "audio_index", "kbits", "peak_kbits",
)  # fmt: skip
_PROFILES = {"Constrained Baseline", "Main", "High"}
_SDR_COLOURS = {1, 2, 5, 6}  # of ITU-T H.273: BT.709, unspecified, and both BT.601


def _plays_anywhere(facts: Facts) -> bool:
    return (
        facts["video_codec"] == "h264"
        and facts["profile"] in _PROFILES
        and facts["format"] == "yuv420p"
        and facts["sar"] == "1"
        and facts["longest_group_ms"] <= LONGEST_GROUP_MS
        and Fraction(facts["fps"]) <= FASTEST
        and {facts["transfer"], facts["colorspace"]} <= _SDR_COLOURS
        and not facts["full_range"]
        and abs(facts["late_ms"]) <= TOGETHER_MS
        and facts["audio_ms"] - facts["video_ms"] <= TOGETHER_MS
        and facts["closed"]
    )


def orientation(a: int, b: int, c: int, d: int) -> tuple[int, bool]:
    """Clockwise degrees and whether to mirror left to right first, of a display matrix's signs."""
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): 270}[a, b], mirrored


def display_size(width: int, height: int, sar: Fraction, rotation: int) -> tuple[int, int]:
    """Square pixels by stretching, never by squeezing."""
    if sar > 1:
        width = round(width * sar)
    else:
        height = round(height / sar)
    return (height, width) if rotation in (90, 270) else (width, height)


def _check_size(probe: Probe) -> None:
    if probe.short_side < SMALLEST_SIDE:
        only = gettext_noop("This video is only %(width)s × %(height)s. Pick a larger one.")
        raise RejectedMedia("too_small", Said(only, width=probe.width, height=probe.height))
    if max(probe.width, probe.height) > STEEPEST_RATIO * probe.short_side:
        narrow = gettext_noop("This video is %(width)s × %(height)s, too narrow to show. Crop it or pick another.")
        raise RejectedMedia("too_narrow", Said(narrow, width=probe.width, height=probe.height))


def _check_duration(probe: Probe, whole_ms: int, limits: Limits) -> None:
    if not probe.video_ms:
        outside = gettext_noop(
            "This file is %(length)s long, and there is no picture in the part you kept. Trim it anew."
        )
        raise RejectedMedia("trim_outside", Said(outside, length=clock(whole_ms / 1000)))
    if probe.duration_ms > limits.max_seconds * 1000 + LONGEST_OVERRUN_MS:
        part = gettext_noop("The part you kept is %(length)s long. The limit is %(limit)s. Keep less or pick another.")
        whole = gettext_noop("This file is %(length)s long. The limit is %(limit)s. Trim it or pick another.")
        length, limit = clock(probe.duration_ms / 1000), clock(limits.max_seconds)
        raise RejectedMedia("too_long", Said(part if probe.is_part else whole, length=length, limit=limit))


def clock(seconds: float) -> str:
    """6:02, 1:00:00."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
