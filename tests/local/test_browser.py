"""The browser that tests drive. None of these addresses has an icon, which the console calls an error."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.console_errors("404")]


def test_it_opens_the_site(page: Any) -> None:
    assert page.goto("/healthz").ok


def test_a_phone_is_narrow_and_touched(phone_page: Any) -> None:
    phone_page.goto("/healthz")
    assert phone_page.evaluate("[screen.width, navigator.maxTouchPoints > 0]") == [390, True]


def test_a_declared_error_is_no_failure(page: Any) -> None:
    page.goto("/no-such-page/")
