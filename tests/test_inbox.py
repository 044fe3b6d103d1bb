"""The inbox and its badge on open devices: right within a second, whatever becomes of hints and streams."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import NoticeChoice
from follows import services as follows
from socialvideo.local.live_process import LiveProcess
from tests.waiting import until
from videos import services as videos
from videos.tests.factories import make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NETWORK = r"net::ERR_|Failed to load resource"


@pytest.fixture
def device(new_page: Callable[..., Any], sign_in: Callable[..., None], live_process: LiveProcess) -> Callable[..., Any]:
    def device(account: User, path: str = "/settings/", **options: Any) -> Any:
        page = new_page(**options)
        sign_in(page, account)
        page.goto(path)
        until(page, "document.querySelector('unread-badge:defined') !== null")
        return page

    return device


def happen(account: User, key: str) -> None:
    services.notify(kind="failed", recipient_id=account.pk, event_key=key, text="This file is damaged.")


def says(page: Any, unread: int) -> None:
    """The badge and the page's title."""
    title = f"({unread}) " if unread else ""
    shown = f"{unread} unread" if unread else ""
    until(
        page,
        f"""document.title.startsWith({title!r}) && /^\\(/.test(document.title) === {str(bool(unread)).lower()}
        && (document.querySelector('unread-badge .visually-hidden')?.textContent ?? '') === {shown!r}""",
    )


def test_two_devices_hear_of_news_and_of_what_was_seen(device: Callable[..., Any], alice: User) -> None:
    phone, laptop = device(alice), device(alice)
    for page in (phone, laptop):
        says(page, 0)
    happen(alice, "failed:1")
    happen(alice, "failed:2")
    for page in (phone, laptop):
        says(page, 2)
    phone.goto("/inbox/")
    says(phone, 0)
    says(laptop, 0)


def test_follows_and_likes_reach_the_badge(device: Callable[..., Any], alice: User, mira: User) -> None:
    video = make_video(alice)
    services.see_everything(viewer_id=alice.pk, up_to=selectors.newest(alice.pk))
    page = device(alice)
    says(page, 0)
    follows.follow(follower=mira, followee=alice)
    services.consume_outbox()
    says(page, 1)
    videos.like(account=mira, video=video)
    says(page, 2)
    videos.unlike(account=mira, video=video)
    says(page, 1)


def test_an_open_inbox_says_what_came_and_moves_nothing(device: Callable[..., Any], alice: User) -> None:
    happen(alice, "failed:1")
    page = device(alice, "/inbox/")
    row = page.locator(".notice-row").first
    before = row.bounding_box()
    happen(alice, "failed:2")
    pill = page.get_by_role("link", name="1 new")
    pill.wait_for()
    assert row.bounding_box() == before
    says(page, 1)
    happen(alice, "failed:3")
    page.get_by_role("link", name="2 new").click()
    until(page, "document.querySelectorAll('.notice-row').length === 3")
    says(page, 0)
    assert page.locator(".notice-row[data-new]").count() == 2


@pytest.mark.console_errors(NETWORK)
def test_what_was_lost_is_asked_for_when_the_streams_are_back(
    device: Callable[..., Any], alice: User, live_process: LiveProcess
) -> None:
    page = device(alice)
    happen(alice, "failed:1")
    says(page, 1)
    live_process.kill()
    happen(alice, "failed:2")
    page.wait_for_timeout(500)
    live_process.start()
    says(page, 2)


@pytest.mark.console_errors(NETWORK)
def test_without_any_stream_a_page_asks_when_it_is_looked_at(
    device: Callable[..., Any], alice: User, live_process: LiveProcess
) -> None:
    live_process.kill()
    page = device(alice)
    happen(alice, "failed:1")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    says(page, 1)
    happen(alice, "failed:2")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    says(page, 2)


@pytest.mark.console_errors(NETWORK)
def test_offline_the_last_number_stands(device: Callable[..., Any], alice: User, live_process: LiveProcess) -> None:
    live_process.kill()
    happen(alice, "failed:1")
    page = device(alice)
    says(page, 1)
    page.context.set_offline(True)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    happen(alice, "failed:2")
    page.wait_for_timeout(200)
    says(page, 1)
    page.context.set_offline(False)
    says(page, 2)


def test_a_request_is_answered_where_it_is_listed(device: Callable[..., Any], mira: User) -> None:
    closed = make_account("closed", is_private=True)
    follows.follow(follower=mira, followee=closed)
    services.consume_outbox()
    page = device(closed, "/inbox/")
    page.get_by_role("button", name="Approve Mira").click()
    page.get_by_text("Now follows you").wait_for()
    assert page.evaluate("document.activeElement.matches('li.account-row')")


def test_more_lines_come_without_leaving_the_page(device: Callable[..., Any], alice: User) -> None:
    for n in range(35):
        happen(alice, f"failed:{n}")
    page = device(alice, "/inbox/")
    says(page, 5)
    page.get_by_role("link", name="Show more").click()
    until(page, "document.querySelectorAll('.notice-row').length === 35")
    says(page, 0)
    assert page.locator(".notices__when").count() == 1


def test_a_choice_is_saved_at_once(device: Callable[..., Any], alice: User) -> None:
    page = device(alice, "/settings/notifications/")
    for name in ("Likes: On this site", "Likes: Push"):
        page.get_by_label(name).click()
    page.locator(".toast", has_text="Saved.").first.wait_for()
    until(page, "!document.querySelector('#choices-before').value.split(' ').includes('likes:site')")
    until(page, "document.querySelector('#choices-before').value.split(' ').includes('likes:push')")
    chosen = {(row.topic, row.channel): row.wanted for row in NoticeChoice.objects.all()}
    assert chosen == {("likes", "site"): False, ("likes", "push"): True}


@pytest.mark.console_errors(NETWORK + r"|htmx:")
def test_a_choice_that_could_not_be_saved_says_so_and_is_as_it_was(device: Callable[..., Any], alice: User) -> None:
    page = device(alice, "/settings/notifications/")
    page.route("**/settings/notifications/", lambda route: route.abort())
    page.get_by_label("Likes: On this site").click()
    page.get_by_text("Could not reach the server.").wait_for()
    until(page, "document.querySelector('[value=\"likes:site\"]').checked")
    assert not NoticeChoice.objects.exists()


@pytest.mark.parametrize("width", [390, 1280])
def test_long_and_foreign_names_stay_in_their_line(device: Callable[..., Any], alice: User, width: int) -> None:
    names = ["منى " * 12, "Wolfeschlegelsteinhausenbergerdorff" * 2, "🎬🎥 Zoë"]
    for n, name in enumerate(names):
        fan = make_account(f"fan{n}", name=name.strip()[:50])
        follows.follow(follower=fan, followee=alice)
    services.consume_outbox()
    page = device(alice, "/inbox/", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert re.search(r"follow you", page.locator(".notice-row__link").inner_text())
    page.keyboard.press("Tab")
    assert page.locator(".notice-row__link").count() == 1
