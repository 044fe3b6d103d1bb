"""Looking for somebody, from the first letter to their profile, by keys alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import make_account
from tests.waiting import until
from videos.tests.factories import make_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOST = r"net::ERR_|Failed to load resource|media"
OPTIONS = "[role=option]"


@pytest.mark.console_errors(LOST)
def test_somebody_is_found_by_keys_and_searches_are_remembered_here(
    enter: Callable[..., Any], mira: User, alice: User
) -> None:
    make_account("miranda", name="Miranda")
    make_video(alice, caption="#mirage")
    page = enter("/explore/")
    field = page.get_by_role("combobox", name="Search")
    field.press_sequentially("mira")
    expect(page.locator(OPTIONS)).to_have_count(4)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="4 suggestions")).to_have_count(1)
    field.press("ArrowDown")
    field.press("ArrowDown")
    chosen = page.locator(f"{OPTIONS}[aria-selected=true]")
    expect(chosen).to_contain_text("@mira")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    field.press("Escape")
    expect(page.locator(".search__panel")).to_be_hidden()
    expect(field).to_have_value("mira")
    field.press("Enter")
    page.wait_for_url("**/search/?q=mira")
    until(page, "document.querySelector('search-box:defined') !== null")
    field = page.get_by_role("combobox", name="Search")
    field.fill("")
    expect(page.locator(OPTIONS)).to_have_text(["mira"])
    page.get_by_role("button", name="Clear recent searches").click()
    field.fill("miranda")
    page.locator(OPTIONS).filter(has_text="@miranda").click()
    page.wait_for_url("**/@miranda/")
    page.goto("/search/")
    page.locator("search-box:defined").get_by_role("combobox").click()
    expect(page.locator(".search__panel")).to_be_hidden()


@pytest.mark.console_errors(LOST)
def test_without_suggestions_it_is_still_a_search(enter: Callable[..., Any], mira: User) -> None:
    page = enter("/search/")
    page.route("**/search/suggestions/**", lambda route: route.abort())
    field = page.get_by_role("combobox", name="Search")
    field.press_sequentially("mira")
    expect(page.get_by_role("status").filter(has_text="Press Enter to search")).to_have_count(1)
    field.press("Enter")
    page.wait_for_url("**/search/?q=mira")
    expect(page.get_by_role("link", name="@mira")).to_be_visible()


def test_without_javascript_it_is_a_form(enter: Callable[..., Any], mira: User) -> None:
    page = enter("/search/", java_script_enabled=False)
    page.get_by_role("searchbox", name="Search").fill("mira")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=mira")
    expect(page.get_by_role("link", name="@mira")).to_be_visible()
