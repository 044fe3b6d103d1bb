"""Files of videos, wherever the storage keeps them. Works through the storage's own interface, so that a local disk and
a bucket behave alike."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage

from socialvideo.lib.files import remove_folder

logger = logging.getLogger(__name__)

WORKING_PREFIX = "socialvideo-processing-"


def fetch(name: str, target: Path) -> None:
    """A file that is on this disk already is not copied."""
    with suppress(NotImplementedError):
        target.symlink_to(default_storage.path(name))
        return
    with default_storage.open(name) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1024 * 1024)


def fetch_folder(name: str, target: Path) -> None:
    """The files in a folder, but not those in folders of it. Raises FileNotFoundError."""
    target.mkdir()
    for file in default_storage.listdir(name)[1]:
        fetch(f"{name}/{file}", target / file)


def folders_in(name: str) -> list[str]:
    """Raises FileNotFoundError, or knows of none."""
    return list(default_storage.listdir(name)[0])


def read_text(name: str) -> str:
    with default_storage.open(name) as file:
        return file.read().decode()


def is_stored(name: str, size: int) -> bool:
    """Whole."""
    return default_storage.exists(name) and default_storage.size(name) == size


def remove(name: str) -> None:
    """What is not there is removed already."""
    with suppress(FileNotFoundError):
        default_storage.delete(name)


def store_folder(folder: Path, name: str) -> None:
    """Everything below a local folder."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            default_storage.save(f"{name}/{path.relative_to(folder).as_posix()}", File(file))


def remove_folders(name: str, *, keep: Callable[[], set[str]]) -> None:
    """The folders in a folder, but not those to keep, and not its files. Which to keep is asked after they are listed, so
    that one that is made and shown meanwhile stays. What cannot be removed is left for later."""
    try:
        found = default_storage.listdir(name)[0]
        for folder in set(found) - keep():
            remove_folder(f"{name}/{folder}")
    except OSError:
        logger.warning("Some unfinished files in %s were not removed", name, exc_info=True)


def remove_abandoned_folders(*, after: float) -> None:
    """What killed workers left on the local disk so many seconds ago. Other workers end, and remove theirs, meanwhile."""
    for folder in _working_folders():
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > after:
                shutil.rmtree(folder, ignore_errors=True)


def _working_folders() -> Iterator[Path]:
    return Path(tempfile.gettempdir()).glob(f"{WORKING_PREFIX}*")
