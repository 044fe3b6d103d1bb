"""Moderation under many more random acts at once than every run of the tests can afford."""

from collections.abc import Callable

import pytest

from tests.test_moderation_at_once import (
    DUELS,
    Duel,
    assert_all_is_so,
    duelling,
    rage,
    two_decide_about_the_followed,  # noqa: F401 - a fixture
)
from videos.services import moderation

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(3600),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("two_decide_about_the_followed"),
]


@pytest.mark.parametrize("seed", range(100, 110))
def test_a_long_storm_is_as_the_log_says(seed: int) -> None:
    rage(seed=seed, number=12, acts=100)
    while moderation.lift_due():
        pass
    assert_all_is_so()


@pytest.mark.parametrize("duel", DUELS)
def test_each_duel_many_times(duel: Callable[[Duel], None]) -> None:
    with duelling() as people:
        for _ in range(50):
            duel(Duel(people))
    assert_all_is_so()
