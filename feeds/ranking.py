"""The order of For You. Creators whom the viewer follows come first in fixed slots, whatever the score says: with q of
them waiting, each one's newest unseen video stands at position 10·⌈q/3⌉ or before. Pure: no database, no clock, no
randomness.

Another ranker can take the place of `rank`: whatever answers a number for each of the features it is given. What it
answers decides only between the slots."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

TEN = 10
FOLLOWED_SLOTS = (2, 5, 8)  # of each ten: filled before all others
EXPLORE_SLOT = 7  # of each ten: something that few have seen
MOST_OF_A_CREATOR = 2  # in any ten in a row

# What counts how much that somebody is fond of a video: by the source that found it, each from 0 to 1.
FONDNESS = {"reposted": 2.0, "engaged": 1.5, "related": 1.0, "taste": 1.0, "interest": 0.5}


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a video and of the one who may be shown it. `strengths` says, from 0 to 1, how strongly each source
    spoke for it; `warmth` is its present popularity; `watched` how many videos of its creator the viewer has watched."""

    age_hours: float
    likes: int = 0
    comments: int = 0
    views: int = 0
    warmth: float = 0.0
    watched: int = 0
    strengths: Mapping[str, float] = field(default_factory=dict)


class Ranker(Protocol):
    def __call__(self, features: Sequence[Features], /) -> Sequence[float]: ...


def rank(features: Sequence[Features], /) -> list[float]:
    return [score(each) for each in features]


def score(features: Features) -> float:
    """What is liked counts for more, what is old for less, and what the viewer has shown to like for more again."""
    seen = math.log1p(3 * features.likes + 5 * features.comments + features.views)
    fondness = sum(FONDNESS.get(source, 0.0) * strength for source, strength in features.strengths.items())
    tie = math.log1p(features.watched) / 4
    return (1 + seen + 2 * math.log1p(features.warmth)) * (1 + fondness + tie) / math.sqrt(_age(features) + 12)


def _age(features: Features) -> float:
    return max(features.age_hours, 0.0)


def warmth(heat: float, days: float) -> float:
    """The present popularity that a heat means `days` after 1970: each day halves it."""
    return 2.0 ** min(heat - days, 100.0)


# --- Slots ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A video that may be shown."""

    video_id: int
    creator_id: int
    score: float = 0.0


def arrange(
    *,
    waiting: Sequence[Candidate],
    scored: Sequence[Candidate],
    little_seen: Sequence[Candidate] = (),
    length: int,
    before: Sequence[int] = (),
) -> list[Candidate]:
    """A slate of at most `length` different videos.

    `waiting` holds one video per followed creator, who waited longest first. `little_seen` are those of `scored` that
    the explore slot prefers, best first. `before` are the creators of what stands in front. A creator's videos never
    stand side by side and are at most two in ten; where nothing else is left, side by side gives way first, then the
    two, never a slot of `waiting`.
    """
    queue = _once(waiting)
    pool = {video_id: c for video_id, c in _once(sorted(scored, key=_by_score)).items() if video_id not in queue}
    length = min(length, len(queue) + len(pool))
    slate = _Slate(before)
    for k, candidate in enumerate(queue.values()):
        if (position := _slot(k, len(pool))) <= length:
            slate.put(position, candidate)
    explorers = [candidate.video_id for candidate in little_seen]
    for position in range(1, length + 1):
        if position not in slate.places:
            preferred = explorers if position % TEN == EXPLORE_SLOT else []
            chosen = slate.fitting(position, [pool[i] for i in preferred if i in pool])
            chosen = chosen or slate.least_harm(position, pool.values())
            slate.put(position, pool.pop(chosen.video_id))
    return [slate.places[position] for position in range(1, length + 1)]


def _once(candidates: Iterable[Candidate]) -> dict[int, Candidate]:
    """Each video once, where it stands first."""
    found: dict[int, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate.video_id, candidate)
    return found


def _by_score(candidate: Candidate) -> tuple[float, int]:
    """Best first, newest among equals; a score that is not a number is the worst."""
    return (math.inf if math.isnan(candidate.score) else -candidate.score, -candidate.video_id)


def _slot(k: int, others: int) -> int:
    """The position of the k-th who waits (from 0), moved up where there are not enough others to fill the way."""
    tens, slot = divmod(k, len(FOLLOWED_SLOTS))
    return min(tens * TEN + FOLLOWED_SLOTS[slot], k + 1 + others)


class _Slate:
    """Positions taken so far. Those of `before` are 0 and below."""

    def __init__(self, before: Sequence[int]) -> None:
        self.places: dict[int, Candidate] = {}
        self._creators = {-back: creator for back, creator in enumerate(before[:-TEN:-1])}

    def put(self, position: int, candidate: Candidate) -> None:
        self.places[position] = candidate
        self._creators[position] = candidate.creator_id

    def fitting(self, position: int, candidates: Iterable[Candidate]) -> Candidate | None:
        return _first(candidates, lambda c: not self._beside(position, c) and not self._crowds(position, c))

    def least_harm(self, position: int, candidates: Iterable[Candidate]) -> Candidate:
        return (
            self.fitting(position, candidates)
            or _first(candidates, lambda creator: not self._crowds(position, creator))
            or _first(candidates, lambda creator: not self._beside(position, creator))
            or next(iter(candidates))
        )

    def _beside(self, position: int, creator: int) -> bool:
        return creator in (self._creators.get(position - 1), self._creators.get(position + 1))

    def _crowds(self, position: int, creator: int) -> bool:
        """Whether some ten in a row would hold a third video of the creator."""
        around = range(position - TEN + 1, position + TEN)
        taken = [other for other in around if other == position or self._creators.get(other) == creator]
        return any(last - first < TEN for first, last in zip(taken, taken[MOST_OF_A_CREATOR:], strict=False))


def _first(candidates: Iterable[Candidate], is_fine: Callable[[int], bool]) -> Candidate | None:
    """The first of a creator who is fine; each creator is asked about once."""
    asked = cache(is_fine)
    return next((candidate for candidate in candidates if asked(candidate.creator_id)), None)
