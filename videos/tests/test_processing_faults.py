"""Whatever happens to the encoder or the disk, in the first phase or a later one: the row says so, a retry works, and
nothing half-made stays."""

import errno
import os
from functools import partial

import pytest
from django.core.files.storage import default_storage

from videos import media, services
from videos.models import Video
from videos.services import processing
from videos.tests.test_two_stages import broken_ffmpeg, fitting, folders, sent, work

__all__ = ["broken_ffmpeg", "fitting"]
pytestmark = pytest.mark.django_db(transaction=True)
State = Video.State

HUNG = {"encode_seconds": 1, "encode_seconds_per_second": 0}
BOMB = "exec python3 -c 'bytearray(10**11)'"
GROWS = "exec head -c 20000000 /dev/zero > 360/000.m4s"


def wear_out(video: Video) -> None:
    for _ in range(processing.MOST_ATTEMPTS):
        work(video)


def limited(monkeypatch, **changes):
    monkeypatch.setattr(processing.media, "Limits", partial(media.Limits, **changes))


@pytest.mark.parametrize("later", [False, True], ids=["first", "later"])
@pytest.mark.parametrize(
    ("script", "limits", "codes"),
    [
        ("sleep 60", HUNG, {"deadline"}),
        (BOMB, {}, {"ffmpeg_failed", "too_demanding"}),
        (GROWS, {"file_bytes": 10_000_000}, {"disk_full", "ffmpeg_failed", "bad_output"}),
        (None, {}, {"ffmpeg_missing"}),
    ],
    ids=["hung", "memory", "size", "missing"],
)
def test_a_broken_encoder(alice, fitting, broken_ffmpeg, monkeypatch, script, limits, codes, later):  # noqa: PLR0917
    """PeerTube#4500: the job failed, and the video was to be transcoded for ever. PeerTube#5691: a retry said that it was
    being transcoded already."""
    video = sent(alice, fitting)
    if later:
        work(video)
    if script is None:
        monkeypatch.setenv("FFMPEG", "/there/is/none")
    else:
        broken_ffmpeg(script)
    limited(monkeypatch, **limits)
    before = folders(video)
    wear_out(video)
    assert video.state == (State.PUBLISHED if later else State.FAILED)
    assert video.failure_code in codes
    assert video.failure_reason.endswith(".")
    assert folders(video) == before
    services.retry(creator=alice, video=video)
    assert (video.attempts, video.failure_reason) == (0, "")
    assert (video.state, video.awaits_more) == ((State.PUBLISHED, True) if later else (State.PROCESSING, False))


@pytest.mark.parametrize("later", [False, True], ids=["first", "later"])
def test_a_storage_that_is_full(alice, fitting, monkeypatch, later):
    video = sent(alice, fitting)
    if later:
        work(video)
    before, saved = folders(video), default_storage._save

    def full(name, content):
        if name.endswith("000.m4s"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return saved(name, content)

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "_save", full, raising=False)
        wear_out(video)
    assert (video.state, video.failure_code) == (State.PUBLISHED if later else State.FAILED, "internal")
    assert folders(video) == before
    services.retry(creator=alice, video=video)
    work(video)
    assert video.state == State.PUBLISHED
    assert not video.failure_reason
