"""The studio's tables as files. What is hidden on the page is empty here."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from feeds.selectors.studio import AroundVideos
from follows.stats import AFTER, Growth, Retention, Unfollows
from socialvideo.lib.spreadsheets import BYTE_ORDER_MARK, Value, csv_line


def growth(figures: Growth) -> Iterator[str]:
    return table(
        ("begins", "gained", "lost", "net", "followers"),
        (
            (each.begins.isoformat(), each.gained, each.lost, each.net, each.followers)
            for each in figures.periods
            if each.is_counted
        ),
    )


def causes(figures: Growth) -> Iterator[str]:
    parts = {"gained": figures.gained_by, "gained from": figures.gained_from, "lost": figures.lost_by}
    return table(
        ("change", "by", "followers"),
        ((change, cause or "unknown", number) for change, of in parts.items() for cause, number in of.items()),
    )


def retention(figures: Retention) -> Iterator[str]:
    return table(
        ("week", "gained", *(f"after_{weeks}_weeks" for weeks in AFTER)),
        ((each.week.isoformat(), each.gained, *each.stayed.values()) for each in figures.shown),
    )


def videos(figures: AroundVideos) -> Iterator[str]:
    usual: list[Value] = ["", "what is usual", "", *_unfollows(figures.usual)]
    rows = (
        [each.video.pk, each.video.caption, in_utc(each.video.published_at), *_unfollows(each.unfollows)]
        for each in figures.videos
    )
    return table(("video", "caption", "published_at", "unfollows_in_24_hours", "unfollows_in_7_days"), [usual, *rows])


def table(columns: Iterable[str], rows: Iterable[Iterable[Value]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line(list(columns))
    yield from (csv_line(list(row)) for row in rows)


def _unfollows(found: Unfollows) -> list[Value]:
    return [found.day, found.week]


def in_utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
