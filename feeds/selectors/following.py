"""The Following feed. It is read in rounds: the rows that edges let through, then those of their videos that the viewer
may see, again further down while the page is short."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Min, QuerySet
from django.utils import timezone

from accounts.models import User
from feeds.models import InboxEntry
from feeds.querysets import muted_by
from feeds.reasons import Reason, Source
from feeds.selectors.cards import Card, cards
from feeds.sql.feed import PULLED_FEED
from follows.models import Follow, Mute
from socialvideo.lib import lookups  # noqa: F401  # registers __among
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor
from socialvideo.lib.prepared import Prepared
from videos.models import Publication, Video
from videos.querysets import VideoQuerySet

PAGE_SIZE = 5  # one card is in sight; the next page comes before it is needed
SPARE = 5  # looked at beyond a page, for the few that are hidden by now
ROWS = 40  # of the inbox in the first round
MOST_ROWS = 1280
COUNTED = 1000  # newest entries, among which unseen ones are counted
MOST_NEW = 99  # that a page is told of
MOST_LATELY = 200
TOP = 2**63 - 1
State = InboxEntry.State
FOLLOWED = Reason(Source.FOLLOWING.value)


def following_videos(viewer_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Video]:
    """Videos of the creators whom the viewer follows, newest publication first. True with every worker stopped."""
    found: list[Video] = []
    for publication_ids, _ in rounds(viewer_id, start_of(cursor)):
        for some in (publication_ids[: size + SPARE], publication_ids[size + SPARE :]):
            found += visible(viewer_id, some)
            if len(found) > size:
                return Page(found[:size], encode_cursor([found[size - 1].publication.pk]))
    return Page(found)


def following_page(viewer_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Card]:
    page = following_videos(viewer_id, cursor=cursor, size=size)
    return Page(following_cards(viewer_id, page.items), page.next_cursor)


def following_cards(viewer_id: int, videos: Iterable[Video]) -> list[Card]:
    return cards(viewer_id, [(video, FOLLOWED) for video in videos])


def cards_of(viewer_id: int, video_ids: Sequence[int]) -> list[Card]:
    """As the feed shows them, newest publication first."""
    videos = Video.objects.visible_to(viewer_id).with_card().filter(id__among=video_ids)
    return following_cards(viewer_id, videos.order_by("-publication"))


@dataclass(frozen=True)
class Absent:
    """Videos by which a page that shows some of the feed differs from it: `new` ones it lacks, as far as it goes down,
    and `gone` ones are in the feed no more. `more`: there are more new ones than a page is told of."""

    new: Sequence[int] = ()
    gone: Sequence[int] = ()
    more: bool = False


def absent_from(viewer_id: int, shown: Sequence[int]) -> Absent:
    """Not by what is above the newest that is shown: publications are not committed in the order of their ids, and a new
    follow brings older ones."""
    placed = dict(Publication.objects.filter(video__id__among=shown).values_list("video_id", "id"))
    down_to = min(placed.values(), default=0)
    held: list[int] = []
    read_to = 0
    for publication_ids, _ in rounds(viewer_id, TOP):
        some = [publication_id for publication_id in publication_ids if publication_id >= down_to]
        held += visible_to(viewer_id, some).values_list("pk", flat=True) if some else []
        if len(held) > len(shown) + MOST_NEW or len(some) < len(publication_ids):
            read_to = publication_ids[-1]
            break
    new = [video_id for video_id in held if video_id not in placed]
    gone = [video_id for video_id, publication_id in placed.items() if publication_id >= read_to]
    return Absent(new[:MOST_NEW], [video_id for video_id in gone if video_id not in held], len(new) > MOST_NEW)


@dataclass(frozen=True)
class Emptiness:
    """Whom somebody follows, whose feed shows nothing."""

    following: int
    requested: int
    muted: int
    first_back: datetime | None  # when the first of the mutes ends by itself

    @property
    def kind(self) -> str:
        if not self.following:
            return "waiting" if self.requested else "nobody"
        return "all_muted" if self.muted == self.following else "nothing_yet"


def emptiness(viewer_id: int) -> Emptiness:
    edges = Follow.objects.of_follower(viewer_id)
    muted = edges.active().filter(muted_by(viewer_id, "followee_id"))
    back = Mute.objects.filter(muter_id=viewer_id, muted__in=muted.values("followee")).aggregate(at=Min("until"))
    return Emptiness(edges.active().count(), edges.requested().count(), muted.count(), back["at"])


class Brought(NamedTuple):
    number: int
    at_least: bool  # counting was given up there


def brought_lately(viewer_id: int, *, days: int = 7) -> Brought:
    """How many videos the feed got in the last days."""
    _, publication_ids, _ = read(viewer_id, TOP, MOST_LATELY)
    since = timezone.now() - timedelta(days=days)
    lately = Publication.objects.filter(id__among=publication_ids, published_at__gt=since)
    number = Video.objects.visible_to(viewer_id).filter(publication__in=lately).count()
    return Brought(number, len(publication_ids) == MOST_LATELY and lately.filter(pk=publication_ids[-1]).exists())


def pulled_videos(viewer_id: int) -> list[Video]:
    """The whole feed as it is defined, asking every publication: what `following_videos` must answer."""
    with connection.cursor() as cursor:
        cursor.execute(PULLED_FEED, {"viewer": viewer_id, "before": TOP, "rows": None})
        return visible(viewer_id, [row[0] for row in cursor.fetchall()])


@dataclass(frozen=True)
class Overview:
    """What every page shows of somebody's feed. `unseen`: new videos with an unseen alert, among the newest `COUNTED`
    entries; older ones count as seen. `creator_ids`: who posted lately, the last one first."""

    unseen: int = 0
    creator_ids: Sequence[int] = ()


def overview(viewer_id: int) -> Overview:
    """Two queries, the second of none but what the first found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM feeds_overview(%s, %s, %s)", [viewer_id, ROWS, COUNTED])
        newest, alerted = cursor.fetchone()
    if not newest and not alerted:
        return Overview()
    creators = dict(_creators(viewer_id=viewer_id, publication_ids=[*{*newest, *alerted}]))
    lately = dict.fromkeys(creators[publication_id] for publication_id in newest if publication_id in creators)
    return Overview(sum(publication_id in creators for publication_id in alerted), tuple(lately))


def posted_lately(seen: Overview, *, size: int = 8) -> list[User]:
    """Creators whom the viewer follows, by their newest video among the newest of the feed."""
    accounts = User.objects.in_bulk(seen.creator_ids[:size]) if seen.creator_ids else {}
    return [accounts[account_id] for account_id in seen.creator_ids[:size]]


def _creators_of(viewer_id: int, publication_ids: Sequence[int]) -> QuerySet[Video, tuple[int, int]]:
    """Of those that the viewer may see."""
    shown = Video.objects.visible_to(viewer_id).filter(publication__id__among=publication_ids)
    return shown.values_list("publication", "creator")


_creators = Prepared(_creators_of, viewer_id=int, publication_ids=list)


def rounds(viewer_id: int, before: int, *, least: int = State.FEED_ONLY) -> Iterator[tuple[list[int], dict[int, int]]]:
    """Publications that edges let through, newest first, with their states; each round further down and wider."""
    rows = ROWS
    while before > 0:
        down_to, publication_ids, states = read(viewer_id, before, rows, least=least)
        yield publication_ids, dict(zip(publication_ids, states, strict=True))
        before = publication_ids[-1] if len(publication_ids) == rows else down_to
        rows = min(2 * rows, MOST_ROWS)


def read(viewer_id: int, before: int, rows: int, *, least: int = State.FEED_ONLY) -> tuple[int, list[int], list[int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM feeds_following(%s, %s, %s, %s)", [viewer_id, before, rows, int(least)])
        down_to, publication_ids, states = cursor.fetchone()
    return down_to, publication_ids, states


def visible(viewer_id: int, publication_ids: Sequence[int]) -> list[Video]:
    return list(_visible(viewer_id=viewer_id, publication_ids=list(publication_ids))) if publication_ids else []


def visible_to(viewer_id: int, publication_ids: Sequence[int]) -> VideoQuerySet:
    videos = Video.objects.visible_to(viewer_id).with_card().select_related("publication")
    return videos.filter(publication__id__among=publication_ids).order_by("-publication")


_visible = Prepared(visible_to, viewer_id=int, publication_ids=list)


def start_of(cursor: str) -> int:
    key = decode_cursor(cursor, 1) if cursor else None
    return key[0] if key and isinstance(key[0], int) else TOP
