"""The Following page while things happen elsewhere: what is new is said, not forced upon the viewer; nothing is lost when
the server cannot be reached."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from follows import services as follows
from socialvideo.local.live_process import LiveProcess
from tests.waiting import until
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOST = r"net::ERR_|Failed to load resource|media|htmx:"
CARDS = "[...document.querySelectorAll('.feed-card')].map((card) => Number(card.dataset.video))"
IN_VIEW = """[...document.querySelectorAll('.feed-card')].filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return (top + bottom) / 2 > 0 && (top + bottom) / 2 < innerHeight;
}).map((card) => Number(card.dataset.video))"""


@pytest.fixture
def open_following(new_page: Callable[..., Any], sign_in: Callable[..., None]) -> Callable[..., Any]:
    def open_following(account: User, **options: Any) -> Any:
        page = new_page(**options)
        page.context.route(
            "**/seen/**", lambda route: route.fulfill(status=204)
        )  # what was in view is not the matter here
        sign_in(page, account)
        page.goto("/following/")
        until(page, "document.querySelector('body :not(:defined)') === null")
        return page

    return open_following


def publish(creator: User, number: int = 1) -> list[int]:
    """Newest first; told by a worker, which hints."""
    made: list[Video] = [make_video(creator) for _ in range(number)]
    for video in made:
        services.run_fan_out(video.publication.pk)
    return [video.pk for video in made][::-1]


def ask(page: Any) -> None:
    """As a hint does, without an event stream."""
    page.evaluate("document.dispatchEvent(new CustomEvent('live:feed', { detail: {} }))")


@pytest.mark.console_errors(LOST)
def test_new_videos_are_counted_and_come_when_asked_for(alice: User, mira: User, open_following: Any) -> None:
    follows.follow(follower=alice, followee=mira)
    earlier = publish(mira, 3)
    page = open_following(alice)
    page.keyboard.press("j")
    until(page, f"({IN_VIEW})[0] === {earlier[1]}")
    new = publish(mira, 2)
    ask(page)
    pill = page.get_by_role("link", name="2 new videos")
    pill.wait_for()
    assert page.evaluate(IN_VIEW) == [earlier[1]]
    pill.click()
    until(page, f"({IN_VIEW})[0] === {new[0]}")
    assert page.evaluate(CARDS) == new + earlier
    pill.wait_for(state="detached")


@pytest.mark.console_errors(LOST)
def test_a_follow_in_one_tab_shows_in_the_following_page_of_another(
    alice: User, mira: User, open_following: Any, live_process: LiveProcess
) -> None:
    """L#423: the feed was stale after a follow or an unfollow, until it was reloaded."""
    bob = make_account("bob", name="Bob")
    [theirs] = publish(bob)
    publish(mira, 3)
    follows.follow(follower=alice, followee=bob)
    page = open_following(alice)
    other = page.context.new_page()
    other.goto("/@mira/")
    other.locator(".profile follow-button:defined button[data-control=follow]").click()
    other.locator('.profile follow-button[data-state="following"]').wait_for()
    page.bring_to_front()
    page.get_by_role("link", name="3 new videos").click()
    until(page, f"({CARDS}).length === 4")
    until(page, f"({IN_VIEW})[0] !== {theirs}")
    other.bring_to_front()
    other.goto("/@bob/")
    other.locator(".profile follow-button:defined button[data-control=follow]").click()
    other.locator('.profile follow-button[data-state^="follow"]:not([data-state="following"])').wait_for()
    page.bring_to_front()
    until(page, f"!({CARDS}).includes({theirs})")


@pytest.mark.console_errors(LOST)
def test_offline_the_pill_stays_and_says_that_it_failed(alice: User, mira: User, open_following: Any) -> None:
    follows.follow(follower=alice, followee=mira)
    earlier = publish(mira)
    page = open_following(alice)
    new = publish(mira)
    ask(page)
    page.get_by_role("link", name="1 new video").wait_for()
    page.context.set_offline(True)
    page.get_by_role("link", name="1 new video").click()
    failed = page.get_by_role("link", name="Could not load. Try again")
    failed.wait_for()
    assert page.evaluate(CARDS) == earlier
    page.context.set_offline(False)
    failed.or_(page.get_by_role("link", name="1 new video")).click()
    until(page, f"({CARDS})[0] === {new[0]}")


@pytest.mark.console_errors(LOST)
def test_a_next_page_that_does_not_come_is_said_and_comes_later(alice: User, mira: User, open_following: Any) -> None:
    follows.follow(follower=alice, followee=mira)
    publish(mira, 7)
    page = open_following(alice)
    page.context.set_offline(True)
    page.evaluate("document.querySelector('.feed__next').scrollIntoView()")
    page.locator(".feed__next[data-problem]").wait_for()
    page.context.set_offline(False)
    until(page, f"({CARDS}).length === 7")


@pytest.mark.console_errors(LOST)
def test_an_empty_page_says_when_there_is_something(alice: User, mira: User, open_following: Any) -> None:
    page = open_following(alice)
    page.get_by_role("heading", name="You follow nobody yet").wait_for()
    publish(mira, 2)
    follows.follow(follower=alice, followee=mira)
    ask(page)
    page.get_by_role("link", name="2 new videos").click()
    until(page, f"({CARDS}).length === 2")


def test_without_javascript_the_newest_are_a_link_away(
    alice: User, mira: User, new_page: Callable[..., Any], sign_in: Callable[..., None]
) -> None:
    follows.follow(follower=alice, followee=mira)
    made = publish(mira, 6)
    page = new_page(java_script_enabled=False)
    sign_in(page, alice)
    page.goto("/following/")
    page.get_by_role("link", name="Show more").click()
    page.get_by_role("link", name="To the newest").click()
    page.wait_for_url("**/following/")
    assert page.locator(".feed-card").first.get_attribute("data-video") == str(made[0])
