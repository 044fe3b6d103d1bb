"""Captions files, read strictly and written anew: what came is never stored or served. Pure: bytes in, text out.

WebVTT and SRT look alike enough to be read by one parser: blocks between empty lines, each with a line of times. What
styles, places or names them is left out; text stays text.
"""

import re
from dataclasses import dataclass
from html import escape, unescape

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

LANGUAGES = {code: info["name_local"] for code, info in LANG_INFO.items() if "name_local" in info}
MOST_BYTES = 256 * 1024
MOST_CUES = 3000
LONGEST_TEXT = 400
LONGEST_LINES = 4

_TIME = r"(?:(\d{1,2}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}\s+-->\s+{_TIME}(?:\s.*)?", re.ASCII)
_MARKUP = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ASIDES = ("WEBVTT", "NOTE", "STYLE", "REGION")


class Unreadable(Exception):
    """In words for whoever sent the file."""


@dataclass(frozen=True, order=True)
class Cue:
    """Milliseconds."""

    begins: int
    ends: int
    text: str


def parse(content: bytes) -> list[Cue]:
    """In the order of time. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        said = _("This file is larger than %(limit)s KB. Captions of a short video are smaller.")
        raise Unreadable(said % {"limit": MOST_BYTES // 1024})
    blocks = re.split(r"\n[ \t]*\n+", _text(content).strip("\n"))
    cues = [cue for block in blocks if block.strip() and not block.startswith(_ASIDES) for cue in _cues(block)]
    if not cues:
        raise Unreadable(_("There are no captions in this file. Pick a WebVTT (.vtt) or SRT (.srt) file."))
    if len(cues) > MOST_CUES:
        raise Unreadable(_("This file has more than %(number)s captions.") % {"number": MOST_CUES})
    return sorted(cues)


def written(cues: list[Cue]) -> str:
    """As WebVTT."""
    blocks = (f"{_clock(cue.begins)} --> {_clock(cue.ends)}\n{escape(cue.text, quote=False)}" for cue in cues)
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _text(content: bytes) -> str:
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("This file is not text that we can read. Save it as UTF-8 and try again.")) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cues(block: str) -> list[Cue]:
    """One, or none when it says nothing. A line before the times is its name."""
    lines = block.split("\n")
    for at, line in enumerate(lines[:2]):
        if times := _TIMES.fullmatch(line):
            begins, ends = _milliseconds(*times.groups()[:4]), _milliseconds(*times.groups()[4:])
            if begins >= ends:
                raise Unreadable(_("A caption ends before it begins: “%(line)s”.") % {"line": line.strip()[:60]})
            text = _plain(lines[at + 1 :])
            return [Cue(begins, ends, text)] if text else []
    raise Unreadable(_("Here we expected the times of a caption: “%(line)s”.") % {"line": lines[0].strip()[:60]})


def _plain(lines: list[str]) -> str:
    unescaped = (unescape(_MARKUP.sub("", line)).replace("\n", " ") for line in lines)  # a line stays one
    shown = (_UNSEEN.sub("", line).strip() for line in unescaped)
    text = "\n".join([line for line in shown if line][:LONGEST_LINES])
    if len(text) > LONGEST_TEXT:
        said = _("A caption is longer than %(number)s characters: “%(text)s…”.")
        raise Unreadable(said % {"number": LONGEST_TEXT, "text": text[:40]})
    return text


def _milliseconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)


def _clock(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
