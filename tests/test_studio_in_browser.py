"""The studio's drawings: made of their tables, within the content security policy, in both themes, on a phone too."""

from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_account
from follows.models import FollowCount, FollowTally, TallyMark
from tests.waiting import until
from videos.models import Publication, Video, VideoEvent
from videos.tests import past
from videos.tests.factories import make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = reverse("feeds:followers")
DRAWN = "document.querySelectorAll('.chart canvas').length"
INK = """(() => {
    const canvas = document.querySelector('.chart canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some((value) => value);
})()"""


def come_and_go(account):
    noon = timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    for days in range(1, 57):
        at = noon - timedelta(days=days)
        for change, cause, source, number in (
            ("gained", "followed", "for_you", 20 + 37 * days % 41),
            ("gained", "followed", "profile", 3),
            ("lost", "unfollowed", "", 5 + 11 * days % 17),
        ):
            FollowTally.objects.create(
                account_id=account.pk, quarter=at, change=change, cause=cause, source=source, number=number
            )
    FollowCount.objects.create(account_id=account.pk, followers=2000)
    TallyMark.objects.create(id=1, until=noon - timedelta(hours=12))


def watched(account):
    """Eight weeks of a video's figures."""
    video = make_video(account, caption="Sea")
    noon = timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    for moments in (Video.objects.filter(pk=video.pk), Publication.objects.filter(video=video)):
        moments.update(published_at=noon - timedelta(days=56))
    VideoEvent.objects.bulk_create(
        VideoEvent(
            video_id=video.pk,
            source=source,
            happened_at=noon - timedelta(days=days),
            views=views,
            watched_ms=views * 5000,
            completed=views // 3,
            likes=days % 3,
        )
        for days in range(1, 57)
        for source, views in (("search", 20 + 37 * days % 41), ("for_you", 12), ("link", days % 4))
    )
    past.count()
    return video


def ask_by_keyboard(page, **chosen):
    """Opens the choice of days, says what is wanted, shows it: without a pointer."""
    page.locator(".span-choice summary").focus()
    page.keyboard.press("Enter")
    for name, value in chosen.items():
        page.locator(f"[name={name}]").select_option(value)
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")


def lines_of(page, link):
    with page.expect_download() as found:
        link.click()
    return found.value.path().read_text("utf-8-sig").splitlines()


def is_sound(page, drawings):
    until(page, f"{DRAWN} === {drawings} && {INK}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".chart:not([aria-hidden=true])").count() == 0


def test_a_creator_asks_for_days_compares_them_and_takes_them_along(page, new_page, sign_in):
    mira = make_account("mira")
    come_and_go(mira)
    watched(mira)
    for each in (page, new_page(viewport={"width": 390, "height": 844}, is_mobile=True, color_scheme="dark")):
        sign_in(each, mira)
        each.goto(PAGE)
        ask_by_keyboard(each, days="7", by="day", compare="before")
        each.get_by_role("heading", name="Side by side").wait_for()
        is_sound(each, 3)
        table = each.get_by_role("region", name="Followers over time")
        table.focus()
        assert table.evaluate("(box) => box === document.activeElement")
        assert table.locator("tbody tr").count() == 7
        head, *days = lines_of(each, each.get_by_role("link", name="This table (CSV)").first)
        assert head == "begins,gained,lost,net,followers"
        assert len(days) in {6, 7}  # nothing is known of a day that has just begun
        each.get_by_label("Studio").get_by_role("link", name="Videos").click()
        each.get_by_role("region", name="Your videos, with their figures").get_by_role(
            "link", name="Sea", exact=True
        ).click()
        ask_by_keyboard(each, days="28", by="week", compare="before")
        each.get_by_role("heading", name="Side by side").wait_for()
        is_sound(each, 2)
        each.get_by_role("region", name="Over time").last.focus()
        head, *weeks = lines_of(each, each.get_by_role("link", name="This table (CSV)").first)
        assert head.startswith("begins,views,watched_ms")
        assert len(weeks) in {4, 5}
        each.goto(f"{PAGE}?days=7&compare=before")
        is_sound(each, 3)
    page.locator(".chart").first.hover()
    until(page, "document.querySelector('.chart__said').textContent.includes('Followers')")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    until(page, f"{DRAWN} === 3 && {INK}")
    page.set_viewport_size({"width": 700, "height": 800})
    until(page, "document.documentElement.scrollWidth <= innerWidth")
