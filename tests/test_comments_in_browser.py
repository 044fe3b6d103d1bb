"""Comments beside a feed, with a browser: written, answered, liked, pinned, removed and brought back, by keyboard too."""

from typing import Any

import pytest

from accounts.models import User
from tests.waiting import until
from videos.models import Comment
from videos.tests.factories import make_comment, make_reply, make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.console_errors("Failed to load resource")
@pytest.mark.usefixtures("live_server")
def test_a_thread_is_written_in_the_sheet(page: Any, sign_in: Any, alice: User, bob: User, settings: Any) -> None:
    video = make_video(alice, caption="First light")
    thread = make_comment(bob, video, "How did you film this?")
    make_reply(bob, thread, "And where?")
    sign_in(page, alice)
    page.goto(f"{video.get_absolute_url()}comments/")
    page.get_by_role("link", name="Show 1 reply").click()
    page.get_by_text("And where?").wait_for()
    page.locator(f"#comment-{thread.pk}").get_by_role("link", name="Reply to bob").click()
    page.get_by_text("Replying to bob").wait_for()
    until(page, "document.activeElement.id === 'comment-text'")
    page.keyboard.type("From a hill")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(f"#replies-{thread.pk}").get_by_text("From a hill").wait_for()
    until(page, "document.getElementById('comments-said').textContent.includes('Your reply is posted.')")
    assert page.locator(f"#replies-{thread.pk} .comment").count() == 2

    heart = page.locator(f"#comment-like-button-{thread.pk}")
    heart.click()
    page.locator(f"#comment-like-button-{thread.pk}[aria-pressed=true]").wait_for()
    until(page, f"document.activeElement.id === 'comment-like-button-{thread.pk}'")

    page.fill("#comment-text", "Thanks for watching")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thanks for watching").wait_for()
    first = page.locator(".thread").first
    assert "Thanks for watching" in first.inner_text()
    page.locator(f"#comment-{thread.pk} summary").click()
    page.get_by_role("button", name="Pin: it stands first").click()
    page.get_by_text("Pinned by alice").wait_for()
    assert "How did you film this?" in page.locator(".thread").first.inner_text()
    until(page, f"document.activeElement.id === 'comment-{thread.pk}'")

    mine = Comment.objects.get(text="Thanks for watching")
    page.locator(f"#comment-{mine.pk} summary").click()
    page.locator(f"#comment-{mine.pk}").get_by_role("button", name="Remove comment").click()
    undo = page.get_by_role("button", name="Undo removing the comment")
    undo.wait_for()
    until(page, "document.activeElement.textContent.startsWith('Undo')")
    undo.click()
    page.locator(f"#comment-{mine.pk}").get_by_text("Thanks for watching").wait_for()
    assert Comment.objects.standing().count() == 4

    settings.COMMENTS_PER_MINUTE = 1
    page.fill("#comment-text", "One more")
    page.get_by_role("button", name="Send").click()
    page.locator("#comment-problem").get_by_text("you can go on in").wait_for()
    assert page.locator("#comment-text").input_value() == "One more"
    assert not page.locator(".toast").count(), "it is said once, where it was written"
