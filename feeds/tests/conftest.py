"""Who is told, and an API to ask."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def fan(mira: User) -> User:
    """Follows Mira."""
    fan = make_account("fan", name="Fan")
    follows.follow(follower=fan, followee=mira)
    return fan
