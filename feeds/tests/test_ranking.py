"""The slot rule, under whatever scores a ranker may come up with."""

import math
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from feeds.ranking import FOLLOWED_SLOTS, TEN, Candidate, arrange, score

scores = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Candidate], list[Candidate]]:
    """Followed creators 1…q with one video each, and a pool whose creators may be the same ones."""
    waiting = [Candidate(creator, creator, "followed") for creator in range(1, draw(st.integers(0, 40)) + 1)]
    pool = draw(st.lists(st.tuples(st.integers(1, 30), scores), max_size=80))
    return waiting, [Candidate(1000 + i, creator, "new", value) for i, (creator, value) in enumerate(pool)]


@given(worlds(), st.integers(1, 120))
def test_every_waiting_creator_stands_within_the_bound(world: tuple, length: int) -> None:
    waiting, pool = world
    slate = arrange(waiting=waiting, scored=pool, little_seen=pool[::3], length=length)
    assert len(slate) == min(length, len(waiting) + len(pool))
    assert len({c.video_id for c in slate}) == len(slate)
    position = {c.video_id: place for place, c in enumerate(slate, start=1)}
    for rank, candidate in enumerate(waiting, start=1):
        bound = TEN * math.ceil(rank / len(FOLLOWED_SLOTS))
        assert position.get(candidate.video_id, math.inf) <= bound or bound > length


@given(st.lists(scores, min_size=60, max_size=60), st.integers(0, 9), st.integers(9, 12))
def test_with_enough_creators_nobody_stands_side_by_side_or_three_in_ten(values: list, q: int, creators: int) -> None:
    waiting = [Candidate(creator, creator, "followed") for creator in range(q)]
    pool = [Candidate(100 + i, i % creators, "new", value) for i, value in enumerate(values)]
    slate = [c.creator_id for c in arrange(waiting=waiting, scored=pool, length=20)]
    assert all(one != other for one, other in pairwise(slate))
    assert all(max(Counter(slate[i : i + TEN]).values()) <= 2 for i in range(11))


def test_side_by_side_gives_way_before_the_two_and_the_two_before_the_slots() -> None:
    waiting = [Candidate(1, 1, "followed")]
    alone = arrange(waiting=waiting, scored=[Candidate(10 + i, 1, "new") for i in range(5)], length=10)
    assert len(alone) == 6
    assert alone[1].video_id == 1
    two = [Candidate(10, 7, "new", 9.0), Candidate(11, 7, "new", 8.0), Candidate(12, 7, "new", 7.0)]
    assert [c.video_id for c in arrange(waiting=[], scored=two, length=10)] == [10, 11, 12]


def test_the_seventh_explores_what_few_have_seen() -> None:
    pool = [Candidate(i, i, "popular", 100.0 - i) for i in range(1, 20)]
    rare = Candidate(50, 50, "new", -5.0)
    slate = arrange(waiting=[], scored=[*pool, rare], little_seen=[rare], length=10)
    assert [c.video_id for c in slate] == [1, 2, 3, 4, 5, 6, 50, 7, 8, 9]


def test_the_same_input_gives_the_same_slate() -> None:
    pool = [Candidate(i, i % 5, "new", float("nan")) for i in range(30)]
    assert arrange(waiting=[], scored=pool, length=30) == arrange(waiting=[], scored=pool[::-1], length=30)


def test_what_is_liked_counts_for_more_and_what_is_old_for_less() -> None:
    liked, plain = ({"likes": likes, "comments": 0, "views": 10} for likes in (9, 0))
    assert score(age_hours=5, **liked) > score(age_hours=5, **plain) > score(age_hours=50, **plain)
