"""What a feed tells the server of itself, in a real browser: cards that were in view, videos played on purpose, and nothing
that was not."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.models import Impression, InboxEntry
from feeds.tests.crowds import make_followers
from follows import services as follows
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = InboxEntry.State


@pytest.fixture
def told(alice: User) -> list[Publication]:
    mira = make_account("mira", name="Mira")
    follows.follow(follower=alice, followee=mira)
    publications = [make_video(mira).publication for _ in range(3)]
    for publication in publications:
        services.run_fan_out(publication.pk)
    return publications[::-1]


def state(publication: Publication) -> int:
    return InboxEntry.objects.get(publication_id=publication.pk).state


def until_state(page: Any, publication: Publication, wanted: State) -> None:
    for _ in range(150):
        if state(publication) == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it stays {State(state(publication)).label}")


@pytest.mark.parametrize("path", ["/following/", "/"])
def test_a_card_in_view_is_reported_and_others_are_not(
    enter: Callable[[str], Any], alice: User, told: list[Publication], path: str
) -> None:
    page = enter(path)
    first = page.locator(".feed-card").first.get_attribute("data-video")
    shown = next(each for each in told if str(each.video_id) == first)
    until_state(page, shown, State.SEEN)
    assert {state(each) for each in told if each != shown} == {State.ALERTED}
    impression = Impression.objects.get()
    assert (impression.viewer_id, impression.video_id) == (alice.pk, shown.video_id)


def test_what_waits_to_be_reported_is_reported_on_leaving(enter: Callable[[str], Any], told: list[Publication]) -> None:
    page = enter("/following/")
    page.wait_for_url(f"**/video/{told[0].video_id}/")
    until_state(page, told[0], State.SEEN)  # what comes now waits for the next batch
    page.keyboard.press("j")
    page.wait_for_url(f"**/video/{told[1].video_id}/")
    page.wait_for_timeout(2500)  # longer than what counts, shorter than what brings the next batch
    page.goto("/settings/")
    until_state(page, told[1], State.SEEN)
    assert state(told[2]) == State.ALERTED


def test_playing_on_purpose_counts_as_opened(enter: Callable[[str], Any], told: list[Publication]) -> None:
    page = enter("/following/")
    page.wait_for_url(f"**/video/{told[0].video_id}/")
    page.keyboard.press("m")  # sound
    until_state(page, told[0], State.OPENED)
    assert [state(each) for each in told[1:]] == [State.ALERTED] * 2


def test_a_page_that_is_opened_counts_as_opened(
    phone_page: Any, sign_in: Callable[..., None], alice: User, told: list[Publication]
) -> None:
    sign_in(phone_page, alice)
    phone_page.goto("/@mira/")
    phone_page.locator(".video-card").first.click()
    phone_page.wait_for_url(f"**/video/{told[0].video_id}/")
    until_state(phone_page, told[0], State.OPENED)


def test_the_report_follows_a_fan_out_to_its_end(page: Any, sign_in: Callable[..., None], settings: Any) -> None:
    """Numbers grow without a reload; then the page asks no more."""
    settings.FANOUT_CHUNK = 4
    mira = make_account("mira")
    make_followers(mira, 12)
    publication = make_video(mira).publication
    services.fan_out_chunk(publication.pk)
    sign_in(page, mira)
    page.goto(f"/studio/{publication.video_id}/delivery/")
    page.get_by_text("still telling 8").wait_for()
    services.fan_out_chunk(publication.pk)
    page.get_by_text("still telling 4").wait_for()
    services.run_fan_out(publication.pk)
    page.locator("#report:not([hx-get])").wait_for()
    assert page.locator(".share", has_text="Alerted").locator(".share__number").inner_text().startswith("12")
    assert page.locator("progress").count() == 0
