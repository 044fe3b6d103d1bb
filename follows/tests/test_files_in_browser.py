"""Import and history in a browser: what htmx changes is what a reload shows."""

import pytest
from django.urls import reverse

from accounts.tests.factories import make_account
from follows import services
from follows.models import Batch, Follow
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("truth")]


def tabs(page) -> list[str]:
    return [text.strip() for text in page.locator("nav.tabs a").all_inner_texts()]


def test_from_the_file_to_the_result(page, sign_in, alice, bob):
    make_account("carol", name="Carol")
    sign_in(page, alice)
    page.goto(reverse("follows:imports"))
    file = {"name": "any.csv", "mimeType": "text/csv", "buffer": b"handle\nbob\ncarol\nnobody\n"}
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Look through it").click()
    page.get_by_role("button", name="Follow 2 accounts").wait_for()
    assert tabs(page) == ["All 3", "Will follow 2", "Not found here 1"]

    page.get_by_role("button", name="Leave out Carol").click()
    page.get_by_role("button", name="Follow 1 account").wait_for()
    after = tabs(page)
    assert after == ["All 3", "Will follow 1", "Not found here 1", "Left out 1"]
    page.get_by_role("button", name="Put back Carol").click()
    page.get_by_role("button", name="Follow 2 accounts").wait_for()
    page.get_by_role("button", name="Leave out Carol").click()
    page.get_by_role("button", name="Follow 1 account").wait_for()
    page.reload()
    assert tabs(page) == after

    page.get_by_role("button", name="Follow 1 account").click()
    page.wait_for_url(f"**{reverse('follows:batch', args=[Batch.objects.get().pk])}")
    assert Follow.objects.get().followee == bob


@pytest.mark.console_errors("422")
def test_a_refused_file_says_why_and_another_can_be_chosen(page, sign_in, alice, bob):
    sign_in(page, alice)
    page.goto(reverse("follows:imports"))
    page.set_input_files("input[type=file]", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04"})
    page.get_by_role("button", name="Look through it").click()
    page.get_by_text("Unpack it first").wait_for()
    page.set_input_files("input[type=file]", {"name": "a", "mimeType": "", "buffer": b"handle\nbob\n"})
    page.get_by_role("button", name="Look through it").click()
    page.get_by_role("button", name="Follow 1 account").wait_for()


def test_what_was_taken_is_followed_again_from_the_history(page, sign_in, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.remove_follower(followee=bob, follower=alice)
    sign_in(page, alice)
    page.goto(reverse("follows:history"))
    page.get_by_role("button", name="Follow bob").click()
    until(page, "document.querySelector('follow-button').dataset.state === 'following'")
    page.reload()
    assert page.locator(".history-row").first.inner_text().startswith("You followed bob")
    assert page.locator("follow-button").get_attribute("data-state") == "following"
