"""A video's figures over time: views, watch time, what was done to it, who came and left after it. Never who watched.

Read as differences of running sums (`videos/tallies.py`): a page costs by the periods that it shows. What is told of
watching is told of ten viewers at least, whichever days, pages and moments somebody subtracts from each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection

from follows.stats import Followers, came_and_left
from socialvideo.lib.pagination import Page, keyset_page
from socialvideo.lib.quarters import BEGINNING
from socialvideo.lib.spans import Span
from videos.models import TallyMark, Video
from videos.tallies import ALL, TOTALS
from videos.watching import Source

PAGE_SIZE = 20
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class Total(NamedTuple):
    """What a row of the tallies says: from the beginning to the end of its quarter. `told_…`: at the last moment when ten
    or more had begun to watch since such a moment."""

    views: int = 0
    likes: int = 0
    comments: int = 0
    reposts: int = 0
    bookmarks: int = 0
    shares: int = 0
    told_views: int = 0
    told_ms: int = 0
    told_completed: int = 0

    def since(self, other: "Total") -> "Total":
        return Total(*(later - earlier for later, earlier in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Sums:
    """What happened to a video in some time. Likes, comments, reposts and what was saved: less what was taken back. A view
    stays where the viewer's account is deleted later.

    `timed`: of how many views watch time is told; None where it is of none. Whoever watched 95 % of the length in all has
    watched to the end."""

    views: int
    likes: int
    comments: int
    reposts: int
    bookmarks: int
    shares: int
    timed: int
    watched_ms: int | None
    completed: int | None

    @property
    def average_ms(self) -> int | None:
        return None if self.watched_ms is None else round(self.watched_ms / self.timed)

    @property
    def completion(self) -> float | None:
        """Percent. Who began in one period may get to the end in the next."""
        return None if self.completed is None else min(100.0, 100 * self.completed / self.timed)


@dataclass(frozen=True)
class Period(Sums):
    """A day, week or month."""

    begins: date
    is_counted: bool


@dataclass(frozen=True)
class VideoFigures:
    """The periods of a span, the oldest first, and the sums of all of it. `sources`: views by where the video was shown, as
    far as that can be told; `untold`: the other views."""

    video: Video
    span: Span
    until: datetime
    sums: Sums
    periods: list[Period]
    sources: dict[str, int]
    after: Followers | None  # None: not published

    @property
    def by(self) -> str:
        return self.span.by

    @property
    def untold(self) -> int:
        return self.sums.views - sum(self.sources.values())


@dataclass(frozen=True)
class VideoRow:
    video: Video
    sums: Sums
    after: Followers | None  # None: not published


@dataclass(frozen=True)
class Best:
    """A video, and how often it was seen in some time."""

    video: Video
    views: int


def counted_until() -> datetime:
    """Up to when everything that happened is in the figures; long ago where nothing was counted yet."""
    mark = TallyMark.objects.first()
    return mark.until if mark else BEGINNING


# --- One video -------------------------------------------------------------------------------------------------------


def video_figures(video: Video, span: Span) -> VideoFigures:
    until, edges = counted_until(), span.edges
    totals = _totals([video.pk], [ALL], edges)
    ends = (edges[0], edges[-1])
    return VideoFigures(
        video=video,
        span=span,
        until=until,
        sums=_between(totals, video.pk, ends),
        periods=[
            Period(begins=begins, is_counted=between[0] < until, **_values(_between(totals, video.pk, between)))
            for begins, between in zip(span.beginnings, pairwise(edges), strict=True)
        ],
        sources=_by_source(video.pk, ends),
        after=_after(video.creator_id, [video])[0],
    )


def _by_source(video_id: int, ends: tuple[datetime, datetime]) -> dict[str, int]:
    totals = _totals([video_id], Source.values, ends)
    told = {source: _difference(totals, video_id, source, ends).told_views for source in Source.values}
    return {source: views for source, views in told.items() if views}


# --- All of a creator ------------------------------------------------------------------------------------------------


def figures_page(creator_id: int, *, span: Span | None = None, cursor: str = "") -> Page[VideoRow]:
    """The creator's published videos, the newest first; without a span, since they came."""
    page = keyset_page(_videos(creator_id), order=["-shown_at", "-id"], cursor=cursor, size=PAGE_SIZE)
    rows = {row.video.pk: row for row in _rows(creator_id, page.items, span)}
    return page.map(lambda video: rows[video.pk])


def every_row(creator_id: int, span: Span | None = None) -> Iterator[VideoRow]:
    cursor = ""
    while True:
        page = figures_page(creator_id, span=span, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if not cursor:
            return


def best_videos(creator_id: int, span: Span, *, most: int = 3) -> list[Best]:
    """Those seen most in the span."""
    mine = Video.objects.of_creator(creator_id).standing()
    ids, ends = list(mine.values_list("pk", flat=True)), (span.edges[0], span.edges[-1])
    totals = _totals(ids, [ALL], ends)
    views = {pk: _between(totals, pk, ends).views for pk in ids}
    best = sorted((pk for pk in ids if views[pk]), key=lambda pk: (-views[pk], -pk))[:most]
    videos = mine.with_card().in_bulk(best)
    return [Best(videos[pk], views[pk]) for pk in best if pk in videos]


def _videos(creator_id: int) -> Any:
    published = Video.objects.of_creator(creator_id).standing().filter(publication__isnull=False)
    return published.by_age().with_card().select_related("publication")


def _rows(creator_id: int, videos: Sequence[Video], span: Span | None) -> list[VideoRow]:
    ends = (span.edges[0], span.edges[-1]) if span else (BEGINNING, END_OF_TIME)
    totals = _totals([video.pk for video in videos], [ALL], ends)
    after = _after(creator_id, videos)
    return [VideoRow(video, _between(totals, video.pk, ends), came) for video, came in zip(videos, after, strict=True)]


def _after(creator_id: int, videos: Sequence[Video]) -> list[Followers | None]:
    """Who came and who left after each went out."""
    moments = {video.pk: video.published_at for video in videos if video.published_at}
    found = dict(zip(moments, came_and_left(creator_id, list(moments.values())), strict=True))
    return [found.get(video.pk) for video in videos]


# --- Running sums ----------------------------------------------------------------------------------------------------

_Totals = dict[tuple[datetime, int, str], Total]

# The last row before each moment.
_AT = f"""
    SELECT moment, videos.video_id, sources.source, {", ".join(f"last.{name}" for name in TOTALS)}
    FROM unnest(%(moments)s::timestamptz[]) AS ends (moment)
    CROSS JOIN unnest(%(videos)s::bigint[]) AS videos (video_id)
    CROSS JOIN unnest(%(sources)s::text[]) AS sources (source)
    CROSS JOIN LATERAL (
        SELECT * FROM videos_videotally AS tally
        WHERE tally.video_id = videos.video_id AND tally.source = sources.source AND quarter < moment
        ORDER BY quarter DESC LIMIT 1) AS last
"""


def _totals(video_ids: Sequence[int], sources: Sequence[str], moments: Iterable[datetime]) -> _Totals:
    values: dict[str, Any] = {"videos": list(video_ids), "sources": list(sources), "moments": list(moments)}
    with connection.cursor() as cursor:
        cursor.execute(_AT, values)
        return {(moment, video, source): Total(*total) for moment, video, source, *total in cursor.fetchall()}


def _difference(totals: _Totals, video_id: int, source: str, between: tuple[datetime, datetime]) -> Total:
    since, until = (totals.get((moment, video_id, source), Total()) for moment in between)
    return until.since(since)


def _between(totals: _Totals, video_id: int, between: tuple[datetime, datetime]) -> Sums:
    found = _difference(totals, video_id, ALL, between)
    return Sums(
        **{name: getattr(found, name) for name in ("views", "likes", "comments", "reposts", "bookmarks", "shares")},
        timed=found.told_views,
        watched_ms=found.told_ms if found.told_views else None,
        completed=found.told_completed if found.told_views else None,
    )


def _values(sums: Sums) -> dict[str, Any]:
    return {field.name: getattr(sums, field.name) for field in fields(sums)}
