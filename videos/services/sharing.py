"""That a link to a video was copied or passed on: a number, and nobody's name."""

from videos.models import Video
from videos.services.tallies import count_share


def record_share(*, sharer_id: int | None, video: Video) -> None:
    """Not by its creator."""
    if sharer_id != video.creator_id:
        count_share(video.pk)
