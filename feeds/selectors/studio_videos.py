"""A creator's published videos, each with its figures and its delivery."""

from collections.abc import Iterator
from dataclasses import dataclass

from follows.stats import Followers
from socialvideo.lib.pagination import Page
from videos.models import Video
from videos.selectors.figures import Sums, VideoRow, every_row, figures_page
from videos.stats import Delivery, delivery


@dataclass(frozen=True)
class Row:
    """A published video: its figures since it came out, who came and left after it, and who of the followers was told."""

    video: Video
    sums: Sums
    after: Followers | None
    delivery: Delivery


def video_rows(creator_id: int, *, cursor: str = "") -> Page[Row]:
    """A creator's published videos, the newest first."""
    return figures_page(creator_id, cursor=cursor).map(_row)


def all_rows(creator_id: int) -> Iterator[Row]:
    return map(_row, every_row(creator_id))


def _row(row: VideoRow) -> Row:
    return Row(row.video, row.sums, row.after, delivery(row.video.publication))


def published_video(creator_id: int | None, video_id: int) -> Video | None:
    """One of the creator's own that went out, and was not deleted or removed."""
    mine = Video.objects.of_creator(creator_id).standing() if creator_id else Video.objects.none()
    return mine.filter(pk=video_id, publication__isnull=False).select_related("creator", "publication").first()
