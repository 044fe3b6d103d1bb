"""The slate: what For You shows in which order, frozen for a quarter of an hour, so that paging neither repeats nor skips.
It holds as long as the viewer's ties are what they were; whether each video may still be shown is asked again at
each reading.

A slate never changes. What goes on behind its end is another one that begins with it. What goes on after it was lost, with
the cache or because ties changed, begins with what was shown: a cursor names the last of that itself."""

import re
import secrets
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from django.core.cache import cache
from django.utils import timezone

from feeds.for_you import sources
from feeds.for_you.scoring import scored
from feeds.for_you.sources import OF_A_SOURCE, Found
from feeds.ranking import TEN, Candidate, arrange
from feeds.reasons import Reason, Source
from feeds.selectors.cards import Card, cards
from feeds.selectors.following import PAGE_SIZE
from follows.selectors.ties import ties_version
from socialvideo.lib.pagination import Page
from videos.models import Video

BATCH = 300  # in tens, so that the slots go on in the next one
MOST = 3000  # nobody pages further in a quarter of an hour
SPARE = 5  # looked at beyond a page, for the few that are hidden by now
FROZEN_SECONDS = 15 * 60
SHOWN_IN_CURSOR = 100


class Entry(NamedTuple):
    video_id: int
    creator_id: int  # 0: not known any more
    reason: Reason


class Slate(NamedTuple):
    """Named, so that a page knows which one it goes on with. `is_whole`: there is nothing behind its end."""

    name: str
    entries: list[Entry]
    is_whole: bool


def for_you_page(viewer_id: int | None, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Card]:
    """The next cards of the viewer's slate (None: somebody who is not logged in)."""
    place = Place.of(cursor)
    slate, position = _current(viewer_id, place)
    found: list[tuple[Video, Reason]] = []
    looked_at = size + SPARE
    while len(found) < size:
        slate = _reaching(viewer_id, slate, position)
        part = slate.entries[position : position + looked_at]
        if not part:
            break
        looked_at *= 2  # where much is hidden by now, few statements find the rest
        shown = sources.shown(viewer_id=viewer_id, video_ids=[entry.video_id for entry in part])
        videos = {video.pk: video for video in shown}
        for entry in part:
            if len(found) == size:
                break
            position += 1
            if entry.video_id in videos and entry.video_id not in place.shown:
                found.append((videos[entry.video_id], entry.reason))
    slate = _reaching(viewer_id, slate, position)
    more = position < len(slate.entries)
    return Page(cards(viewer_id, found), _cursor(slate, position) if more else "")


# --- Freezing -------------------------------------------------------------------------------------------------


def _current(viewer_id: int | None, place: "Place") -> tuple[Slate, int]:
    """The slate that a page goes on with, or the current one, and where in it; a new one in place of what is out of date or
    lost. One that a page in the middle goes on with is nobody's first page. All who are not logged in have one and the same:
    whatever cursors they make up, no further one is made."""
    ties = f"{ties_version(viewer_id)}."
    name = place.name or cache.get(_current_key(viewer_id, ties))
    stored: Slate | None = cache.get(_key(viewer_id, name)) if name else None
    if stored and stored.name.startswith(ties):
        return stored, min(place.position, len(stored.entries))
    if viewer_id is None and place.name:
        return _current(None, Place(position=place.position))
    shown = stored.entries[: place.position] if stored else [Entry(each, 0, _LOST) for each in place.shown]
    slate = _longer(viewer_id, Slate(ties, shown, is_whole=False))
    if not place.name:
        cache.set(_current_key(viewer_id, ties), slate.name, FROZEN_SECONDS)
    return slate, min(place.position, len(slate.entries)) if viewer_id is None else len(shown)


_LOST = Reason(Source.AGAIN.value)


def _reaching(viewer_id: int | None, slate: Slate, position: int) -> Slate:
    """The slate, or the one that goes on behind its end."""
    if position < len(slate.entries) or slate.is_whole:
        return slate
    behind = _behind_key(viewer_id, slate.name)
    known: Slate | None = cache.get(_key(viewer_id, cache.get(behind, "")))
    longer = known or _longer(viewer_id, slate)
    cache.set(behind, longer.name, FROZEN_SECONDS)
    return longer


def _longer(viewer_id: int | None, slate: Slate) -> Slate:
    entries, is_last = _batch(viewer_id, slate.entries)
    name = f"{slate.name.partition('.')[0]}.{secrets.token_urlsafe(6)}"
    entries = [*slate.entries, *entries]
    longer = Slate(name, entries, is_last or len(entries) >= MOST)
    cache.set(_key(viewer_id, name), longer, FROZEN_SECONDS)
    return longer


def forget_slate(viewer_id: int) -> None:
    """The next first page has a slate of its own."""
    cache.delete(_current_key(viewer_id, f"{ties_version(viewer_id)}."))


def _key(viewer_id: int | None, name: str) -> str:
    return f"for-you:{viewer_id or 'anybody'}:slate:{name}"


def _behind_key(viewer_id: int | None, name: str) -> str:
    return f"for-you:{viewer_id or 'anybody'}:behind:{name}"


def _current_key(viewer_id: int | None, ties: str) -> str:
    return f"for-you:{viewer_id or 'anybody'}:current:{ties}"


class Place(NamedTuple):
    """Where a page goes on: the slate's name, the position, and what was shown last, in case the slate is lost."""

    name: str = ""
    position: int = 0
    shown: tuple[int, ...] = ()

    @classmethod
    def of(cls, cursor: str) -> "Place":
        """A damaged cursor is the first page."""
        if not (match := _CURSOR.fullmatch(cursor)):
            return cls()
        return cls(match[1], int(match[2]), tuple(int(each, 36) for each in match[3].split("-") if each))


_CURSOR = re.compile(
    rf"(\d{{1,19}}\.[\w-]{{1,20}})~(\d{{1,5}})~((?:[0-9a-z]{{1,12}}-){{0,{SHOWN_IN_CURSOR}}})", re.ASCII
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _cursor(slate: Slate, position: int) -> str:
    shown = slate.entries[max(0, position - SHOWN_IN_CURSOR) : position]
    return f"{slate.name}~{position}~{''.join(f'{_base36(entry.video_id)}-' for entry in shown)}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


# --- Making ---------------------------------------------------------------------------------------------------


def _batch(viewer_id: int | None, stand: Sequence[Entry]) -> tuple[list[Entry], bool]:
    """What comes behind what stands already, and whether that is all there is: first what the viewer has not seen, then
    the rest once more."""
    without = [entry.video_id for entry in stand]
    queue = sources.waiting(viewer_id, without=without)
    found = sources.gather(viewer_id, without=without)
    pool = [*queue, *chain.from_iterable(found.values())]
    placed = arrange(
        waiting=_candidates(queue),
        scored=scored(viewer_id, pool, timezone.now()),
        little_seen=_candidates(found[Source.EXPLORE]),
        length=BATCH,
        before=[entry.creator_id for entry in stand[-TEN:]],
    )
    batch = _entries(placed, pool)
    if any(len(some) >= OF_A_SOURCE for some in (queue, *found.values())):
        return batch, False
    if viewer_id is None or len(batch) == BATCH:
        return batch, len(batch) < BATCH
    again = _again(viewer_id, [*stand, *batch], BATCH - len(batch))
    return [*batch, *again], len(batch) + len(again) < BATCH


def _again(viewer_id: int, stand: Sequence[Entry], length: int) -> list[Entry]:
    found = sources.seen_before(viewer_id, without=[entry.video_id for entry in stand])
    before = [entry.creator_id for entry in stand[-TEN:]]
    placed = arrange(waiting=[], scored=scored(viewer_id, found, timezone.now()), length=length, before=before)
    return _entries(placed, found)


def _entries(placed: Sequence[Candidate], pool: Sequence[Found]) -> list[Entry]:
    """Of several sources that found a video, the first gives the reason."""
    reasons = {each.video_id: each.reason for each in reversed(pool)}
    return [Entry(each.video_id, each.creator_id, reasons[each.video_id]) for each in placed]


def _candidates(found: Sequence[Found]) -> list[Candidate]:
    return [Candidate(each.video_id, each.creator_id) for each in found]
