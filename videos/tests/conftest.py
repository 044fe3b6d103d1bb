"""The cast of these tests."""

import pytest

from accounts.models import User
from accounts.tests.factories import make_account


@pytest.fixture
def alice(db: None) -> User:
    """A creator."""
    return make_account("alice", name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    """A viewer."""
    return make_account("bob", name="Bob")


@pytest.fixture
def mallory(db: None) -> User:
    return make_account("mallory", name="Mallory")


@pytest.fixture
def moderator(db: None) -> User:
    return make_account("moderator", is_staff=True, is_superuser=True)
