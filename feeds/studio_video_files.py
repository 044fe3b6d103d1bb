"""The studio's tables of videos as files. What is hidden on the page is empty here."""

from collections.abc import Iterable, Iterator

from feeds.selectors.studio_videos import Row
from feeds.studio_files import in_utc, table
from follows.stats import Followers
from socialvideo.lib.spreadsheets import Value
from videos.selectors.figures import Sums, VideoFigures

AFTER = ("won_in_7_days", "lost_in_7_days")
SUMS = ("views", "watched_ms", "average_ms", "completion_percent", "timed", "likes", "comments", "shares")


def all_videos(rows: Iterable[Row]) -> Iterator[str]:
    return table(
        ("video", "caption", "published_at", *SUMS, *AFTER, "followers_at_publish", "told"),
        (
            [
                *(each.video.pk, each.video.caption, in_utc(each.video.published_at)),
                *(*_sums(each.sums), *_after(each.after), each.delivery.followers, each.delivery.told),
            ]
            for each in rows
        ),
    )


def video_over_time(figures: VideoFigures) -> Iterator[str]:
    return table(
        ("begins", *SUMS), ([each.begins.isoformat(), *_sums(each)] for each in figures.periods if each.is_counted)
    )


def video_sources(figures: VideoFigures) -> Iterator[str]:
    return table(("source", "views"), ((source or "unknown", views) for source, views in figures.sources.items()))


def _sums(sums: Sums) -> list[Value]:
    completion = None if sums.completion is None else f"{sums.completion:.1f}"
    first = (sums.views, sums.watched_ms, sums.average_ms, completion)
    return [*first, sums.timed, sums.likes, sums.comments, sums.shares]


def _after(after: Followers | None) -> list[Value]:
    return [after.won, after.lost] if after else [None, None]
