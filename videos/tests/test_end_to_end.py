"""Real files through the real engine, and a real worker killed in the middle."""

import time
from pathlib import Path

import pytest
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.tests.factories import make_account
from socialvideo.lib.audit import breaches
from videos import services
from videos.audit import CHECKS
from videos.models import Publication, Video
from videos.tests.clips import clip
from videos.tests.factories import upload

State = Video.State


def sent(creator, path: Path, **fields) -> Video:
    with path.open("rb") as file:
        return upload(creator, file=File(file, name=path.name), **fields)


def wait_for(video: Video, condition, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition(video):
        assert time.monotonic() < deadline, f"{video}: {video.progress} % after {seconds} s"
        time.sleep(0.2)
        video.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_a_clip_is_published_with_all_its_files(alice, client, tmp_path):
    video = sent(alice, clip(tmp_path / "clip.mp4", "360x640", 2))
    for _ in range(2):
        services.process(video.pk)
    video.refresh_from_db()
    assert (video.state, video.width, video.height, video.has_audio) == (State.PUBLISHED, 360, 640, True)
    assert 1900 < video.duration_ms < 2200
    assert Publication.objects.count() == 1
    for address in (video.hls_url, video.poster_url, video.preview_url):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.getvalue()
    assert default_storage.listdir(video.media_folder) == ([video.rendition_key], ["original"])
    assert not [check.name for check in CHECKS if breaches(check)]


@pytest.mark.shared
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("no-audio.mp4", State.PUBLISHED, ""),
        ("rotated-640x480.mp4", State.PUBLISHED, ""),
        ("corrupt.mp4", State.FAILED, "damaged"),
        ("no-video.mp4", State.FAILED, "no picture"),
        ("too-long-362s.mp4", State.FAILED, "The limit is 3:00"),
    ],
)
def test_reference_files_end_published_or_refused_in_words(alice, shared_media, name, state, words):
    video = sent(alice, shared_media(name))
    services.process(video.pk)
    video.refresh_from_db()
    assert video.state == state, video.failure_reason
    assert words in video.failure_words


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_worker_killed_while_encoding_loses_nothing(celery_worker_process, tmp_path):
    """MediaCMS#897: "encoding is pending" for ever. kill -9 in the middle; the sweep finds the video when the lease has run
    out, and the second attempt publishes it."""
    creator = make_account("alice")
    video = sent(creator, clip(tmp_path / "long.mp4", "720x1280", 12))
    wait_for(video, lambda video: video.progress > 5)
    celery_worker_process.kill()
    video.refresh_from_db()
    assert video.state == State.PROCESSING
    assert video.lease_until > timezone.now()
    killed = video.lease_key
    celery_worker_process.restart()
    Video.objects.filter(pk=video.pk).update(lease_until=timezone.now())  # half a minute later
    services.sweep()
    wait_for(video, lambda video: video.state != State.PROCESSING and not video.awaits_more, 200)
    assert (video.state, video.failure_reason) == (State.PUBLISHED, "")
    assert Publication.objects.count() == 1
    folders, files = default_storage.listdir(video.media_folder)
    assert set(folders) == {video.rendition_key, video.rungs_key} - {""}
    assert killed not in folders
    assert files == ["original"]
