"""For You: gathered from a few bounded sources, arranged by the slot rule, then frozen for a quarter of an hour, so that
paging neither repeats nor skips. A slate holds as long as the viewer's ties are what they were; whether each video may
still be seen is asked again at every reading. Without the cache a slate is made afresh each time."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from feeds.querysets import muted_by
from feeds.ranking import Candidate, arrange, score
from feeds.selectors import PAGE_SIZE, Card, cards
from follows.models import Follow
from follows.selectors.ties import ties_version
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor, keyset_page
from videos.models import Publication, Video, Watch
from videos.querysets import VideoQuerySet

OF_A_SOURCE = 200  # candidates
LATELY = 1000  # newest videos among which the popular ones are looked for
LENGTH = 300
FROZEN_SECONDS = 15 * 60
FEW_VIEWS = 10
MOST_POPULAR = 60  # on the explore page
GRID_SIZE = 24


@dataclass(frozen=True)
class Slate:
    """Videos in their order, each with its reason. Named, so that a page knows which slate it goes on with."""

    name: str
    entries: list[tuple[int, str]]


def for_you_page(viewer_id: int | None, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Card]:
    """The next cards of the viewer's slate (None: somebody who is not logged in). Where the slate was dropped since the
    page before, what was shown stays in front of the new one, and nothing comes twice."""
    name, position = _place(cursor)
    slate = _slate(viewer_id, name, position)
    found: list[tuple[Video, str]] = []
    while len(found) < size and position < len(slate.entries):
        part = slate.entries[position : position + size - len(found)]
        found += visible(viewer_id, part)
        position += len(part)
    more = position < len(slate.entries)
    return Page(cards(viewer_id, found), encode_cursor([slate.name, position]) if more else "")


def visible(viewer_id: int | None, entries: Sequence[tuple[int, str]]) -> list[tuple[Video, str]]:
    """Those of the entries that the viewer may see now, in their order. One query."""
    wanted = [video_id for video_id, _ in entries]
    videos = _shown_to(viewer_id).with_card().in_bulk(wanted)
    return [(videos[video_id], reason) for video_id, reason in entries if video_id in videos]


def fresh(viewer_id: int | None, *, at_most: int = OF_A_SOURCE) -> list[Video]:
    """The newest videos for everyone."""
    return list(_rated(viewer_id, _newest(viewer_id)[:at_most]))


def popular(viewer_id: int | None, *, at_most: int = OF_A_SOURCE) -> list[Video]:
    """The most liked, discussed and seen among the latest videos. Two queries, which walk no more than those."""
    warmth = F("count__likes") * 3 + F("count__comments") * 5 + F("count__views")
    latest = _newest(viewer_id).annotate(warmth=warmth).values_list("pk", "warmth")[:LATELY]
    best = [video_id for video_id, _ in sorted(latest, key=lambda row: -row[1])[:at_most]]
    found = _rated(viewer_id, Video.objects.filter(pk__in=best)).in_bulk()
    return [found[video_id] for video_id in best if video_id in found]


def explore_page(viewer_id: int | None, *, sort: str, cursor: str = "") -> Page[Video]:
    """ "new": everything for everyone, newest first. "popular": one page of what is popular."""
    if sort == "new":
        newest = _newest(viewer_id).with_card().select_related("publication")
        return keyset_page(newest, order=["-publication__id"], cursor=cursor, size=GRID_SIZE)
    best = popular(viewer_id, at_most=MOST_POPULAR)
    return Page([video for video, _ in visible(viewer_id, [(video.pk, "popular") for video in best])])


def suggested(viewer_id: int | None, *, at_most: int) -> list[User]:
    """Whom to follow: creators of popular videos whom the viewer does not follow or mute, the most popular first."""
    creators = dict.fromkeys(video.creator_id for video in popular(viewer_id))
    accounts = User.objects.present().filter(~muted_by(viewer_id, "pk"), pk__in=creators)
    if viewer_id is not None:
        accounts = accounts.exclude(pk=viewer_id).exclude(
            pk__in=Follow.objects.of_follower(viewer_id).values("followee")
        )
    found = accounts.in_bulk()
    return [found[account_id] for account_id in creators if account_id in found][:at_most]


# --- Freezing -------------------------------------------------------------------------------------------------


def _slate(viewer_id: int | None, name: str, position: int) -> Slate:
    """The slate of that name (none: the current one), as long as the viewer's ties are what they were when it was made;
    else a new one. One that a page in the middle goes on with begins with what was shown and is nobody's first page."""
    ties = f"{ties_version(viewer_id)}."
    wanted = name or cache.get(_key(viewer_id, ties)) or ""
    entries = cache.get(_key(viewer_id, wanted)) if wanted else None
    if entries is not None and wanted.startswith(ties):
        return Slate(wanted, entries)
    shown = (entries or [])[:position] if name else []
    slate = Slate(ties + _new_name(), [*shown, *_arranged(viewer_id, {video_id for video_id, _ in shown})])
    cache.set(_key(viewer_id, slate.name), slate.entries, FROZEN_SECONDS)
    if not name:
        cache.set(_key(viewer_id, ties), slate.name, FROZEN_SECONDS)
    return slate


def _key(viewer_id: int | None, name: str) -> str:
    """The version of the viewer's ties: the current slate's name, which begins with it. A slate's name: its entries."""
    return f"slate:{viewer_id or 'anybody'}:{name}"


def _new_name() -> str:
    return secrets.token_urlsafe(6)


def _place(cursor: str) -> tuple[str, int]:
    key: list[Any] | None = decode_cursor(cursor, 2) if cursor else None
    if key and isinstance(key[0], str) and key[0].isascii() and key[0].isprintable() and isinstance(key[1], int):
        return key[0].replace(" ", ""), max(key[1], 0)
    return "", 0


# --- Gathering ------------------------------------------------------------------------------------------------


def _arranged(viewer_id: int | None, without: set[int]) -> list[tuple[int, str]]:
    """First all that the viewer has not seen, then the rest once more."""
    waiting = [candidate for candidate in _waiting(viewer_id) if candidate.video_id not in without]
    rated: dict[int, Any] = {video.pk: video for video in [*fresh(viewer_id), *popular(viewer_id)]}
    left = [video for video in rated.values() if video.pk not in without]
    now = timezone.now()
    unseen = [_candidate(video, now) for video in left if not video.is_seen]
    rare = [_candidate(video, now) for video in left if video.count.views < FEW_VIEWS]
    slate = arrange(waiting=waiting, scored=unseen, little_seen=rare, length=LENGTH)
    seen = [_candidate(video, now) for video in left if video.is_seen]
    slate += arrange(waiting=[], scored=seen, length=LENGTH - len(slate))
    return [(candidate.video_id, candidate.reason) for candidate in slate]


def _waiting(viewer_id: int | None) -> Iterable[Candidate]:
    """For each creator whom the viewer follows their newest video that the viewer has not seen; first those of whom
    the viewer has seen nothing for the longest time. One query."""
    if viewer_id is None:
        return []
    watched = Watch.objects.filter(viewer_id=viewer_id)
    unseen = (
        Publication.objects.filter(creator_id=OuterRef("followee_id"), id__gte=OuterRef("shows_from"))
        .filter(Exists(Video.objects.visible_to(viewer_id).filter(pk=OuterRef("video_id"))))
        .exclude(Exists(watched.filter(video_id=OuterRef("video_id"))))
        .order_by("-id")
    )
    last_shown = watched.filter(video__creator_id=OuterRef("followee_id")).order_by("-last_at").values("last_at")[:1]
    edges = (
        Follow.objects.active()
        .of_follower(viewer_id)
        .exclude(muted_by(viewer_id, "followee_id"))
        .annotate(video_id=Subquery(unseen.values("video_id")[:1]), last_shown=Subquery(last_shown))
        .filter(video_id__isnull=False)
        .order_by(F("last_shown").asc(nulls_first=True), "-video_id")
        .values_list("video_id", "followee_id")
    )
    return [Candidate(video_id, creator_id, "followed") for video_id, creator_id in edges[:OF_A_SOURCE]]


def _candidate(video: Any, now: datetime) -> Candidate:
    rating = score(
        age_hours=(now - video.published_at).total_seconds() / 3600,
        likes=video.count.likes,
        comments=video.count.comments,
        views=video.count.views,
    )
    reason = "new" if video.count.views < FEW_VIEWS else "popular"
    return Candidate(video.pk, video.creator_id, "followed" if video.is_followed else reason, rating)


def _shown_to(viewer_id: int | None) -> VideoQuerySet:
    """What the viewer may see and did not make, of nobody whom they mute."""
    videos = Video.objects.visible_to(viewer_id).filter(state="published")
    if viewer_id is None:
        return videos
    return videos.exclude(creator_id=viewer_id).exclude(muted_by(viewer_id, "creator_id"))


def _newest(viewer_id: int | None) -> VideoQuerySet:
    return _shown_to(viewer_id).filter(visibility="everyone").order_by("-published_at")


def _rated(viewer_id: int | None, videos: VideoQuerySet) -> VideoQuerySet:
    """With what the score is made of, and whether the viewer knows video and creator."""
    seen = Watch.objects.filter(viewer_id=viewer_id, video_id=OuterRef("pk"))
    followed = Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("creator_id"))
    return videos.select_related("count").annotate(is_seen=Exists(seen), is_followed=Exists(followed))
