"""Writing down a file that comes in pieces, however often it is interrupted. A request may write while it holds the
upload's lease, which ends soon after the request died. What counts as received was on the disk before it was said."""

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Protocol

from django.db.models import Q
from django.db.models.functions import Now

from videos import parts
from videos.models import Upload, Video
from videos.services.refusals import GONE, Refused
from videos.services.uploads import keep_alive

LEASE = timedelta(seconds=20)
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
    """From where the file goes on. A part that was lost with a disk is asked for again."""
    return min(upload.received, parts.size(upload.video.media_key))


def receive(*, upload: Upload, offset: int, source: Source, checksum: Checksum | None = None) -> int:
    """Writes down what comes, up to the promised size. Returns how much is here: when the line is cut, what came until
    then. With a checksum it is all or nothing. Raises Refused: `offset`, `busy`, `beyond`, `checksum`, `no_space`,
    `gone`; then nothing of it counts."""
    writer = _claim(upload, offset)
    try:
        with parts.opened(upload.video.media_key, at=offset) as part:
            return _Writing(upload, writer, part, offset, checksum).of(source)
    except Superseded:
        raise Refused(*GONE) from None
    finally:
        Upload.objects.filter(pk=upload.pk, writer=writer).update(writer="", writing_until=None)


def _claim(upload: Upload, offset: int) -> str:
    here = offset_of(upload)
    if offset != here:
        raise Refused("offset", f"{here} bytes are here. Go on from there.")
    writer = secrets.token_urlsafe(12)
    free = Q(writing_until=None) | Q(writing_until__lt=Now())
    mine = Upload.objects.filter(free, pk=upload.pk, received=upload.received, video__state=Video.State.UPLOADING)
    if not mine.update(writer=writer, writing_until=Now() + LEASE):
        raise Refused("busy", "Another request is sending this file. Try again in a few seconds.")
    return writer


class _Writing:
    """One request at work on its part."""

    def __init__(self, upload: Upload, writer: str, part: IO[bytes], offset: int, checksum: Checksum | None) -> None:
        self.upload, self.writer, self.part, self.checksum = upload, writer, part, checksum
        self.promised = upload.video.uploaded_bytes
        self.written = self.saved = offset
        self.saved_at = time.monotonic()
        self.digest = hashlib.new(checksum.algorithm) if checksum else None

    def of(self, source: Source) -> int:
        for block in _blocks(source):
            if self.written + len(block) > self.promised:
                raise Refused("beyond", f"This is more than the {self.promised} bytes that were announced.")
            self._write(block)
            self._save_in_between()
        self._check()
        self._save()
        return self.saved

    def _write(self, block: bytes) -> None:
        try:
            while block:
                done = self.part.write(block)
                self.written += done
                if self.digest:
                    self.digest.update(block[:done])
                block = block[done:]
        except OSError as error:
            words = "The server's disk is full. What was sent so far is kept. Try again later."
            raise Refused("no_space", words) from error

    def _save_in_between(self) -> None:
        late = time.monotonic() - self.saved_at > SAVED_SECONDS
        if self.checksum:
            if late:
                self._renew()
        elif late or self.written - self.saved >= SAVED_BYTES:
            self._save()

    def _check(self) -> None:
        if self.checksum and self.digest and not hmac.compare_digest(self.digest.digest(), self.checksum.digest):
            raise Refused("checksum", "What arrived is not what was sent. Send it again.")

    def _save(self) -> None:
        os.fsync(self.part.fileno())
        self._renew()
        keep_alive(self.upload.pk, received=self.written)
        self.saved = self.written

    def _renew(self) -> None:
        self.saved_at = time.monotonic()
        held = Upload.objects.filter(pk=self.upload.pk, writer=self.writer)
        if not held.update(writing_until=Now() + LEASE):
            raise Superseded


def _blocks(source: Source) -> Iterator[bytes]:
    """Until the end, or the end of the line: what came before counts."""
    try:
        while block := source.read(BLOCK):
            yield block
    except OSError:
        return
