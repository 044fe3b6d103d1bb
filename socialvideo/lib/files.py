"""Folders of the storage, through the storage's own interface, so that a local disk and a bucket behave alike."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage


def remove_folder(name: str) -> int:
    """With everything below it; returns how many files. What is not there is removed already."""
    try:
        folders, files = default_storage.listdir(name)
    except FileNotFoundError:
        return 0
    for file in files:
        default_storage.delete(f"{name}/{file}")
    removed = len(files) + sum(remove_folder(f"{name}/{folder}") for folder in folders)
    default_storage.delete(name)  # a local disk keeps empty folders
    return removed


@contextmanager
def written(name: str) -> Iterator[IO[bytes]]:
    """A new file of the storage. On a local disk it is written in its place; a bucket gets it when it is whole. What is
    left of one that was not finished is for whoever names its folder to remove."""
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            default_storage.save(name, File(file))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        yield file
