"""Delivery reports as a table, a line for each publication; written while it is read. What followers did is left empty where
it is not shown either."""

from collections.abc import Iterable, Iterator
from datetime import UTC

from feeds.selectors import Report
from feeds.selectors.delivery import Reached
from socialvideo.lib.spreadsheets import BYTE_ORDER_MARK, Value, csv_line
from videos.stats import Delivery

TOLD = ("followers", "told", "alerted", "listed_quietly", "muted", "pull_only", "left_first", "still_to_come")
DID = ("seen", "opened", "watched")
COLUMNS = ("video", "caption", "published_at", "state", *TOLD, *DID, "views", "views_by_others")


def as_csv(reports: Iterable[Report]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line(COLUMNS)
    for report in reports:
        if report.delivery:
            yield csv_line(_row(report, report.delivery))


def _row(report: Report, delivery: Delivery) -> list[Value]:
    video = report.video
    published_at = video.published_at.astimezone(UTC).isoformat() if video.published_at else ""
    return [
        *(video.pk, video.caption, published_at, delivery.state),
        *(getattr(delivery, name) for name in TOLD),
        *_did(report.reached),
        *(video.count.views, report.views_by_others),
    ]


def _did(reached: Reached | None) -> list[Value]:
    return [getattr(reached, name, None) for name in DID]
