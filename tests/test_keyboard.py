"""The site by keyboard alone: every stop is reached and left again, what opens takes the focus and gives it back, and what
htmx swaps does not lose it."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.services import set_privacy
from accounts.tests.factories import make_account
from follows import services
from tests.waiting import until
from videos.tests.factories import make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
FOCUSED = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"
OUTSIDE = "document.activeElement === document.body"
SINCE_MARK = """() => {
    const { activeElement } = document;
    if (activeElement === document.body) return "outside";
    if (activeElement.dataset.passed) return "again";
    return (activeElement.dataset.passed = "yes");
}"""


def stops(page: Any, most: int = 150) -> int:
    """How many there are from here to the end of the page; each is passed once."""
    for number in range(most):
        page.keyboard.press("Tab")
        match page.evaluate(SINCE_MARK):
            case "outside":
                return number
            case "again":
                raise AssertionError(f"a trap: {page.evaluate(FOCUSED)}")
    raise AssertionError("no end")


@pytest.mark.console_errors("Failed to load resource")
def test_from_the_first_stop_to_the_last(enter: Callable[..., Any], alice: User, mira: User) -> None:
    for _ in range(3):
        make_video(mira, caption="Sea and #light")
    page = enter("/explore/", reduced_motion="reduce")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to content"
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'main'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for path in ("/", "/settings/following/", "/upload/", "/@mira/"):
        page.goto(path)
        until(page, "document.querySelector('body :not(:defined)') === null")
        assert stops(page) > 10, path


@pytest.mark.console_errors("Failed to load resource")
def test_what_opens_takes_the_focus_and_gives_it_back(enter: Callable[..., Any], mira: User) -> None:
    make_video(mira)
    page = enter("/", reduced_motion="reduce")
    page.wait_for_url("**/video/*/")
    for opener in ("share-link a", ".rail pop-menu summary", ".player__more", "comment-sheet a"):
        page.locator(opener).first.focus()
        page.keyboard.press("Enter")
        page.locator("dialog[open], details[open]").first.wait_for()
        until(page, "document.querySelector('[aria-busy=true]') === null")
        page.keyboard.press("Tab")
        within = "document.activeElement.closest('dialog, details') !== null"
        assert page.evaluate(within), opener
        page.keyboard.press("Escape")
        until(page, f"document.activeElement === document.querySelector({opener!r})")
        assert page.locator("dialog[open], details[open]").count() == 0, opener


@pytest.mark.console_errors("Failed to load resource")
def test_what_is_swapped_keeps_the_focus_where_one_was(enter: Callable[..., Any], alice: User, settings: Any) -> None:
    set_privacy(account=alice, is_private=True)
    for number in range(3):
        services.follow(follower=make_account(f"person{number}"), followee=alice)
    page = enter("/settings/requests/")
    page.get_by_role("button", name="Approve person2").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Approve person2").wait_for(state="detached")
    until(page, f"!({OUTSIDE})")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")

    followed = [make_account(f"followed{number:02}") for number in range(60)]
    for account in followed:
        services.follow(follower=alice, followee=account)
    page.goto("/@alice/following/")
    before = page.locator("main .account-row").count()
    page.get_by_role("link", name="Show more").focus()
    page.keyboard.press("Enter")
    until(page, f"document.querySelectorAll('main .account-row').length > {before}")
    until(
        page, f"document.activeElement.closest('.account-row') === document.querySelectorAll('.account-row')[{before}]"
    )
