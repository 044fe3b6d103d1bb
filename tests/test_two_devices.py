"""One account on two devices: what is tapped on one is right on the other without a reload, whatever becomes of the event
streams in between."""

from collections.abc import Callable
from typing import Any

import psutil
import pytest

from accounts.models import User
from follows import services
from socialvideo.local.live_process import LiveProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STREAM_LOST = r"net::ERR_|Failed to load resource"


@pytest.fixture
def device(new_page: Callable[..., Any], sign_in: Callable[..., None], live_process: LiveProcess) -> Callable[..., Any]:
    """A browser of an account, with a page open in it."""

    def device(account: User, path: str = "/@mira/") -> Any:
        page = new_page()
        sign_in(page, account)
        show(page, path)
        return page

    return device


def show(page: Any, path: str) -> None:
    """Opens a page; returns when its buttons can be tapped."""
    page.goto(path)
    page.locator("follow-button:defined").first.wait_for()


def tap(page: Any) -> None:
    page.locator(".profile .follow-button__button").click()


def shows(page: Any, state: str) -> None:
    page.locator(f'.profile follow-button[data-state="{state}"]:not([data-working])').wait_for()


def streams_open(live: LiveProcess) -> int:
    connections = psutil.Process(live.pid).net_connections("tcp")
    return sum(1 for each in connections if each.status == "ESTABLISHED" and each.laddr.port == live.port)


def until_streams(page: Any, live: LiveProcess, number: int) -> None:
    """And no other number for half a second: one that is handed over is open twice, or not at all, for a moment."""
    same = 0
    while same < 10:
        page.wait_for_timeout(50)
        same = same + 1 if streams_open(live) == number else 0


def test_a_tap_on_one_device_is_seen_on_the_other(device: Callable[..., Any], alice: User, mira: User) -> None:
    phone, laptop = device(alice), device(alice)
    tap(phone)
    shows(phone, "following")
    shows(laptop, "following")
    tap(laptop)
    shows(phone, "follow")


def test_what_is_newer_than_a_slow_answer_is_shown(device: Callable[..., Any], alice: User, mira: User) -> None:
    phone = device(alice)
    replies: list[Any] = []

    def hold(route: Any) -> None:
        replies.append((route, route.fetch()))

    phone.route("**/follow/", hold)
    tap(phone)
    while not replies:
        phone.wait_for_timeout(50)
    services.unfollow(follower=alice, followee=mira)
    phone.wait_for_timeout(500)
    route, reply = replies.pop()
    route.fulfill(response=reply)
    shows(phone, "follow")
    phone.wait_for_timeout(500)
    shows(phone, "follow")


def test_the_other_side_sees_it_too(device: Callable[..., Any], alice: User, mira: User) -> None:
    creator = device(mira, "/@alice/")
    shows(creator, "follow")
    tap(device(alice))
    shows(creator, "follow_back")


@pytest.mark.parametrize("seconds", [0, 3])
def test_what_happens_while_a_page_loads_is_not_missed(
    device: Callable[..., Any], alice: User, mira: User, seconds: int
) -> None:
    """However long its stream takes to open."""
    page = device(alice)
    page.goto("about:blank")  # whose stream may be opening still
    asked: list[Any] = []
    page.route("**/live/**", lambda route: asked.append(route))  # noqa: PLW0108 - a method of a list is no handler there
    show(page, "/@mira/")
    while not asked:
        page.wait_for_timeout(50)
    services.follow(follower=alice, followee=mira)
    page.wait_for_timeout(seconds * 1000)
    asked.pop().continue_()
    shows(page, "following")


@pytest.mark.console_errors(STREAM_LOST)
def test_after_the_event_streams_were_away_the_state_is_right(
    device: Callable[..., Any], live_process: LiveProcess, alice: User, mira: User
) -> None:
    phone, laptop = device(alice), device(alice)
    until_streams(laptop, live_process, 2)
    live_process.kill()
    tap(phone)
    shows(phone, "following")
    laptop.wait_for_timeout(500)
    shows(laptop, "follow")
    live_process.start()
    shows(laptop, "following")
    tap(phone)
    shows(laptop, "follow")


def test_tabs_share_one_stream(device: Callable[..., Any], alice: User, mira: User, live_process: LiveProcess) -> None:
    first = device(alice)
    tabs = [first, *(first.context.new_page() for _ in range(4))]
    for tab in tabs[1:]:
        show(tab, "/@mira/")
    until_streams(first, live_process, 1)
    services.follow(follower=alice, followee=mira)
    for tab in tabs:
        shows(tab, "following")
    tabs.pop().close()  # the one that was shown last holds the stream
    services.unfollow(follower=alice, followee=mira)
    for tab in tabs:
        shows(tab, "follow")
    until_streams(first, live_process, 1)


def test_a_tab_that_is_shown_takes_the_stream_from_one_that_sleeps(
    device: Callable[..., Any], alice: User, mira: User
) -> None:
    tab = device(alice)
    sleeper = tab.context.new_page()
    show(sleeper, "/@mira/")  # holds the stream from now on
    sleeper.wait_for_timeout(500)
    debugger = sleeper.context.new_cdp_session(sleeper)
    debugger.send("Debugger.enable")
    debugger.send("Debugger.pause")
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    tab.wait_for_timeout(1000)
    services.follow(follower=alice, followee=mira)
    shows(tab, "following")


def test_without_locks_every_tab_listens_itself(
    new_page: Callable[..., Any], sign_in: Callable[..., None], live_process: LiveProcess, alice: User, mira: User
) -> None:
    """As at an address of the local network, which browsers do not take for secure."""
    page = new_page()
    page.context.add_init_script("delete Navigator.prototype.locks")
    sign_in(page, alice)
    tabs = [page, page.context.new_page()]
    for tab in tabs:
        show(tab, "/@mira/")
    services.follow(follower=alice, followee=mira)
    for tab in tabs:
        shows(tab, "following")


def test_back_listens_again(device: Callable[..., Any], alice: User, mira: User) -> None:
    page = device(alice)
    page.goto("/explore/")
    services.follow(follower=alice, followee=mira)
    page.go_back()
    shows(page, "following")
    services.unfollow(follower=alice, followee=mira)
    shows(page, "follow")
