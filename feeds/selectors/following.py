"""The Following feed. It is read in rounds: the rows that edges let through, then those of their videos that the viewer
may see, again further down while the page is short."""

from collections.abc import Iterator, Sequence

from django.db import connection

from accounts.models import User
from feeds.models import InboxEntry
from feeds.selectors.cards import Card, cards
from feeds.sql.feed import FEED, PULLED_FEED
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor
from videos.models import Video

PAGE_SIZE = 10
ROWS = 40  # of the inbox in the first round
MOST_ROWS = 1280
TOP = 2**63 - 1
State = InboxEntry.State


def following_videos(viewer_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Video]:
    """Videos of the creators whom the viewer follows, newest publication first. True with every worker stopped."""
    found: list[Video] = []
    for publication_ids, _ in rounds(viewer_id, _before(cursor)):
        found += visible(viewer_id, publication_ids)
        if len(found) > size:
            return Page(found[:size], encode_cursor([found[size - 1].publication.pk]))
    return Page(found)


def following_page(viewer_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Card]:
    page = following_videos(viewer_id, cursor=cursor, size=size)
    return Page(cards(viewer_id, [(video, "followed") for video in page.items]), page.next_cursor)


def pulled_videos(viewer_id: int) -> list[Video]:
    """The whole feed as it is defined, asking every publication: what `following_videos` must answer."""
    with connection.cursor() as cursor:
        cursor.execute(PULLED_FEED, {"viewer": viewer_id, "before": TOP, "rows": None})
        return visible(viewer_id, [row[0] for row in cursor.fetchall()])


def posted_lately(viewer_id: int, *, size: int = 8) -> list[User]:
    """Creators whom the viewer follows, by their newest video among the newest of the feed."""
    _, publication_ids, _ = read(viewer_id, TOP, ROWS)
    creators = {video.creator_id: video.creator for video in visible(viewer_id, publication_ids)}
    return list(creators.values())[:size]


def rounds(viewer_id: int, before: int, *, least: int = State.FEED_ONLY) -> Iterator[tuple[list[int], dict[int, int]]]:
    """Publications that edges let through, newest first, with their states; each round further down and wider."""
    rows = ROWS
    while before > 0:
        down_to, publication_ids, states = read(viewer_id, before, rows, least=least)
        yield publication_ids, dict(zip(publication_ids, states, strict=True))
        before = publication_ids[-1] if len(publication_ids) == rows else down_to
        rows = min(2 * rows, MOST_ROWS)


def read(
    viewer_id: int, before: int, rows: int, *, least: int = State.FEED_ONLY, states: Sequence[int] | None = None
) -> tuple[int, list[int], list[int]]:
    wanted = [state for state in State.values if state >= least] if states is None else list(states)
    with connection.cursor() as cursor:
        cursor.execute(FEED, {"viewer": viewer_id, "before": before, "rows": rows, "least": least, "states": wanted})
        down_to, publication_ids, found = cursor.fetchone()
    return down_to, publication_ids, found


def visible(viewer_id: int, publication_ids: Sequence[int]) -> list[Video]:
    if not publication_ids:
        return []
    videos = Video.objects.visible_to(viewer_id).with_card().select_related("publication")
    return list(videos.filter(publication__in=publication_ids).order_by("-publication"))


def _before(cursor: str) -> int:
    key = decode_cursor(cursor, 1) if cursor else None
    return key[0] if key and isinstance(key[0], int) else TOP
