"""The bytes of unfinished uploads that browsers send past us, where the storage is a bucket. As `parts` for those on the
local disk: what has come is asked of the bucket, what a browser says of it is not listened to."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.core.files.storage import default_storage

from videos import storage

if TYPE_CHECKING:
    from socialvideo.lib.bucket import Bucket

logger = logging.getLogger(__name__)

ADDRESS_SECONDS = 3600  # a slow phone may take so long for one part


def are_possible() -> bool:
    return hasattr(default_storage, "begin_multipart")


def begin(name: str) -> str:
    return _bucket().begin_multipart(name)


def part_size(size: int) -> int:
    return _bucket().part_size(size)


def expected(size: int) -> dict[int, int]:
    """The bytes of each part by its number."""
    full, rest = divmod(size, part_size(size))
    return dict(enumerate([part_size(size)] * full + [rest] * bool(rest), start=1))


def address(name: str, bucket_id: str, number: int, size: int) -> str:
    return _bucket().part_address(name, bucket_id, number, size, seconds=ADDRESS_SECONDS)


def arrived(name: str, bucket_id: str, size: int) -> dict[int, int]:
    """The bytes of each part that has come as it should. Raises FileNotFoundError when the bucket gave the upload up."""
    wanted = expected(size)
    try:
        found = _bucket().parts(name, bucket_id).values()
    except FileNotFoundError:
        if storage.is_stored(name, size):  # asked afterwards: it may have been completed just now
            return wanted
        raise
    return {part.number: part.size for part in found if wanted.get(part.number) == part.size}


def hand_to_storage(name: str, bucket_id: str, size: int) -> str:
    """Where it is stored now. Again after a crash it finds what is done. Raises FileNotFoundError when some is lost."""
    with suppress(FileNotFoundError):
        parts = _bucket().parts(name, bucket_id)
        wanted = expected(size)
        if {number: part.size for number, part in parts.items()} == wanted:
            _bucket().complete_multipart(name, bucket_id, [parts[number] for number in sorted(parts)])
    if not storage.is_stored(name, size):
        raise FileNotFoundError(name)
    return name


def forget(name: str) -> None:
    """With whatever was sent. What cannot be removed now, the sweep removes."""
    if are_possible():
        try:
            abort(upload[:2] for upload in _bucket().multiparts(name))
            default_storage.delete(name)
        except OSError:
            logger.warning("What was sent of %s was not removed", name, exc_info=True)


def old(before: datetime) -> Iterator[tuple[str, str]]:
    """Name and id of what was begun before then and is unfinished."""
    if are_possible():
        for upload in _bucket().multiparts("videos/"):
            if upload.begun_at < before:
                yield upload.name, upload.upload_id


def abort(uploads: Iterable[tuple[str, str]]) -> None:
    for name, bucket_id in uploads:
        _bucket().abort_multipart(name, bucket_id)


def _bucket() -> "Bucket":
    return cast("Bucket", default_storage)
