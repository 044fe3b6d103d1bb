"""The order of For You. Creators whom the viewer follows come first in fixed slots, whatever the score says: with q of
them waiting, each one's newest unseen video stands at position 10·⌈q/3⌉ or before. Pure: no database, no clock, no
randomness."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TEN = 10
FOLLOWED_SLOTS = (2, 5, 8)  # of each ten: filled before all others
EXPLORE_SLOT = 7  # of each ten: something that few have seen
MOST_OF_A_CREATOR = 2  # in any ten in a row


@dataclass(frozen=True, slots=True)
class Candidate:
    """A video that may be shown, and why."""

    video_id: int
    creator_id: int
    reason: str
    score: float = 0.0


def score(*, age_hours: float, likes: int, comments: int, views: int) -> float:
    """What is liked counts for more, what is old for less."""
    heat = math.log1p(3 * likes + 5 * comments + views) + 1
    return heat / math.sqrt(max(age_hours, 0.0) + 12.0)


def arrange(
    *, waiting: Sequence[Candidate], scored: Sequence[Candidate], little_seen: Sequence[Candidate] = (), length: int
) -> list[Candidate]:
    """A slate of at most `length` different videos.

    `waiting` holds one video per followed creator, who waited longest first. `little_seen` are those of `scored` that
    the explore slot prefers, best first. A creator's videos never stand side by side and are at most two in ten; where
    nothing else is left, side by side gives way first, then the two, never a slot of `waiting`.
    """
    promised = {candidate.video_id for candidate in waiting}
    pool = {c.video_id: c for c in sorted(scored, key=_by_score) if c.video_id not in promised}
    length = min(length, len(waiting) + len(pool))
    slate = _Slate({_slot(k, len(pool)): c for k, c in enumerate(waiting) if _slot(k, len(pool)) <= length})
    explorers = [c.video_id for c in little_seen if c.video_id in pool]
    for position in range(1, length + 1):
        if position in slate.places:
            continue
        preferred = explorers if position % TEN == EXPLORE_SLOT else []
        chosen = slate.first_that_fits(position, [pool[i] for i in preferred if i in pool])
        chosen = chosen or slate.first_that_fits(position, pool.values()) or slate.least_harm(position, pool.values())
        slate.put(position, pool.pop(chosen.video_id))
    return [slate.places[position] for position in range(1, length + 1)]


def _by_score(candidate: Candidate) -> tuple[float, int]:
    """Best first, newest among equals; a score that is not a number is the worst."""
    return (math.inf if math.isnan(candidate.score) else -candidate.score, -candidate.video_id)


def _slot(k: int, others: int) -> int:
    """The position of the k-th who waits (from 0), moved up where there are not enough others to fill the way."""
    tens, slot = divmod(k, len(FOLLOWED_SLOTS))
    return min(tens * TEN + FOLLOWED_SLOTS[slot], k + 1 + others)


class _Slate:
    """Positions taken so far, by position and by creator."""

    def __init__(self, places: dict[int, Candidate]) -> None:
        self.places = places
        self._of_creator: dict[int, list[int]] = {}
        for position, candidate in places.items():
            self._of_creator.setdefault(candidate.creator_id, []).append(position)

    def put(self, position: int, candidate: Candidate) -> None:
        self.places[position] = candidate
        self._of_creator.setdefault(candidate.creator_id, []).append(position)

    def first_that_fits(self, position: int, candidates: Iterable[Candidate]) -> Candidate | None:
        return next((c for c in candidates if not self._beside(position, c) and not self._crowds(position, c)), None)

    def least_harm(self, position: int, candidates: Iterable[Candidate]) -> Candidate:
        return next((c for c in candidates if not self._crowds(position, c)), None) or next(iter(candidates))

    def _beside(self, position: int, candidate: Candidate) -> bool:
        return any(abs(position - other) == 1 for other in self._of_creator.get(candidate.creator_id, ()))

    def _crowds(self, position: int, candidate: Candidate) -> bool:
        """Whether some ten in a row would hold a third video of the creator."""
        near = [p for p in self._of_creator.get(candidate.creator_id, ()) if abs(p - position) < TEN]
        near = sorted([*near, position])
        return any(last - first < TEN for first, last in zip(near, near[MOST_OF_A_CREATOR:], strict=False))
