"""What files are, by a table of what the site makes; never by their content, never by the machine's own table."""

from pathlib import Path

PLAYLIST = "application/vnd.apple.mpegurl"
CAPTIONS = "text/vtt"
CONTENT_TYPES = {
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".m3u8": PLAYLIST,
    ".m4s": "video/iso.segment",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".vtt": CAPTIONS,
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
UNKNOWN_TYPE = "application/octet-stream"


def content_type(name: str) -> str:
    return CONTENT_TYPES.get(Path(name).suffix.lower(), UNKNOWN_TYPE)


def film_suffix(beginning: bytes) -> str:
    """By which people's programs know a film that came without a name; "" for what is none of these."""
    if beginning[4:8] == b"ftyp":
        return ".mov" if beginning[8:12] == b"qt  " else ".mp4"
    if beginning[:4] == b"\x1aE\xdf\xa3":
        return ".webm" if b"webm" in beginning[:64] else ".mkv"
    return ""
