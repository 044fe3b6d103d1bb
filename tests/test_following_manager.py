"""The Following Manager in a browser: what is selected is what is acted upon, and Undo brings all of it back."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.models import Batch, Follow
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def alice() -> User:
    """She follows forty; the bell of every third is off."""
    alice = make_account("alice")
    for number in range(40):
        person = make_account(f"person{number:02}", name=f"Person {number:02}")
        services.follow(follower=alice, followee=person)
        if number % 3 == 0:
            services.set_bell(follower=alice, followee=person, notify="none")
    Follow.objects.update(followed_at=timezone.now() - timedelta(days=50))
    return alice


def _edges() -> set[tuple[Any, ...]]:
    return set(Follow.objects.values_list("followee", "state", "notify", "followed_at"))


def _open(page: Any, path: str = "/settings/following/") -> Any:
    page.goto(path)
    until(page, "document.querySelector('body :not(:defined)') === null")
    return page


def _box(page: Any, number: int) -> Any:
    return page.locator("li .followed__check input").nth(number)


def _work_all() -> None:
    for batch in Batch.objects.filter(state=Batch.State.RUNNING):
        while services.work(batch_id=batch.pk):
            pass


def test_everything_is_unfollowed_with_progress_and_comes_back_whole(
    page: Any, sign_in: Callable[..., None], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.batches, "CHUNK", 15)
    before = _edges()
    sign_in(page, alice)
    _open(page)
    _box(page, 0).check()
    page.get_by_label("Select everyone").check()
    page.locator("[data-count]", has_text="40 selected").wait_for()
    page.locator("#selection button[value=unfollow]").click()
    page.wait_for_url("**/batches/*/")
    services.work(batch_id=Batch.objects.get().pk)
    page.get_by_text("15 of 40 done").wait_for()
    _work_all()
    page.get_by_text("40 unfollowed").wait_for()
    assert not _edges()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/batches/{Batch.objects.latest('pk').pk}/")
    _work_all()
    page.get_by_text("40 followed again").wait_for()
    assert _edges() == before


def test_a_few_by_shift_click_and_undo_in_place(page: Any, sign_in: Callable[..., None], alice: User) -> None:
    before = _edges()
    sign_in(page, alice)
    _open(page)
    _box(page, 1).check()
    _box(page, 4).click(modifiers=["Shift"])
    page.locator("[data-count]", has_text="4 selected").wait_for()
    page.locator("#selection button[value=unfollow]").click()
    page.locator("#followed .notice", has_text="4 unfollowed").wait_for()
    assert Follow.objects.count() == 36
    page.get_by_role("button", name="Undo").click()
    page.locator("#followed .notice", has_text="4 followed again").wait_for()
    assert _edges() == before


def test_numbers_follow_each_tap_and_the_focus_goes_to_what_was_done(
    page: Any, sign_in: Callable[..., None], alice: User
) -> None:
    sign_in(page, alice)
    _open(page)
    page.locator(".followed .follow-button__button").first.click()
    page.locator("#totals", has_text="You follow 39 accounts").wait_for()
    page.locator("#matching", has_text="39 accounts").wait_for()
    _box(page, 3).check()
    page.locator("#selection button[value=unfollow]").click()
    page.locator("#totals", has_text="You follow 38 accounts").wait_for()
    until(page, "document.activeElement.matches('#followed .notice')")
    _box(page, 0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.locator("#selection [data-close]").focus()
    page.keyboard.press("Enter")
    until(page, "document.activeElement.matches('[data-all]')")


def test_a_name_can_be_read_beside_every_badge(phone_page: Any, sign_in: Callable[..., None], alice: User) -> None:
    person = User.objects.get(handle="person39")
    services.mute(muter=alice, muted=person, until=timezone.now() + timedelta(days=30))
    services.follow(follower=person, followee=alice)
    User.objects.filter(pk=person.pk).update(deactivated_at=timezone.now())
    sign_in(phone_page, alice)
    _open(phone_page)
    row = phone_page.locator(".followed").first
    assert row.locator(".badge").count() == 3
    name = row.locator(".account-row__name")
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth && name.clientWidth > 0")
    for part in row.locator(".badge").all():
        assert part.evaluate("part => part.getBoundingClientRect().right <= innerWidth")
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_search_order_and_filters_answer_at_once_and_stand_in_the_address(
    page: Any, sign_in: Callable[..., None], alice: User
) -> None:
    sign_in(page, alice)
    _open(page)
    page.get_by_text("Alerts off", exact=True).first.click()
    page.get_by_text("14 of 40 match").wait_for()
    page.get_by_label("Order").select_option("name")
    until(page, "new URL(location).searchParams.get('sort') === 'name'")
    page.get_by_label("Search whom you follow").fill("person 0")
    four = page.locator(".manager__head p", has_text=re.compile(r"^\s*4 of 40 match"))
    four.wait_for()
    assert page.locator(".followed .account-row__name").first.inner_text() == "Person 00"
    page.reload()
    four.wait_for()
    _box(page, 0).check()
    page.get_by_label("Select everything matching").check()
    page.locator("#selection button[value=bell_all]").click()
    page.locator("#followed .notice", has_text=re.compile(r": 4 with alerts on")).wait_for()
    assert Follow.objects.filter(notify="none").count() == 10


def test_back_shows_the_list_as_it_was_asked_for_before(page: Any, sign_in: Callable[..., None], alice: User) -> None:
    sign_in(page, alice)
    _open(page)
    page.get_by_text("Alerts off", exact=True).first.click()
    page.get_by_text("14 of 40 match").wait_for()
    page.go_back()
    page.locator(".manager__head p", has_text=re.compile(r"^\s*40 accounts")).wait_for()
    assert not page.get_by_role("checkbox", name="Alerts off").is_checked()
    page.go_forward()
    page.get_by_text("14 of 40 match").wait_for()
    assert page.get_by_role("checkbox", name="Alerts off").is_checked()
    assert page.locator("main").count() == 1


def test_rows_loaded_later_belong_to_the_list_and_to_everyone(
    page: Any, sign_in: Callable[..., None], alice: User
) -> None:
    sign_in(page, alice)
    _open(page)
    page.get_by_role("link", name="Show more").click()
    _box(page, 39).wait_for()
    _box(page, 35).check()
    page.locator(".manager__head [data-all]").check()
    page.locator("[data-count]", has_text="40 selected").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#selection").is_visible()


@pytest.mark.parametrize("answer", ["Keep following", "Escape", "Back"])
def test_a_question_answered_with_no_changes_nothing(
    page: Any, sign_in: Callable[..., None], alice: User, answer: str
) -> None:
    User.objects.filter(handle="person39").update(is_private=True)
    sign_in(page, alice)
    _open(page)
    _box(page, 0).check()
    _box(page, 1).check()
    page.locator("#selection button[value=unfollow]").click()
    question = page.locator("dialog[open]")
    question.get_by_text("1 is a private account").wait_for()
    if answer == "Escape":
        page.keyboard.press("Escape")
    elif answer == "Back":
        page.go_back()
    else:
        question.get_by_role("button", name=answer).click()
    question.wait_for(state="detached")
    assert Follow.objects.count() == 40
    page.locator("#selection button[value=unfollow]").click()
    page.locator("dialog[open]").get_by_role("button", name="Unfollow").click()
    page.locator("#followed .notice", has_text="2 unfollowed").wait_for()
    assert Follow.objects.count() == 38


def test_on_a_phone_rows_are_selected_by_a_long_press_and_taps(
    new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User
) -> None:
    page = new_page(**PHONE)
    sign_in(page, alice)
    _open(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not _box(page, 0).is_visible()
    assert page.locator(".followed__known").first.evaluate("known => known.clientHeight") < 30  # one line, the row two
    name = page.locator(".followed .account-row__text").first
    name.dispatch_event("pointerdown", {"pointerType": "touch", "clientX": 5, "clientY": 5, "bubbles": True})
    page.locator("follow-manager[data-selecting]").wait_for()
    name.dispatch_event("pointerup", {"pointerType": "touch", "bubbles": True})
    page.evaluate("new Promise((done) => setTimeout(done))")  # a press may end without a click: forgotten by now
    page.locator(".followed .account-row__text").nth(2).tap()
    page.locator("[data-count]", has_text="2 selected").wait_for()
    page.locator("#selection summary").tap()
    page.get_by_role("button", name="Mute for 1 week").tap()
    page.locator("#followed .notice", has_text="2 muted").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript_everything_works(
    new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User
) -> None:
    before = _edges()
    User.objects.filter(handle="person39").update(is_private=True)
    page = new_page(java_script_enabled=False)
    sign_in(page, alice)
    page.goto("/settings/following/")
    page.get_by_label("Search whom you follow").fill("person 3")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("10 of 40 match").first.wait_for()
    assert page.locator(".followed").count() == 10
    page.get_by_label("Select Person 31").check()
    page.get_by_label("Select Person 39").check()
    page.locator("#selection button[value=unfollow]").click()
    page.get_by_role("heading", name="Unfollow 2 accounts?").wait_for()
    assert Follow.objects.count() == 40
    page.get_by_role("button", name="Unfollow").first.click()
    page.get_by_text("2 unfollowed").wait_for()
    assert Follow.objects.count() == 38
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("1 followed again, 1 asked to follow").first.wait_for()
    assert {edge[0] for edge in _edges()} == {edge[0] for edge in before}
    page.goto("/settings/following/?q=person 3")
    page.get_by_label("Select everything matching").check()
    page.locator("#selection button[value=bell_none]").click()
    page.get_by_text("6 with alerts off, 4 unchanged").wait_for()
    assert "q=person" in page.url
