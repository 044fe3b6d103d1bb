"""Alice, as people see her, and her browser."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.factories import make_account
from tests.waiting import until


@pytest.fixture
def alice() -> User:
    return make_account("alice", name="Alice")


@pytest.fixture
def enter(new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User) -> Callable[..., Any]:
    """Alice opens an address; where there is JavaScript, all elements of the page work when this returns."""

    def open_as_alice(path: str = "/@mira/", **options: Any) -> Any:
        page = new_page(**({"viewport": {"width": 1280, "height": 800}} | options))
        sign_in(page, alice)
        page.goto(path)
        if options.get("java_script_enabled", True):
            until(page, "document.querySelector('body :not(:defined)') === null")
        return page

    return open_as_alice
