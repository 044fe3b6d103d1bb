"""Files of videos, wherever the storage keeps them. Works through the storage's own interface, so that a local disk and
a bucket behave alike."""

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage

from socialvideo.lib.files import remove_folder

logger = logging.getLogger(__name__)

WORKING_PREFIX = "socialvideo-processing-"
ABANDONED_SECONDS = 2 * 3600  # longer than any attempt may take


def fetch(name: str, target: Path) -> None:
    """A file that is on this disk already is not copied."""
    with suppress(NotImplementedError):
        target.symlink_to(default_storage.path(name))
        return
    with default_storage.open(name) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1024 * 1024)


def read_text(name: str) -> str:
    with default_storage.open(name) as file:
        return file.read().decode()


def remove(name: str) -> None:
    """What is not there is removed already."""
    with suppress(FileNotFoundError):
        default_storage.delete(name)


def store_folder(folder: Path, name: str) -> None:
    """Everything below a local folder."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            default_storage.save(f"{name}/{path.relative_to(folder).as_posix()}", File(file))


def remove_folders(name: str, *, keep: set[str]) -> None:
    """The folders in a folder, but not those to keep, and not its files. What cannot be removed is left for later."""
    try:
        for folder in set(default_storage.listdir(name)[0]) - keep:
            remove_folder(f"{name}/{folder}")
    except OSError:
        logger.warning("Some unfinished files in %s were not removed", name, exc_info=True)


def remove_abandoned_folders() -> None:
    """What killed workers left on the local disk."""
    for folder in _working_folders():
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _working_folders() -> Iterator[Path]:
    return Path(tempfile.gettempdir()).glob(f"{WORKING_PREFIX}*")
