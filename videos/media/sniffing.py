"""The container of a file, from its first bytes and never from its name.

ffmpeg guesses generously: a playlist named .mp4 makes it read other people's files. So only two families pass, and the
demuxer of the family found here is forced on everything that opens the file later.
"""

from pathlib import Path

from django.utils.translation import gettext_noop

from .errors import RejectedMedia

MOV, MATROSKA = "mov", "matroska"

_EBML = b"\x1a\x45\xdf\xa3"
_DOCTYPE = b"\x42\x82"
_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx "}

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"<svg")
_SOUNDS = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"OggS", b"fLaC", b"#!AMR")
_RIFF = {b"WEBP": "picture", b"WAVE": "sound"}

_WORDS = {
    "empty": gettext_noop("This file is empty. Pick another."),
    "picture": gettext_noop("This file is a picture, not a video. Pick a video."),
    "sound": gettext_noop("This file has sound but no picture. Pick a video."),
    "other": gettext_noop("This file is not a video we can read. Pick an MP4, MOV, MKV or WebM file."),
}
_CODES = {"empty": "empty", "picture": "not_video", "sound": "no_video", "other": "not_video"}


def sniff(path: Path) -> str:
    """The demuxer to force: "mov" (MP4, MOV) or "matroska" (MKV, WebM)."""
    with path.open("rb") as file:
        head = file.read(4096)
    if _is_matroska(head):
        return MATROSKA
    if _is_mov(head):
        return MOV
    kind = _kind(head)
    raise RejectedMedia(_CODES[kind], _WORDS[kind])


def _is_mov(head: bytes) -> bool:
    return len(head) >= 8 and head[4:8] in _BOXES and not _is_picture_brand(head)


def _is_picture_brand(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS


def _is_matroska(head: bytes) -> bool:
    if not head.startswith(_EBML):
        return False
    at = head.find(_DOCTYPE)
    return at > 0 and head[at + 3 :].startswith((b"matroska", b"webm"))


def _kind(head: bytes) -> str:
    if not head:
        return "empty"
    if _is_picture_brand(head) or head.lstrip().startswith(_PICTURES):
        return "picture"
    if head.startswith(_SOUNDS):
        return "sound"
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "other")
    return "other"
