"""The file in which an account takes along what the site keeps about it: a ZIP with a page that explains it, JSON of each
table, and the media as they are. Written while it is read; nothing of it is ever whole in memory."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import PurePath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from accounts.models import User
from socialvideo.lib.content_types import film_suffix
from socialvideo.lib.personal import Kind, Media, Row, kinds

CHUNK = 1024 * 1024

# Told how much is done, from 0 to 1; raises whatever ends the work.
Report = Callable[[float], None]


@dataclass(frozen=True)
class Content:
    """What of one kind is in the file. `missing`: media that the storage does not have any more."""

    kind: Kind
    name: str
    rows: int
    files: int
    missing: int


def write(target: IO[bytes], account: User, *, now: datetime, report: Report) -> None:
    told = [kind for kind in kinds() if not kind.left_out]
    with ZipFile(target, "w") as archive:
        contents = []
        for number, kind in enumerate(told):
            contents.append(_write_kind(archive, kind, account.pk, now, _part(report, number, len(told))))
        _write_index(archive, account, contents, now)


def _part(report: Report, number: int, of: int) -> Report:
    return lambda done: report((number + done) / of)


def _write_kind(archive: ZipFile, kind: Kind, account_id: int, now: datetime, report: Report) -> Content:
    name = f"{kind.name}.json"
    with archive.open(_entry(name, now, ZIP_DEFLATED), "w", force_zip64=True) as file:
        rows = _write_rows(file, _chunks(kind, account_id), report)
    media = list(kind.media(account_id)) if kind.media else []
    stored = 0
    for number, each in enumerate(media):
        stored += _write_media(archive, each, now, lambda n=number: report(n / len(media)))  # type: ignore[misc]
    return Content(kind, name, rows, stored, len(media) - stored)


def _chunks(kind: Kind, account_id: int) -> Iterator[list[Row]]:
    return chain.from_iterable(table.rows(account_id) for table in kind.tables)


def _write_rows(file: IO[bytes], chunks: Iterator[list[Row]], report: Report) -> int:
    rows, before = 0, "[\n"
    for chunk in chunks:
        report(0)
        text = ",\n".join(json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder) for row in chunk)
        file.write((before + text).encode())
        rows, before = rows + len(chunk), ",\n"
    file.write(b"\n]\n" if rows else b"[]\n")
    return rows


def _write_media(archive: ZipFile, media: Media, now: datetime, report: Callable[[], None]) -> bool:
    """Whether it was there. A name without a suffix gets the one of what it turns out to be."""
    report()
    if not all(default_storage.exists(piece) for piece in media.pieces):
        return False
    first, *others = media.pieces
    with default_storage.open(first) as source:
        beginning = source.read(CHUNK)
        name = media.name if PurePath(media.name).suffix else media.name + film_suffix(beginning)
        with archive.open(_entry(name, now, ZIP_STORED), "w", force_zip64=True) as file:
            file.write(beginning)
            _copy(source, file, report)
            for piece in others:
                with default_storage.open(piece) as more:
                    _copy(more, file, report)
    return True


def _copy(source: IO[bytes], file: IO[bytes], report: Callable[[], None]) -> None:
    while chunk := source.read(CHUNK):
        file.write(chunk)
        report()


def _entry(name: str, now: datetime, compression: int) -> ZipInfo:
    entry = ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    return entry


def _write_index(archive: ZipFile, account: User, contents: list[Content], now: datetime) -> None:
    context = {
        "account": account,
        "contents": contents,
        "left_out": [kind for kind in kinds() if kind.left_out],
        "now": now,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
    }
    page = render_to_string("accounts/archive_index.html", context)
    archive.writestr(_entry("index.html", now, ZIP_DEFLATED), page)
