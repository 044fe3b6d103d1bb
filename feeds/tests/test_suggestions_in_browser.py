"""People to follow as they are used: a row goes and comes back, a follow is shown in its place."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.models import Dismissal
from follows import services as follows
from follows.models import Follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carol(alice: User) -> User:
    mira, carol, dora = (make_account(name, name=name.title()) for name in ("mira", "carol", "dora"))
    follows.follow(follower=alice, followee=mira)
    for each in (carol, dora):
        follows.follow(follower=mira, followee=each)
    return carol


@pytest.fixture
def opened(page: Any, sign_in: Callable[..., None], alice: User, carol: User) -> Any:
    sign_in(page, alice)
    page.goto("/people/")
    page.locator("follow-button:defined").first.wait_for()
    return page


def row(page: Any, account: User) -> Any:
    return page.locator(f"#suggestion-{account.pk}.account-row")


def test_a_row_goes_and_undo_brings_it_back(opened: Any, carol: User) -> None:
    dora = User.objects.get(handle="dora")
    row(opened, dora).get_by_role("button", name="Not this one").press("Enter")
    row(opened, dora).wait_for(state="detached")
    assert Dismissal.objects.filter(dismissed=dora).exists()
    assert "Dora is not suggested any more." in opened.evaluate("document.activeElement.textContent")
    opened.keyboard.press("Tab")
    assert "Carol" in opened.evaluate("document.activeElement.closest('li').textContent")
    opened.get_by_role("button", name="Undo").click()
    row(opened, dora).wait_for()
    assert "Followed by Mira" in row(opened, dora).inner_text()
    assert not Dismissal.objects.exists()


def test_a_follow_stays_in_its_place(opened: Any, alice: User, carol: User) -> None:
    row(opened, carol).locator(".follow-button__button").click()
    row(opened, carol).locator('follow-button[data-state="following"]').wait_for()
    assert Follow.objects.filter(follower=alice, followee=carol).exists()


def test_without_javascript_it_works_too(
    new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User, carol: User
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, alice)
    page.goto("/people/")
    row(page, carol).get_by_role("button", name="Not this one").click()
    assert row(page, carol).count() == 0
    page.get_by_role("button", name="Undo").click()
    row(page, carol).wait_for()


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_is_wider_than_the_page(
    new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User, carol: User, width: int
) -> None:
    User.objects.filter(pk=carol.pk).update(name="Carolina Wolkenstein-Trostburg of Seven Valleys")
    User.objects.filter(handle="mira").update(name=("ميرا " * 9).strip())
    page = new_page(viewport={"width": width, "height": 844})
    sign_in(page, alice)
    page.goto("/people/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert row(page, carol).locator(".account-row__name").bounding_box()["width"] > 100
