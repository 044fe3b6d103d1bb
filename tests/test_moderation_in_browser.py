"""A video is reported, played and decided about at the desk by keyboard alone; its creator reads why and appeals; somebody
else judges, and everybody hears of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import make_account
from tests.waiting import until
from videos.models import Video
from videos.models.moderation import Reason
from videos.tests.films import make_film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
NO_HLS = """const plays = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) { return /mpegurl/i.test(type) ? "" : plays.call(this, type); };"""
RULES = [str(reason) for reason in Reason]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def make_moderator(handle: str) -> User:
    account = make_account(handle, is_staff=True)
    account.groups.add(Group.objects.get(name="Moderators"))
    return account


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_report_to_the_lift(
    new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User, mira: User, screen: dict[str, Any]
) -> None:
    def visit(account: User, **options: Any) -> Any:
        page = new_page(**screen, **options)
        sign_in(page, account)
        return page

    video = make_film(mira, caption="On the pier")
    reporter, creator = visit(alice), visit(mira)
    desk, court = visit(make_moderator("ines")), visit(make_moderator("jude"))

    reporter.goto(f"/report/video/{video.pk}/")
    reporter.get_by_label("Hate").check()
    reporter.get_by_role("button", name="Send report").click()
    expect(reporter.get_by_text("Waits for a moderator")).to_be_visible()

    desk.add_init_script(NO_HLS)
    desk.goto("/admin/videos/case/")
    desk.get_by_role("link", name=f"video {video.pk}").click()
    expect(desk.get_by_role("heading", name=f"video {video.pk}")).to_be_visible()
    assert desk.evaluate(WIDER) <= 0
    desk.evaluate("document.querySelector('video').play()")
    until(desk, "document.querySelector('video').currentTime > 0")
    assert "blob:" in desk.evaluate("document.querySelector('video').currentSrc"), "the preview, not the whole"
    decide_by_keyboard(desk)
    expect(desk.get_by_text("It is written down.")).to_be_visible()
    assert Video.objects.get(pk=video.pk).state == Video.State.REMOVED

    creator.goto("/settings/decisions/")
    expect(creator.get_by_text("It goes on and on.")).to_be_visible()
    creator.locator("summary", has_text="Appeal").click()
    creator.get_by_label("Why is this decision wrong?").fill("It was a play.")
    creator.get_by_role("button", name="Send appeal").click()
    expect(creator.get_by_text("Waits for somebody else")).to_be_visible()

    court.goto("/admin/videos/appeal/")
    court.get_by_role("link", name=f"video {video.pk}").click()
    expect(court.get_by_text("It was a play.")).to_be_visible()
    court.get_by_role("button", name="Lift the decision").click()
    expect(court.get_by_text("Everything is as it was.")).to_be_visible()

    creator.reload()
    expect(creator.get_by_text("You were right.")).to_be_visible()
    reporter.reload()
    expect(reporter.get_by_text("took it back after a second look")).to_be_visible()
    assert Video.objects.get(pk=video.pk).state == Video.State.PUBLISHED


def decide_by_keyboard(desk: Any) -> None:
    shortcut(desk, "r")
    expect(desk.get_by_role("radio", name="Remove")).to_be_checked()
    desk.keyboard.press("Tab")
    for _ in range(RULES.index("hate") + 1):  # after the empty one
        desk.keyboard.press("ArrowDown")
    expect(desk.get_by_label("Rule")).to_have_value("hate")
    desk.keyboard.press("Tab")
    desk.keyboard.type("It goes on and on.")
    shortcut(desk, "x")


def shortcut(page: Any, key: str) -> None:
    """Alt and the letter as a keyboard sends them; Playwright's own leave out the letter, by which Chromium finds it."""
    session = page.context.new_cdp_session(page)
    pressed = {"key": key, "code": f"Key{key.upper()}", "modifiers": 1, "windowsVirtualKeyCode": ord(key.upper())}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "unmodifiedText": key} | pressed)
    session.send("Input.dispatchKeyEvent", {"type": "keyUp"} | pressed)
    session.detach()
