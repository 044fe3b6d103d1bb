"""The whole story, by two people on two devices: somebody signs up, says what they like to see, follows, watches on a slow
network, likes, comments, and uploads while the connection fails; whoever follows them is told, and sees it without a
reload. Real browser, real worker, real ffmpeg, real event streams."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.models import Interest
from follows.tests.truth import assert_graph_is_true
from socialvideo.local.worker_process import WorkerProcess
from tests.waiting import until
from videos.models import Publication, Video
from videos.tests.clips import clip
from videos.tests.films import make_film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PROCESSED = 60_000  # ms
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
ON_THE_WAY = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}
IN_A_TUNNEL = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
NETWORK = r"Failed to load resource|net::ERR"


def sign_up(page: Any, handle: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill(f"{handle}@example.org")
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_label("Date of birth").fill("1990-02-28")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/interests/")


def comment(page: Any, card: Any, words: str) -> None:
    card.locator("comment-sheet a").click()
    comments = page.get_by_role("dialog", name="Comments")
    comments.get_by_label("Add a comment").fill(words)
    comments.get_by_role("button", name="Send").click()
    expect(comments.locator(".comment")).to_contain_text(words)


def choose(page: Any, file: Path, caption: str) -> Any:
    """What is said of its progress."""
    page.get_by_label("Caption").fill(caption)
    page.locator("input[type=file]").set_input_files(file)
    return page.locator(".upload__progress output")


def post(page: Any) -> None:
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()


# A picture that moves: decoded, sized, and further on than at the beginning.
PLAYING = """[...document.querySelectorAll("video")].some(
    (video) => video.videoWidth > 0 && video.currentTime > 0.3 && !video.paused)"""


def connection_of(page: Any) -> Callable[[dict[str, Any]], Any]:
    """Called with what it is like from now on."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    return lambda conditions: session.send("Network.emulateNetworkConditions", conditions)


@pytest.mark.console_errors(NETWORK)
@pytest.mark.usefixtures("celery_worker_process", "live_process")
@pytest.mark.parametrize("devices", [(PHONE, DESKTOP), (DESKTOP, PHONE)], ids=["phone", "desktop"])
def test_from_signing_up_to_being_seen(
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    mira: User,
    tmp_path: Path,
    devices: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    film = make_film(mira, caption="First light #hills")
    page, follower = (new_page(**device) for device in devices)
    connection = connection_of(page)

    sign_up(page, "newcomer")
    page.get_by_label("#hills").check()
    page.get_by_role("button", name="Save").click()
    card = page.locator(f"#video-{film.pk}")
    card.locator("follow-button:defined").get_by_role("button").click()
    expect(card.locator("follow-button")).to_have_attribute("data-state", "following")
    assert [each.tag.name for each in Interest.objects.select_related("tag")] == ["hills"]

    connection(ON_THE_WAY)
    page.goto("/following/")
    until(page, PLAYING)
    expect(card.locator("follow-button")).to_have_attribute("data-state", "following")
    if devices[0] is PHONE:
        card.locator("[data-key=l]").tap()
    else:
        page.keyboard.press("l")
    expect(card.locator("[data-key=l]")).to_have_attribute("aria-pressed", "true")
    comment(page, card, "Where is that?")

    sign_in(follower, mira)
    follower.goto("/inbox/")
    for words in ("liked your video", "Where is that?"):
        follower.get_by_text(words).first.wait_for()
    follower.goto("/@newcomer/")
    follower.locator(".profile follow-button:defined").get_by_role("button").click()
    follower.locator(".profile follow-button[data-state=following]").wait_for()
    follower.goto("/following/")
    until(follower, "document.querySelector('body :not(:defined)') === null")

    page.goto("/upload/")
    until(page, "document.querySelector('body :not(:defined)') === null")
    connection(IN_A_TUNNEL)
    progress = choose(page, clip(tmp_path / "clip.mp4", "360x640", 2), "My own hill")
    expect(progress).to_contain_text("No connection. It goes on by itself")
    connection(ON_THE_WAY)
    expect(progress).to_contain_text("Your video is there.")
    post(page)
    expect(page.get_by_text("Your video is published.")).to_be_visible(timeout=PROCESSED)
    page.get_by_role("link", name="Watch it").click()
    until(page, PLAYING)

    follower.get_by_role("link", name="1 new video").click()
    expect(follower.locator(".feed-card").first).to_contain_text("My own hill")
    until(follower, PLAYING)
    follower.goto("/inbox/")
    expect(follower.locator(".notice-row", has_text="newcomer posted a video")).to_have_count(1)

    publication = Publication.objects.get(video__creator__handle="newcomer")
    assert (publication.followers_at_publish, publication.told, publication.fanout_state) == (1, 1, "done")
    assert Video.objects.count() == 2
    assert_graph_is_true()


def test_a_broken_file_is_refused_with_a_reason_and_nothing_is_published(
    page: Any, sign_in: Callable[..., None], celery_worker_process: WorkerProcess, tmp_path: Path
) -> None:
    sign_in(page, make_account("mira"))
    broken = tmp_path / "holiday.mp4"
    broken.write_bytes(b"this is no film" * 2000)
    page.goto("/upload/")
    choose(page, broken, "Broken")
    post(page)
    page.get_by_text("This file is not a video").first.wait_for(timeout=PROCESSED)
    assert not Publication.objects.exists()
