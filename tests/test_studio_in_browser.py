"""The studio's drawings: made of their tables, within the content security policy, in both themes, on a phone too."""

from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_account
from follows.models import FollowCount, FollowTally, TallyMark
from tests.waiting import until

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


def test_figures_are_drawn_from_their_tables(page, new_page, sign_in):
    mira = make_account("mira")
    come_and_go(mira)
    for each in (page, new_page(viewport={"width": 390, "height": 844}, is_mobile=True, color_scheme="dark")):
        sign_in(each, mira)
        each.goto(f"{PAGE}?compare=before")
        until(each, f"{DRAWN} === 3 && {INK}")
        assert each.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert each.locator(".chart:not([aria-hidden=true])").count() == 0
    page.locator(".chart").first.hover()
    until(page, "document.querySelector('.chart__said').textContent.includes('Followers')")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    until(page, f"{DRAWN} === 3 && {INK}")
    page.set_viewport_size({"width": 700, "height": 800})
    until(page, "document.documentElement.scrollWidth <= innerWidth")
