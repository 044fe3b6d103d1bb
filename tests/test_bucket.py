"""The whole way of a video with media in a real bucket: sent past us, processed, watched, made private, deleted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client
from playwright.sync_api import expect
from rest_framework.test import APIClient

from accounts.models import User
from socialvideo.lib.files import remove_folder
from tests.waiting import until
from videos import services
from videos.models import Video
from videos.tests.clips import clip, padded

URL = "/api/v1/uploads/"


def send(creator: User, path: Path) -> Video:
    """As a browser does, without one."""
    client = APIClient()
    client.force_authenticate(creator)
    content = path.read_bytes()
    begun = client.post(f"{URL}multipart/", {"size": len(content)}, headers={"Idempotency-Key": "a key"}).json()
    answer = client.post(f"{URL}{begun['id']}/multipart/", {"numbers": [1]})
    assert requests.put(answer.json()["addresses"]["1"], data=content, timeout=10).status_code == 200
    assert client.post(f"{URL}{begun['id']}/multipart/complete/").status_code == 200
    return Video.objects.get(pk=begun["id"])


def fetch(client: Client, address: str) -> bytes:
    """By way of us, as a player does."""
    answer = client.get(address)
    if answer.status_code == 302:
        return requests.get(answer.headers["Location"], timeout=10).content
    assert answer.status_code == 200, address
    return answer.getvalue()


def addresses_in(client: Client, playlist: str) -> list[str]:
    """Every file that a player may ask for."""
    lines = fetch(client, playlist).decode().splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    named += [line.split('URI="')[1].split('"')[0] for line in lines if 'URI="' in line]
    folder = playlist.rpartition("/")[0]
    found = [requests.compat.urljoin(f"http://here{folder}/", name).removeprefix("http://here") for name in named]
    below = [each for name in found if name.endswith(".m3u8") for each in addresses_in(client, name)]
    return [*found, *below]


@pytest.mark.django_db(transaction=True)
def test_sent_processed_watched_and_deleted(bucket: Any, alice: User, client: Client, tmp_path: Path) -> None:
    video = send(alice, clip(tmp_path / "clip.mp4", "360x640", 2))
    for _ in range(3):
        services.process(video.pk)
    services.edit(creator=alice, video=video, is_draft=False)
    video.refresh_from_db()
    assert video.state == Video.State.PUBLISHED, video.failure_reason
    files = addresses_in(client, video.hls_url)
    assert {Path(name).suffix for name in files} == {".m3u8", ".m4s", ".mp4"}
    assert all(fetch(client, name) for name in [*files, video.poster_url, video.preview_url])

    services.edit(creator=alice, video=video, visibility="only_me")
    assert {client.get(name).status_code for name in [video.hls_url, *files]} == {404}
    remove_folder(video.media_folder)
    assert not {name for name in bucket.names() if video.media_key in name}


WITHOUT_ITS_OWN_HLS = """
  const asked = HTMLMediaElement.prototype.canPlayType;
  HTMLMediaElement.prototype.canPlayType = function (type) { return /mpegurl/.test(type) ? "" : asked.call(this, type); };
"""


@pytest.fixture
def alices_page(
    bucket: Any, live_server: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User
) -> Any:
    """Pages of the site may ask the bucket."""
    bucket.allow(live_server.url)
    page = new_page()
    sign_in(page, alice)
    return page


def pick(page: Any, film: Path) -> None:
    page.goto("/upload/")
    until(page, "document.querySelector('body :not(:defined)') === null")
    page.get_by_label("Video file").set_input_files(film)


def plays(page: Any, video: Video) -> bool:
    """Whether by hls.js."""
    page.goto(video.get_absolute_url())
    until(page, "document.querySelector('video-player video')?.currentTime > 0.2", seconds=20)
    assert page.evaluate("document.querySelector('video-player video').videoWidth") == 180
    return page.evaluate("performance.getEntriesByType('resource').some((each) => /hls.light/.test(each.name))")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.console_errors("ERR_FAILED|Failed to load resource")
def test_a_browser_sends_and_plays(
    alices_page: Any, new_page: Callable[..., Any], bucket: Any, alice: User, tmp_path: Path
) -> None:
    """Across origins, under the real content policy, in two parts. The second is lost, and the tab closed; what has
    arrived is not sent again."""
    part = 8 * 1024 * 1024
    film = padded(clip(tmp_path / "clip.mp4", "180x320", 2), part + 1000)
    page, second = alices_page, f"{bucket.url}/**partNumber=2&**"
    page.context.route(second, lambda route: route.abort())
    with page.expect_request(second):
        pick(page, film)
    until(page, "performance.getEntriesByType('resource').some((each) => /partNumber=1&/.test(each.name))")  # is there
    expect(page.locator(".upload__progress output")).to_contain_text("99%")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".upload__progress output")).to_contain_text("Paused at 99%")
    page.context.unroute(second)
    page.close(run_before_unload=False)

    page = page.context.new_page()
    again: list[str] = []
    page.on("request", lambda asked: again.append(asked.url) if asked.method == "PUT" else None)
    pick(page, film)
    expect(page.locator(".upload__progress output")).to_contain_text("Your video is there.")
    assert [url.split("partNumber=")[1].split("&")[0] for url in again] == ["2"]
    video = Video.objects.get()
    assert video.state == Video.State.PROCESSING

    for _ in range(3):
        services.process(video.pk)
    services.edit(creator=alice, video=video, is_draft=False)
    video.refresh_from_db()
    other = new_page()
    other.add_init_script(WITHOUT_ITS_OWN_HLS)
    assert not plays(page, video)
    assert plays(other, video)
