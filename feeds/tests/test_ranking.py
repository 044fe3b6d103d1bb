"""The slot rule, under whatever scores a ranker may come up with."""

import math
from collections import Counter
from itertools import pairwise
from random import Random
from time import monotonic

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.ranking import FOLLOWED_SLOTS, TEN, Candidate, Features, arrange, rank, score, warmth

scores = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, 5e-324, 1.7e308]),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Candidate], list[Candidate]]:
    """Followed creators 1…q with one video each, and a pool of videos that may be the same ones, in which a video may come
    several times, of creators who may be the same ones, or of one alone."""
    waiting = [Candidate(creator, creator) for creator in range(1, draw(st.integers(0, 500)) + 1)]
    creators = draw(st.integers(1, 30))
    rows = st.tuples(st.integers(1, 90), scores)
    pool = draw(st.lists(rows, max_size=150))
    return waiting, [Candidate(video + 450, video % creators, value) for video, value in pool]


def positions(slate: list[Candidate]) -> dict[int, int]:
    return {candidate.video_id: place for place, candidate in enumerate(slate, start=1)}


def bound(rank: int) -> int:
    return TEN * math.ceil(rank / len(FOLLOWED_SLOTS))


@settings(deadline=None)
@given(worlds(), st.integers(1, 2000), st.lists(st.integers(0, 40), max_size=12))
@example(([Candidate(i, i) for i in range(1, 501)], []), 2000, [])
@example(([Candidate(1, 1), Candidate(2, 2)], [Candidate(1, 1, 9.0), Candidate(2, 2, 8.0), Candidate(3, 3)]), 10, [])
@example(([Candidate(i, i) for i in range(1, 5)], [Candidate(9, 1), Candidate(9, 1, math.nan)]), 10, [1, 1])
def test_every_waiting_creator_stands_within_the_bound(world: tuple, length: int, before: list[int]) -> None:
    waiting, pool = world
    slate = arrange(waiting=waiting, scored=pool, little_seen=pool[::3], length=length, before=before)
    videos = {candidate.video_id for candidate in waiting + pool}
    assert len(slate) == min(length, len(videos))
    assert len(positions(slate)) == len(slate)
    assert set(positions(slate)) <= videos
    for number, candidate in enumerate(waiting, start=1):
        place = positions(slate).get(candidate.video_id, math.inf)
        assert place <= bound(number) or bound(number) > length


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 500), st.integers(0, 700), st.integers(1, 40), st.sampled_from([20, 100, 300]), st.randoms())
def test_the_bound_holds_over_batches_that_take_what_is_left(
    q: int, others: int, creators: int, batch: int, random: Random
) -> None:
    """As slates are made: each batch sees some of those who wait and some of the pool, and stands behind the last one."""
    waiting = [Candidate(creator, creator) for creator in range(1, q + 1)]
    pool = [Candidate(10_000 + i, i % creators, random.random()) for i in range(others)]
    slate: list[Candidate] = []
    while True:
        shown = {candidate.video_id for candidate in slate}
        left = [candidate for candidate in waiting if candidate.video_id not in shown]
        rest = [candidate for candidate in pool if candidate.video_id not in shown]
        before = [candidate.creator_id for candidate in slate[-TEN:]]
        more = arrange(waiting=left[:200], scored=rest[:200], length=batch, before=before)
        if not more:
            break
        slate += more
    assert len(slate) == q + others
    found = positions(slate)
    assert all(found[candidate.video_id] <= bound(number) for number, candidate in enumerate(waiting, start=1))


@given(st.lists(scores, min_size=60, max_size=60), st.integers(0, 9), st.integers(14, 16), st.integers(0, 8))
def test_with_enough_creators_nobody_stands_side_by_side_or_three_in_ten(
    values: list, q: int, creators: int, shown: int
) -> None:
    waiting = [Candidate(creator, creator) for creator in range(q)]
    pool = [Candidate(1000 + i, i % creators, value) for i, value in enumerate(values)]
    before = [creator % creators for creator in range(shown)]
    slate = before + [c.creator_id for c in arrange(waiting=waiting, scored=pool, length=20, before=before)]
    assert all(one != other for one, other in pairwise(slate))
    assert all(max(Counter(slate[i : i + TEN]).values()) <= 2 for i in range(len(slate) - TEN + 1))


def creators_of(pool: list[int], **given: object) -> list[int]:
    scored = [Candidate(100 + i, creator, -float(i)) for i, creator in enumerate(pool)]
    return [c.creator_id for c in arrange(waiting=[], scored=scored, length=len(pool), **given)]


def test_side_by_side_gives_way_before_the_two_and_the_two_before_the_slots() -> None:
    assert creators_of([7, 7, 8]) == [7, 8, 7]
    assert creators_of([7, 7]) == [7, 7]
    assert creators_of([7, 7, 7, 8]) == [7, 8, 7, 7]  # the third in ten only when there is nobody else
    assert creators_of([7, 8, 8], before=[7]) == [8, 7, 8]
    assert creators_of([7, 9], before=[7, 8, 7, 8]) == [9, 7]
    waiting = [Candidate(1, 7)]
    alone = arrange(waiting=waiting, scored=[Candidate(10 + i, 7) for i in range(5)], length=10)
    assert len(alone) == 6
    assert alone[1].video_id == 1


def test_what_waits_further_on_counts_too() -> None:
    """Nobody stands right in front of their own slot, nor twice around it in the ten that hold it."""
    beside = [Candidate(10, 7, 9.0), Candidate(11, 8, 2.0), Candidate(12, 9, 1.0)]
    assert [c.creator_id for c in arrange(waiting=[Candidate(1, 7)], scored=beside, length=4)] == [8, 7, 9, 7]
    waiting = [Candidate(1, 1), Candidate(2, 2), Candidate(3, 7)]
    pool = [Candidate(10, 7, 9.0), Candidate(11, 7, 8.0), *(Candidate(i, i, -float(i)) for i in range(20, 30))]
    slate = [c.creator_id for c in arrange(waiting=waiting, scored=pool, length=11)]
    assert [place for place, creator in enumerate(slate, start=1) if creator == 7] == [1, 8, 11]


def test_the_seventh_explores_what_few_have_seen() -> None:
    pool = [Candidate(i, i, 100.0 - i) for i in range(1, 20)]
    rare = Candidate(50, 50, -5.0)
    slate = arrange(waiting=[], scored=[*pool, rare], little_seen=[rare], length=10)
    assert [c.video_id for c in slate] == [1, 2, 3, 4, 5, 6, 50, 7, 8, 9]


def test_of_a_video_that_several_sources_score_the_best_counts() -> None:
    pool = [Candidate(1, 1, 1.0), Candidate(2, 2, 2.0), Candidate(1, 1, 3.0), Candidate(1, 1, math.nan)]
    assert [(c.video_id, c.score) for c in arrange(waiting=[], scored=pool, length=9)] == [(1, 3.0), (2, 2.0)]


def test_what_is_no_number_comes_last() -> None:
    values = [math.nan, -math.inf, 1.0, math.inf, 1.0]
    slate = arrange(waiting=[], scored=[Candidate(i, i, v) for i, v in enumerate(values)], length=5)
    assert [c.video_id for c in slate] == [3, 4, 2, 1, 0]


def test_the_same_input_gives_the_same_slate() -> None:
    pool = [Candidate(i, i % 5, float("nan")) for i in range(30)]
    assert arrange(waiting=[], scored=pool, length=30) == arrange(waiting=[], scored=pool[::-1], length=30)


def test_a_site_of_one_creator_is_no_slower() -> None:
    def seconds(creators: int) -> float:
        pool = [Candidate(i, i % creators, float(i)) for i in range(1400)]
        start = monotonic()
        arrange(waiting=[], scored=pool, length=300)
        return monotonic() - start

    many = min(seconds(1400) for _ in range(3))
    assert min(seconds(1) for _ in range(3)) < 100 * many + 0.1


# --- Scores ---------------------------------------------------------------------------------------------------


def test_what_is_liked_counts_for_more_and_what_is_old_for_less() -> None:
    def liked(age: float, likes: int) -> float:
        return score(Features(age_hours=age, likes=likes, views=10))

    assert liked(5, 9) > liked(5, 0) > liked(50, 0)


@pytest.mark.parametrize(
    "better",
    [
        {"warmth": 5.0},
        {"watched": 3},
        *({"strengths": {source: 0.5}} for source in ("engaged", "related", "taste", "interest")),
    ],
)
def test_what_is_popular_now_or_near_to_the_viewer_counts_for_more(better: dict) -> None:
    assert rank([Features(age_hours=5, **better)]) > rank([Features(age_hours=5)])


@given(
    st.builds(
        Features,
        age_hours=st.floats(-1e6, 1e6),
        likes=st.integers(0, 10**12),
        views=st.integers(0, 10**12),
        warmth=st.floats(-2000, 2000).map(lambda heat: warmth(heat, 0.0)),
        watched=st.integers(0, 10**9),
        strengths=st.dictionaries(st.sampled_from(["engaged", "taste", "x"]), st.floats(0, 1)),
    )
)
def test_a_score_is_always_a_number(features: Features) -> None:
    assert math.isfinite(score(features))
    assert score(features) > 0


def test_each_day_halves_the_warmth() -> None:
    assert warmth(20_000.0, 20_000.0) == 1
    assert warmth(20_001.0, 20_002.0) == warmth(20_003.0, 20_004.0) == 0.5
