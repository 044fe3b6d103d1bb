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
}
UNKNOWN_TYPE = "application/octet-stream"


def content_type(name: str) -> str:
    return CONTENT_TYPES.get(Path(name).suffix.lower(), UNKNOWN_TYPE)
