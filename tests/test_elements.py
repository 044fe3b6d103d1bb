"""The custom elements on the real pages, in a real browser: what is shown is what is committed, whatever the network
does. Every page that logs an error, a breach of the content security policy included, fails its test."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from follows import services
from tests.waiting import until
from videos.tests.factories import make_comment, make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["/", "/explore/", "/following/", "/inbox/", "/@alice/", "/upload/", "/studio/"]
PAGES += ["/settings/", "/settings/profile/", "/settings/following/"]
NETWORK = r"Failed to load resource|htmx:sendError|htmx:afterRequest|Response Status Error"


def _button(page: Any) -> Any:
    return page.locator(".profile follow-button")


def _state(page: Any, state: str) -> Any:
    return page.locator(f'.profile follow-button[data-state="{state}"]:not([data-working])').wait_for()


# --- Feed and player ------------------------------------------------------------------------------------------


def test_keys_move_through_the_feed_and_the_address_follows(enter: Callable[[str], Any], mira: User) -> None:
    first, second = make_video(mira), make_video(mira)
    page = enter("/")
    page.wait_for_url(f"**/video/{second.pk}/")
    page.keyboard.press("j")
    page.wait_for_url(f"**/video/{first.pk}/")
    page.keyboard.press("k")
    page.wait_for_url(f"**/video/{second.pk}/")


def test_back_leads_to_the_card_that_was_left(enter: Callable[[str], Any], mira: User) -> None:
    first, _ = make_video(mira), make_video(mira)
    page = enter("/")
    page.wait_for_url("**/video/*/")
    page.keyboard.press("ArrowDown")
    page.wait_for_url(f"**/video/{first.pk}/")
    page.evaluate("addEventListener('unload', () => {})")  # keeps the page out of the Back cache
    page.goto("/explore/")
    page.go_back()
    page.wait_for_selector("video-feed")
    page.wait_for_url(f"**/video/{first.pk}/")


def test_a_video_that_cannot_be_played_says_so(enter: Callable[[str], Any], mira: User) -> None:
    make_video(mira)  # its files are no video
    page = enter("/")
    problem = page.locator(".player__problem")
    problem.wait_for()
    assert problem.locator("p").inner_text() == "This video could not be played."
    problem.get_by_role("button", name="Try again").click()
    problem.wait_for()


def test_the_feed_goes_on_while_the_page_has_a_videos_address(enter: Callable[[str], Any], mira: User) -> None:
    for _ in range(7):
        make_video(mira)
    page = enter("/")
    page.wait_for_url("**/video/*/")
    page.locator(".feed-card").nth(4).scroll_into_view_if_needed()
    page.locator(".feed-card").nth(6).wait_for(state="attached")


def test_a_like_by_key(enter: Callable[[str], Any], mira: User) -> None:
    video = make_video(mira)
    page = enter("/")
    page.wait_for_url("**/video/*/")
    page.keyboard.press("l")
    page.locator('[data-key="l"][aria-pressed="true"]').wait_for()
    video.count.refresh_from_db()
    assert video.count.likes == 1


def test_comments_open_beside_the_feed_and_give_the_focus_back(enter: Callable[[str], Any], mira: User) -> None:
    make_comment(mira, make_video(mira), "First of all")
    page = enter("/")
    page.wait_for_url("**/video/*/")
    page.locator("comment-sheet a").click()
    page.locator(".comments").get_by_text("First of all").wait_for()
    page.locator(".comments textarea").fill("And second")
    page.locator(".comments").get_by_role("button", name="Send").click()
    page.locator(".comments .comment__text").get_by_text("And second").wait_for()
    page.locator("share-link a").click()
    page.get_by_role("dialog", name="Share").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Share").wait_for(state="hidden")
    page.locator(".comments").wait_for()
    page.keyboard.press("Escape")
    page.locator(".comments").wait_for(state="hidden")
    until(page, "document.activeElement.closest('comment-sheet') !== null")


TURNED = "document.dispatchEvent(new CustomEvent('turned-down', { detail: %s }))"


def test_what_is_turned_down_gives_way_where_the_viewer_is(
    enter: Callable[[str], Any], alice: User, mira: User, bob: User
) -> None:
    """A card of the same creator further up does not lead back to it."""
    for creator in (mira, bob):
        services.follow(follower=alice, followee=creator)
    last, seen, _, above, newest = [make_video(each) for each in (bob, mira, bob, bob, mira)]
    page = enter("/following/")
    page.wait_for_url(f"**/video/{newest.pk}/")
    for _ in range(3):
        page.keyboard.press("j")
    page.wait_for_url(f"**/video/{seen.pk}/")
    of_mira = {"video": seen.pk, "creator": "mira"}
    page.evaluate(TURNED % json.dumps(of_mira | {"hidden": True}))
    page.wait_for_url(f"**/video/{last.pk}/")
    page.evaluate(TURNED % json.dumps(of_mira | {"hidden": False}))
    page.wait_for_url(f"**/video/{seen.pk}/")
    page.evaluate(TURNED % json.dumps({"video": above.pk, "creator": "", "hidden": True}))
    until(page, f"Math.abs(document.getElementById('video-{seen.pk}').getBoundingClientRect().top) < 2")
    assert page.url.endswith(f"/video/{seen.pk}/")


# --- Shell ----------------------------------------------------------------------------------------------------


def test_a_chosen_theme_stays(enter: Callable[[str], Any]) -> None:
    page = enter("/settings/")
    page.locator("main theme-switch").get_by_role("button", name="Dark").click()
    until(page, "getComputedStyle(document.documentElement).colorScheme === 'dark'")
    page.goto("/explore/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_pages_fit_a_phone(phone_page: Any, sign_in: Callable[..., None], alice: User, mira: User) -> None:
    make_video(mira)
    alice.name = "Bartholomew Featherstonehaugh-Cholmondeley III"
    alice.save(update_fields=["name"])
    services.follow(follower=mira, followee=alice)
    services.follow(follower=alice, followee=mira)
    sign_in(phone_page, alice)
    for path in PAGES:
        assert phone_page.goto(path).status == 200, path
        assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert phone_page.locator("h1").count() == 1, path
