"""The follow button in a real browser: what is shown is what is committed, whatever hands, network, tabs and log-ins do.
Every page that logs an error fails its test, unless the test expects it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from accounts.models import User
from accounts.services import set_privacy
from accounts.tests.factories import make_account
from follows import selectors, services
from follows.models import Block, Follow, FollowEvent
from follows.views.answers import TapRate
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NETWORK = r"Failed to load resource|htmx:(sendError|timeout|afterRequest)|Response Status Error|net::ERR"
lossy = pytest.mark.console_errors(NETWORK)
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def button(page: Any) -> Any:
    return page.locator("main .follow-button__button").first


def tap(page: Any) -> None:
    button(page).click()


def shows(page: Any, state: str) -> None:
    page.locator(f'main follow-button[data-state="{state}"]:not([data-working])').first.wait_for()


def settled(page: Any) -> None:
    """Nothing is asked of the server any more."""
    until(page, "document.querySelector('[data-working], .htmx-request') === null")


def problem(page: Any) -> Any:
    return page.locator(".follow-button__problem")


def says(page: Any, words: str) -> None:
    page.locator("toast-stack .toast p", has_text=words).wait_for()


def is_following(alice: User, mira: User) -> bool:
    return selectors.relation(alice.pk, mira.pk).following


def posts(page: Any) -> list[str]:
    """The addresses that the page posts to from now on."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


# --- Hands ----------------------------------------------------------------------------------------------------


def test_a_double_tap_is_one_follow(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    button(page).dblclick()
    shows(page, "following")
    settled(page)
    shows(page, "following")
    assert FollowEvent.objects.count() == 1


def test_the_second_tap_of_a_slow_double_tap_does_not_unfollow(
    enter: Callable[..., Any], alice: User, mira: User
) -> None:
    page = enter()
    box = button(page).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    for count in (1, 2):
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        shows(page, "following")
    settled(page)
    shows(page, "following")
    assert FollowEvent.objects.count() == 1


def test_a_key_that_is_held_down_is_one_follow(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    button(page).focus()
    for _ in range(3):  # without a release: the second and third are repeats
        page.keyboard.down("Enter")
        shows(page, "following")
    page.keyboard.up("Enter")
    settled(page)
    assert FollowEvent.objects.count() == 1


def test_by_keyboard_alone(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    button(page).focus()
    page.keyboard.press("Enter")
    shows(page, "following")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Following Mira. Unfollow"
    page.keyboard.press("Space")
    shows(page, "follow")
    undo = page.locator(".toast__action")
    undo.wait_for()
    for _ in range(30):
        page.keyboard.press("Tab")
        if undo.evaluate("undo => undo === document.activeElement"):
            break
    page.keyboard.press("Enter")
    shows(page, "following")
    assert page.evaluate("document.activeElement.closest('toast-stack') !== null"), "focus went astray"


# --- Network --------------------------------------------------------------------------------------------------


def test_while_the_answer_is_under_way_the_old_state_stands(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    held: list[Any] = []
    page.route("**/follow/", lambda route: held.append(route))  # noqa: PLW0108 — Playwright wants a function
    tap(page)
    page.locator("follow-button[data-working][data-state=follow]").wait_for()
    assert button(page).get_attribute("aria-busy") == "true"
    assert button(page).inner_text() == "Follow"
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    shows(page, "following")
    assert button(page).get_attribute("aria-busy") is None


@lossy
def test_without_a_connection_the_old_state_stands(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    page.context.set_offline(True)
    tap(page)
    problem(page).wait_for()
    assert problem(page).inner_text() == "Could not reach the server. Last known: you do not follow Mira. Try again"
    shows(page, "follow")
    page.context.set_offline(False)
    problem(page).get_by_role("button", name="Try again").click()
    shows(page, "following")
    assert is_following(alice, mira)


@lossy
def test_when_the_connection_returns_the_button_is_right(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    page.context.set_offline(True)
    services.follow(follower=alice, followee=mira)
    page.context.set_offline(False)
    shows(page, "following")


@lossy
def test_a_lost_reply_is_looked_up(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()

    def commit_and_lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/follow/", commit_and_lose)
    tap(page)
    shows(page, "following")
    assert not problem(page).is_visible()


@lossy
def test_after_a_lost_reply_trying_again_is_the_same_follow(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()

    def commit_and_lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/follow/", commit_and_lose)
    page.route("**/relation/**", lambda route: route.abort())
    tap(page)
    problem(page).wait_for()
    assert "Last known: you do not follow Mira." in problem(page).inner_text()
    page.unroute("**/follow/")
    page.unroute("**/relation/**")
    problem(page).get_by_role("button", name="Try again").click()
    shows(page, "following")
    assert FollowEvent.objects.count() == 1


@lossy
def test_a_server_that_fails_is_said_so_and_the_state_is_checked(enter: Callable[..., Any], mira: User) -> None:
    page = enter()
    page.route("**/follow/", lambda route: route.fulfill(status=500, body="broken"))
    tap(page)
    problem(page).wait_for()
    assert problem(page).inner_text() == "That did not work. You still do not follow Mira. Try again"
    page.unroute("**/follow/")
    problem(page).get_by_role("button", name="Try again").click()
    shows(page, "following")


@lossy
def test_too_many_taps_are_refused_in_words(
    enter: Callable[..., Any], alice: User, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TapRate, "rate", "1/min")
    page = enter()
    tap(page)
    shows(page, "following")
    tap(page)
    problem(page).wait_for()
    assert problem(page).inner_text() == "That was a lot at once. Wait a moment. You still follow Mira. Try again"
    assert is_following(alice, mira)


@lossy
def test_a_storm_is_slowed_in_words_and_the_button_shows_what_stands(
    enter: Callable[..., Any], alice: User, mira: User, settings: Any
) -> None:
    settings.FOLLOWS_PER_HOUR = 1
    services.follow(follower=alice, followee=make_account("carol"))
    page = enter()
    tap(page)
    problem(page).wait_for()
    assert "You can follow more in 60 minutes." in problem(page).inner_text()
    shows(page, "follow")
    assert not is_following(alice, mira)


def test_an_answer_older_than_what_is_shown_is_dropped(enter: Callable[..., Any], alice: User, mira: User) -> None:
    services.follow(follower=alice, followee=mira)
    page = enter()
    page.locator("main follow-button").evaluate("it => { it.dataset.version = Number(it.dataset.version) + 1000 }")
    tap(page)
    settled(page)
    shows(page, "following")


# --- Log-ins --------------------------------------------------------------------------------------------------


def test_logged_out_meanwhile_a_tap_leads_in_and_back(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    page.context.clear_cookies(name="sessionid")
    tap(page)
    page.wait_for_url("**/accounts/login/?next=/%40mira/")
    assert not Follow.objects.exists()


@lossy
def test_a_token_of_an_older_login_is_said_so_and_replaced(
    enter: Callable[..., Any], alice: User, mira: User, live_server: Any
) -> None:
    page = enter()
    page.context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "url": live_server.url}])
    tap(page)
    problem(page).wait_for()
    assert problem(page).inner_text() == "This page was out of date. You still do not follow Mira. Try again"
    problem(page).get_by_role("button", name="Try again").click()
    shows(page, "following")


@lossy
def test_what_somebody_else_may_do_is_not_shown_on_my_page(
    enter: Callable[..., Any], sign_in: Callable[..., None], alice: User, mira: User
) -> None:
    page = enter()
    other = make_account("other")
    services.follow(follower=other, followee=mira)
    sign_in(page, other)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator(f'follow-button[data-viewer="{other.pk}"][data-state="following"]').wait_for()
    assert not is_following(alice, mira)


# --- Tabs and Back --------------------------------------------------------------------------------------------


def test_a_tap_and_its_undo_settle_in_every_tab(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    other = page.context.new_page()
    other.goto("/@mira/")
    button(other).wait_for()
    page.bring_to_front()
    tap(page)
    shows(page, "following")
    shows(other, "following")
    tap(page)
    shows(other, "follow")
    page.get_by_role("button", name="Undo").click()
    shows(page, "following")
    shows(other, "following")
    assert is_following(alice, mira)


def test_a_mute_settles_in_every_tab(enter: Callable[..., Any], mira: User) -> None:
    page = enter()
    other = page.context.new_page()
    other.goto("/@mira/")
    button(other).wait_for()
    page.bring_to_front()
    page.locator("summary[data-control=menu]").click()
    page.get_by_role("button", name="Mute for 1 week").click()
    other.locator(".follow-button__note", has_text="Muted until").wait_for()


def test_back_shows_what_became_true_meanwhile(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    page.goto("/explore/")
    services.follow(follower=alice, followee=mira)
    page.go_back()
    shows(page, "following")


def test_back_after_a_follow_shows_it(enter: Callable[..., Any], mira: User) -> None:
    services.follow(follower=make_account("fan"), followee=mira)
    page = enter("/@mira/followers/")
    page.get_by_role("link", name="Mira").click()
    page.wait_for_url("**/@mira/")
    tap(page)
    shows(page, "following")
    page.go_back()
    page.wait_for_url("**/followers/")
    page.go_forward()
    page.wait_for_url("**/@mira/")
    shows(page, "following")


def test_a_page_out_of_the_back_cache_asks_again(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    event = "dispatchEvent(new PageTransitionEvent('{}', {{ persisted: true }}))"
    page.evaluate(event.format("pagehide"))
    services.follow(follower=alice, followee=mira)
    page.wait_for_timeout(300)
    shows(page, "follow")
    page.evaluate(event.format("pageshow"))
    shows(page, "following")


# --- Questions ------------------------------------------------------------------------------------------------


@pytest.fixture
def private_mira(alice: User, mira: User) -> User:
    services.follow(follower=alice, followee=mira)
    set_privacy(account=mira, is_private=True)
    return mira


def dialog(page: Any) -> Any:
    return page.locator("dialog[open]")


@pytest.mark.parametrize("way", ["Cancel", "Escape", "Back"])
def test_a_question_that_is_not_answered_changes_nothing(
    enter: Callable[..., Any], alice: User, private_mira: User, way: str
) -> None:
    """L#373: Cancel in the dialog still unfollowed."""
    page = enter("/explore/")
    page.goto("/@mira/")
    sent = posts(page)
    tap(page)
    dialog(page).wait_for()
    assert "To follow again you have to ask" in dialog(page).inner_text()
    asked = len(sent)
    if way == "Cancel":
        page.get_by_role("button", name="Keep following").click()
    elif way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.go_back()
    page.locator("dialog[aria-labelledby^=question]:not([open])").wait_for(state="attached")
    settled(page)
    assert page.url.endswith("/@mira/")
    assert len(sent) == asked
    shows(page, "following")
    assert is_following(alice, private_mira)
    until(page, "document.activeElement.dataset.control === 'follow'")
    page.go_back()
    page.wait_for_url("**/explore/")  # the dialog left no entry behind


def test_a_question_that_is_answered_is_acted_on(enter: Callable[..., Any], alice: User, private_mira: User) -> None:
    page = enter()
    tap(page)
    dialog(page).get_by_role("button", name="Unfollow").click()
    shows(page, "follow")
    says(page, "You unfollowed Mira.")
    assert page.get_by_role("button", name="Undo").count() == 0
    assert not is_following(alice, private_mira)
    assert page.url.endswith("/@mira/")


def test_a_question_is_asked_again_after_it_was_not_answered(
    enter: Callable[..., Any], alice: User, private_mira: User
) -> None:
    page = enter()
    for _ in range(2):
        tap(page)
        dialog(page).wait_for()
        page.keyboard.press("Escape")
        dialog(page).wait_for(state="detached")
    assert is_following(alice, private_mira)


def test_blocking_asks_and_the_page_follows(enter: Callable[..., Any], alice: User, mira: User) -> None:
    services.follow(follower=alice, followee=mira)
    services.follow(follower=mira, followee=alice)
    page = enter()
    page.locator("summary[data-control=menu]").click()
    page.get_by_role("button", name="Block").click()
    assert "You stop following Mira. Mira stops following you." in dialog(page).inner_text()
    assert not Block.objects.exists()
    dialog(page).get_by_role("button", name="Block").click()
    shows(page, "blocked")
    page.get_by_text("You blocked this account").wait_for()
    page.locator("#figures", has_text="0 followers").wait_for()
    assert "Follows you" not in page.locator("#handle").inner_text()
    tap(page)
    page.get_by_role("button", name="Follow again").click()
    shows(page, "following")
    page.locator("#figures", has_text="1 follower").wait_for()
    assert is_following(alice, mira)


def test_a_follower_is_removed_from_the_list(enter: Callable[..., Any], alice: User, mira: User) -> None:
    services.follow(follower=mira, followee=alice)
    page = enter("/@alice/followers/")
    page.get_by_role("button", name="Remove Mira from your followers").click()
    dialog(page).get_by_role("button", name="Remove").click()
    shows(page, "follow")
    page.locator("#tabs", has_text="0 followers").wait_for()
    assert selectors.counts(alice.pk).followers == 0


# --- Toasts ---------------------------------------------------------------------------------------------------


@lossy
def test_an_undo_that_does_not_get_through_can_be_tried_again(
    enter: Callable[..., Any], alice: User, mira: User
) -> None:
    services.follow(follower=alice, followee=mira)
    page = enter()
    tap(page)
    shows(page, "follow")
    page.route("**/restore/", lambda route: route.abort())
    page.get_by_role("button", name="Undo").click()
    says(page, "Could not reach the server.")
    page.unroute("**/restore/")
    page.get_by_role("button", name="Undo").click()
    shows(page, "following")


def test_an_undo_stays_while_somebody_is_at_it(enter: Callable[..., Any], alice: User, mira: User) -> None:
    services.follow(follower=alice, followee=mira)
    page = enter()
    page.clock.install()  # before the toast begins to count
    tap(page)
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    page.clock.run_for(60_000)
    assert undo.is_visible()
    button(page).focus()
    page.clock.run_for(10_000)
    assert undo.is_visible()
    page.clock.run_for(10_000)
    assert undo.count() == 0


# --- Requests -------------------------------------------------------------------------------------------------


def test_requests_are_answered_in_place(enter: Callable[..., Any], alice: User, mira: User) -> None:
    set_privacy(account=alice, is_private=True)
    for asker in (mira, make_account("bob", name="Bob")):
        services.follow(follower=asker, followee=alice)
    page = enter("/settings/requests/")
    badge = "#nav-profile .nav__badge [aria-hidden]"
    page.locator(badge, has_text="2").wait_for()
    page.get_by_role("button", name="Approve Mira").click()
    page.get_by_text("Now follows you.").wait_for()
    page.locator(badge, has_text="1").wait_for()
    page.get_by_role("button", name="Decline Bob").click()
    page.get_by_text("Was declined, and can ask again.").wait_for()
    page.locator("#waiting", has_text="0 waiting for your answer").wait_for()
    page.locator(badge).wait_for(state="detached")
    assert selectors.counts(alice.pk).followers == 1


def test_everyone_is_approved_after_a_question(enter: Callable[..., Any], alice: User, mira: User) -> None:
    set_privacy(account=alice, is_private=True)
    for asker in (mira, make_account("bob", name="Bob")):
        services.follow(follower=asker, followee=alice)
    page = enter("/settings/requests/")
    page.get_by_role("button", name="Approve everyone").click()
    page.keyboard.press("Escape")
    assert selectors.counts(alice.pk).requests == 2
    page.get_by_role("button", name="Approve everyone").click()
    dialog(page).get_by_role("button", name="Approve everyone").click()
    says(page, "You approved 2 requests.")
    assert selectors.counts(alice.pk).followers == 2


# --- Without JavaScript, with a screen reader, with a thumb -----------------------------------------------------


def test_without_javascript(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter(java_script_enabled=False)
    tap(page)
    shows(page, "following")
    tap(page)
    shows(page, "follow")
    page.get_by_role("button", name="Undo").click()
    shows(page, "following")
    assert page.url.endswith("/@mira/")
    page.locator("[data-control=bell]").click()
    page.get_by_text("No alerts for Mira.").wait_for()
    page.locator("summary[data-control=menu]").click()
    page.get_by_role("button", name="Mute for 1 day").click()
    page.get_by_text("You muted Mira until").wait_for()
    page.locator("summary[data-control=menu]").click()
    page.get_by_role("button", name="Block").click()
    page.get_by_role("heading", name="Block Mira?").wait_for()
    page.get_by_role("link", name="Cancel").click()
    shows(page, "following")
    set_privacy(account=mira, is_private=True)
    tap(page)
    page.get_by_role("heading", name="Unfollow Mira?").wait_for()
    assert is_following(alice, mira)
    page.get_by_role("button", name="Unfollow").click()
    page.get_by_text("You unfollowed Mira.").wait_for()
    assert not is_following(alice, mira)


def test_each_control_says_what_it_is(enter: Callable[..., Any], alice: User, mira: User) -> None:
    page = enter()
    page.get_by_role("button", name="Follow Mira", exact=True).click()
    page.get_by_role("button", name="Following Mira. Unfollow", exact=True).wait_for()
    bell = page.get_by_role("button", name="Alerts for Mira")
    assert bell.get_attribute("aria-pressed") == "true"
    bell.focus()
    page.keyboard.press("Enter")
    page.locator("[data-control=bell][aria-pressed=false]").wait_for()
    assert page.evaluate("document.activeElement.dataset.control") == "bell"
    assert page.locator("toast-stack").get_attribute("aria-live") == "polite"


def test_what_a_thumb_taps_is_large_enough(enter: Callable[..., Any], alice: User, mira: User) -> None:
    services.follow(follower=alice, followee=mira)
    services.follow(follower=mira, followee=alice)
    page = enter(**PHONE)
    page.locator("summary[data-control=menu]").click()
    tapped = ["[data-control]", ".menu__item"]
    tap_sizes = [box for each in tapped for box in _sizes(page.locator(f"main follow-button {each}"))]
    page.goto("/@alice/followers/")
    tap_sizes += _sizes(page.locator("main [data-control]"))
    tap(page)
    page.locator(".toast__action").wait_for()
    tap_sizes += _sizes(page.locator(".toast button:visible"))
    assert len(tap_sizes) > 10
    assert all(width >= 44 and height >= 44 for width, height in tap_sizes), tap_sizes


def _sizes(found: Any) -> list[tuple[int, int]]:
    """In whole pixels: what is still sliding into place lies between two, and measures 43.99998."""
    boxes = [each.bounding_box() for each in found.all()]
    return [(round(box["width"]), round(box["height"])) for box in boxes if box]


# --- A connection that is really cut ----------------------------------------------------------------------------


@pytest.fixture
def flaky(live_server: Any, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """`flaky("hang")` makes every connection so from now on; answers the address that leads through it."""
    script = Path(os.environ.get("SHARED_DIR", Path(__file__).parents[2] / "shared")) / "tools" / "flaky_proxy.py"
    if not script.is_file():
        pytest.skip(f"needs {script} (SHARED_DIR names another place)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    control = tmp_path / "mode"
    target = live_server.url.rpartition(":")[2]
    proxy = subprocess.Popen([sys.executable, str(script), str(port), target, str(control)])

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def behave(mode: str) -> str:
        control.write_text(mode)
        return f"http://localhost:{port}"

    deadline = monotonic() + 10
    while not listens():
        assert monotonic() < deadline, "the proxy never listened"
        sleep(0.05)
    yield behave
    proxy.terminate()
    proxy.wait()


# Whatever a page waits for, it gives up `hurry` times as soon; what has no end has none then, either.
HURRY = """
  window.hurry = 10;
  const ofRequest = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout");
  const set = function (ms) { ofRequest.set.call(this, ms / hurry); };
  Object.defineProperty(XMLHttpRequest.prototype, "timeout", { ...ofRequest, set });
  const ofSignal = AbortSignal.timeout;
  AbortSignal.timeout = (ms) => ofSignal.call(AbortSignal, ms / hurry);
"""


@lossy
@pytest.mark.shared
@pytest.mark.parametrize("fault", ["reset", "refuse", "hang"])
def test_a_connection_that_breaks_never_makes_the_button_lie(
    enter: Callable[..., Any], flaky: Callable[[str], str], alice: User, mira: User, fault: str
) -> None:
    page = enter(f"{flaky('ok')}/@mira/")
    flaky(fault)
    page.evaluate(HURRY)
    tap(page)
    page.locator(".follow-button__problem:not([hidden])").wait_for()
    assert "you do not follow Mira" in problem(page).inner_text()
    flaky("ok")
    page.evaluate("window.hurry = 1")
    problem(page).get_by_role("button", name="Try again").click()
    shows(page, "following")
    assert FollowEvent.objects.count() == 1
