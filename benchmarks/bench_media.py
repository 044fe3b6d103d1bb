"""What it costs that each segment of a video in a bucket is asked for at the site: our redirect, beside serving the segment
from a local disk, and beside the bucket's own answer. The query that decides is the same for both, and not in here."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import RequestFactory

from benchmarks.bench_feeds import costs
from socialvideo.lib.bucket import Bucket
from socialvideo.lib.serving import serve

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
NAME = "videos/key/made/720/000.m4s"
SEGMENT = bytes(600_000)  # 4 s at 1.2 Mbit/s


def test_a_segment(bucket: Any, tmp_path: Path) -> None:
    disk, remote = FileSystemStorage(location=tmp_path), Bucket(**bucket.options())
    for storage in (disk, remote):
        storage.save(NAME, ContentFile(SEGMENT))
        storage.save("list.m3u8", ContentFile(b"#EXTM3U\n"))
    request, session = RequestFactory().get("/"), requests.Session()
    address = remote.url(NAME)

    def from_disk() -> None:
        with contextlib.closing(serve(request, NAME, storage=disk)) as response:
            assert len(response.getvalue()) == len(SEGMENT)

    taken = costs(
        {
            "from our disk": from_disk,
            "our redirect": lambda: serve(request, NAME, storage=remote),
            "the bucket's answer": lambda: session.get(address, timeout=10).content,
            "a playlist of the bucket, through us": lambda: serve(request, "list.m3u8", storage=remote),
        }
    )
    print(f"\n{'':40} milliseconds, p50 / p95")
    for name, cost in taken.items():
        print(f"{name:40} {cost!s:>18}")
