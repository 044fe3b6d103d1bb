"""The Following feed. It is read in rounds: the rows that edges let through, then those of their videos that the viewer
may see, again further down while the page is short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from feeds.models import InboxEntry
from feeds.reasons import Reason, Source
from feeds.selectors.cards import Card, cards
from feeds.sql.feed import PULLED_FEED
from socialvideo.lib import lookups  # noqa: F401  # registers __among
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor
from videos.models import Video
from videos.querysets import VideoQuerySet

PAGE_SIZE = 10
SPARE = 5  # looked at beyond a page, for the few that are hidden by now
ROWS = 40  # of the inbox in the first round
MOST_ROWS = 1280
COUNTED = 1000  # newest entries, among which unseen ones are counted
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
    return Page(cards(viewer_id, [(video, FOLLOWED) for video in page.items]), page.next_cursor)


def pulled_videos(viewer_id: int) -> list[Video]:
    """The whole feed as it is defined, asking every publication: what `following_videos` must answer."""
    with connection.cursor() as cursor:
        cursor.execute(PULLED_FEED, {"viewer": viewer_id, "before": TOP, "rows": None})
        return visible(viewer_id, [row[0] for row in cursor.fetchall()])


@dataclass(frozen=True)
class Overview:
    """What every page shows of somebody's feed. `unseen`: new videos with an unseen alert, among the entries from the
    publication `horizon` on; older ones count as seen. `creator_ids`: who posted lately, the last one first."""

    unseen: int = 0
    horizon: int = 0
    creator_ids: Sequence[int] = ()


def overview(viewer_id: int) -> Overview:
    """Two queries, the second of none but what the first found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM feeds_overview(%s, %s, %s)", [viewer_id, ROWS, COUNTED])
        horizon, newest, alerted = cursor.fetchone()
    if not newest and not alerted:
        return Overview(horizon=horizon)
    shown = Video.objects.visible_to(viewer_id).filter(publication__id__among={*newest, *alerted})
    creators = dict(shown.order_by("-publication").values_list("publication", "creator"))
    lately = dict.fromkeys(creators[publication_id] for publication_id in newest if publication_id in creators)
    return Overview(sum(publication_id in creators for publication_id in alerted), horizon, tuple(lately))


def posted_lately(seen: Overview, *, size: int = 8) -> list[User]:
    """Creators whom the viewer follows, by their newest video among the newest of the feed."""
    accounts = User.objects.in_bulk(seen.creator_ids[:size]) if seen.creator_ids else {}
    return [accounts[account_id] for account_id in seen.creator_ids[:size]]


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
    return list(visible_to(viewer_id, publication_ids)) if publication_ids else []


def visible_to(viewer_id: int, publication_ids: Sequence[int]) -> VideoQuerySet:
    videos = Video.objects.visible_to(viewer_id).with_card().select_related("publication")
    return videos.filter(publication__id__among=publication_ids).order_by("-publication")


def start_of(cursor: str) -> int:
    key = decode_cursor(cursor, 1) if cursor else None
    return key[0] if key and isinstance(key[0], int) else TOP
