"""The main job, end to end: somebody signs up and follows a creator, the creator publishes a real file, the follower is
told and watches it. Real browser, real worker, real ffmpeg, two devices."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.tests.factories import make_account
from follows.tests.truth import assert_graph_is_true
from socialvideo.local.worker_process import WorkerProcess
from tests.waiting import until
from videos.models import Publication
from videos.tests.clips import clip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROCESSED = 60_000  # ms


def sign_up(page: Any, handle: str) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill(f"{handle}@example.org")
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_label("Date of birth").fill("1990-02-28")
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/")


def upload(page: Any, file: Path, caption: str) -> None:
    page.goto("/upload/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Caption").fill(caption)
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()


# A picture that moves: decoded, sized, and further on than at the beginning.
PLAYING = """[...document.querySelectorAll("video")].some(
    (video) => video.videoWidth > 0 && video.currentTime > 0.3 && !video.paused)"""


def test_sign_up_follow_publish_told_watch(
    new_page: Callable[..., Any],
    phone_page: Any,
    sign_in: Callable[..., None],
    celery_worker_process: WorkerProcess,
    tmp_path: Path,
) -> None:
    mira = make_account("mira", name="Mira")
    creator = new_page(viewport={"width": 1280, "height": 800})
    sign_in(creator, mira)

    sign_up(phone_page, "newcomer")
    phone_page.goto("/@mira/")
    button = phone_page.locator(f"follow-button[data-account='{mira.pk}']").first
    button.get_by_role("button").click()
    phone_page.wait_for_selector(f"follow-button[data-account='{mira.pk}'][data-state='following']")
    phone_page.reload()
    assert button.get_attribute("data-state") == "following"

    upload(creator, clip(tmp_path / "clip.mp4", "360x640", 3), "The first one")
    creator.get_by_text("Your video is published.").wait_for(timeout=PROCESSED)
    creator.get_by_role("link", name="Watch it").click()
    creator.locator(".feed-card__caption", has_text="The first one").wait_for()

    publication = Publication.objects.get()
    assert publication.followers_at_publish == 1
    phone_page.goto("/inbox/")
    assert phone_page.locator(".notice-row", has_text="Mira posted a video").count() == 1

    phone_page.goto("/following/")
    phone_page.get_by_text("The first one").first.wait_for()
    until(phone_page, PLAYING, seconds=20)

    phone_page.locator(".rail [data-key=l]").click()
    phone_page.wait_for_selector(".rail [data-key=l][aria-pressed=true]")
    creator.goto("/inbox/")
    creator.get_by_text("liked your video").wait_for()

    creator.goto("/studio/")
    creator.get_by_text("The first one").first.wait_for()
    publication.refresh_from_db()
    assert (publication.told, publication.fanout_state) == (1, "done")
    assert_graph_is_true()


def test_a_broken_file_is_refused_with_a_reason_and_nothing_is_published(
    page: Any, sign_in: Callable[..., None], celery_worker_process: WorkerProcess, tmp_path: Path
) -> None:
    sign_in(page, make_account("mira"))
    broken = tmp_path / "holiday.mp4"
    broken.write_bytes(b"this is no film" * 2000)
    upload(page, broken, "Broken")
    page.get_by_text("This file is not a video").first.wait_for(timeout=PROCESSED)
    assert not Publication.objects.exists()
