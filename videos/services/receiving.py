"""Writing down a file that comes in pieces, however often it is interrupted. A request may write while it holds the
upload's lease, which ends soon after the request died. What counts as received was on the disk before it was said."""

import hashlib
import hmac
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from videos import parts, storage
from videos.models import Upload, Video
from videos.services import leases
from videos.services.refusals import GONE, NO_ROOM, Refused
from videos.services.uploads import keep_alive

BLOCK = 256 * 1024
SAVED_BYTES = 8 * 1024 * 1024  # what a killed server may have to be sent again
SAVED_SECONDS = 3.0
CHECKSUMS = ("sha1", "sha256")


class Source(Protocol):
    """A request's body: b"" at its end, OSError when the line is cut."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Checksum:
    algorithm: str
    digest: bytes


class Superseded(Exception):
    """The upload was cancelled, or taken over by another request while this one hung."""


def offset_of(upload: Upload) -> int:
    """From where the file goes on. A part that was lost with a disk is asked for again; one that was stored is not, also
    when it is moved at this moment."""
    here = parts.size(upload.video.media_key)
    if here < upload.received and upload.is_whole and storage.is_stored(upload.video.original_name, upload.received):
        return upload.received
    return min(upload.received, here)


def receive(*, upload: Upload, offset: int, source: Source, checksum: Checksum | None = None) -> int:
    """Writes down what comes, up to the promised size. Returns how much is here: when the line is cut, what came until
    then. With a checksum it is all or nothing. Raises Refused: `offset`, `busy`, `beyond`, `checksum`, `no_space`,
    `gone`, `other_way`; then what was not confirmed does not count."""
    writer = _claim(upload, offset)
    try:
        with parts.opened(upload.video.media_key, at=offset) as part:
            return _Writing(upload, writer, part, offset, checksum).of(source)
    except Superseded:
        raise Refused(*GONE) from None
    except OSError as error:
        words = _("The server could not write this down. What it has confirmed is kept. Try again later.")
        raise Refused("no_space", words) from error
    finally:
        leases.give_back(upload.pk, writer)


def _claim(upload: Upload, offset: int) -> str:
    if upload.bucket_id:
        raise Refused("other_way", _("This file is on its way to the storage itself. Go on sending it there."))
    here = offset_of(upload)
    if offset != here:
        raise Refused("offset", _("%(number)s bytes are here. Go on from there.") % {"number": here})
    arriving = Exists(Video.objects.filter(pk=OuterRef("pk"), state=Video.State.UPLOADING))
    if writer := leases.take(upload.pk, arriving, Q(received=upload.received)):
        return writer
    raise Refused("busy", _("Another request is sending this file. Try again in a few seconds."))


class _Writing:
    """One request at work on its part."""

    def __init__(self, upload: Upload, writer: str, part: IO[bytes], offset: int, checksum: Checksum | None) -> None:
        self.upload, self.writer, self.part, self.checksum = upload, writer, part, checksum
        self.promised = upload.video.uploaded_bytes
        self.written = self.saved = offset
        self.saved_at = time.monotonic()
        self.digest = hashlib.new(checksum.algorithm) if checksum else None

    def of(self, source: Source) -> int:
        _must_have_room()
        for block in _blocks(source):
            if self.written + len(block) > self.promised:
                said = _("This is more than the %(number)s bytes that were announced.")
                raise Refused("beyond", said % {"number": self.promised})
            self._save_in_between()
            self._write(block)
        self._check()
        self._save()
        return self.saved

    def _write(self, block: bytes) -> None:
        while block:
            done = self.part.write(block)
            self.written += done
            if self.digest:
                self.digest.update(block[:done])
            block = block[done:]

    def _save_in_between(self) -> None:
        """Before a block is written that was long in coming: by then another request may have the upload."""
        late = time.monotonic() - self.saved_at > SAVED_SECONDS
        much = self.written - self.saved >= SAVED_BYTES and not self.checksum
        if late or much:
            if self.checksum:
                self._renew()
            else:
                self._save()
            _must_have_room()

    def _check(self) -> None:
        if self.checksum and self.digest and not hmac.compare_digest(self.digest.digest(), self.checksum.digest):
            raise Refused("checksum", _("What arrived is not what was sent. Send it again."))

    def _save(self) -> None:
        os.fsync(self.part.fileno())
        self._renew()
        keep_alive(self.upload.pk, received=self.written)
        self.saved = self.written

    def _renew(self) -> None:
        self.saved_at = time.monotonic()
        if not leases.renew(self.upload.pk, self.writer):
            raise Superseded


def _must_have_room() -> None:
    """Asked while the file comes too: others send theirs beside it."""
    if not parts.has_room():
        raise Refused(*NO_ROOM)


def _blocks(source: Source) -> Iterator[bytes]:
    """Until the end, or the end of the line: what came before counts."""
    try:
        while block := source.read(BLOCK):
            yield block
    except OSError:
        return
