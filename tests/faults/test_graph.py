"""The follow graph under many more random acts than every run of the tests can afford: in order, and all at once."""

import pytest

from follows.tests.test_machine import ALL_HIT, Graph, graph, run  # noqa: F401 - a fixture
from follows.tests.test_races import RACES, race
from tests.test_graph_at_once import killer, rage

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


@pytest.mark.django_db
def test_many_random_acts_leave_what_the_model_says(graph: type[Graph]) -> None:  # noqa: F811
    run(graph, examples=150, steps=50)
    assert set(graph.hit) >= ALL_HIT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", RACES)
def test_each_race_a_hundred_times(name: str) -> None:
    race(name, attempts=100)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(100, 110))
def test_whatever_was_told_in_a_long_storm_was_so(seed: int) -> None:
    rage(seed=seed, rounds=10, number=12, acts=25)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(200, 205))
def test_clients_killed_in_a_long_storm_leave_nothing_half_done(seed: int) -> None:
    with killer(seed) as killed:
        rage(seed=seed, rounds=10, number=12, acts=25, killed=True)
    assert len(killed) > 10
