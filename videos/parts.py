"""The bytes of unfinished uploads: one file each, on the local disk, beside what the site serves and never served itself."""

import hashlib
import math
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from videos import storage

FORGOTTEN_SECONDS = 24 * 3600


class _Part(File):  # type: ignore[type-arg]
    """A storage on the same disk moves it, others read it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


@dataclass(frozen=True)
class Disk:
    """In bytes. With less than `kept` free, no upload is let in."""

    free: int
    total: int
    kept: int

    @property
    def is_filling(self) -> bool:
        """As the alarm of that name has it (docs/deploy/alerts.yaml)."""
        return self.free < max(2 * self.kept, self.total / 20)


def disk() -> Disk:
    """That uploads come to. Raises OSError."""
    usage = shutil.disk_usage(_folder())
    return Disk(usage.free, usage.total, settings.KEEP_FREE_BYTES)


def size(media_key: str) -> int:
    try:
        return _path(media_key).stat().st_size
    except FileNotFoundError:
        return 0


def has_room(size: int = 0) -> bool:
    """For so much, beside what the disk's other users need."""
    return shutil.disk_usage(_folder()).free - size >= settings.KEEP_FREE_BYTES


@contextmanager
def opened(media_key: str, at: int) -> Iterator[IO[bytes]]:
    """For writing from there on."""
    descriptor = os.open(_path(media_key), os.O_WRONLY | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "wb", buffering=0) as part:
        part.seek(at)
        yield part


def hand_to_storage(media_key: str, name: str, whole: int) -> str:
    """Where it is stored now. Again after a crash it finds what is done, whatever was sent again meanwhile. Raises
    FileNotFoundError when some is lost."""
    if storage.is_stored(name, whole):
        return name
    if size(media_key) != whole:
        raise FileNotFoundError(name)
    default_storage.delete(name)  # half of it, perhaps
    part = _path(media_key)
    with part.open("rb") as content:
        return default_storage.save(name, _Part(content, name=str(part)))


def digest(media_key: str) -> str:
    """The SHA-256 of what is here; "" of what is in the storage already."""
    try:
        with _path(media_key).open("rb") as part:
            return hashlib.file_digest(part, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def remove(media_key: str) -> None:
    _path(media_key).unlink(missing_ok=True)


def old() -> list[str]:
    """The media keys of parts that nobody has written to for a day."""
    before = time.time() - FORGOTTEN_SECONDS
    return [part.name for part in os.scandir(_folder()) if _changed_at(part) < before]


def _changed_at(part: "os.DirEntry[str]") -> float:
    """Never, if it was removed meanwhile."""
    try:
        return part.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _path(media_key: str) -> Path:
    return _folder() / media_key


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
