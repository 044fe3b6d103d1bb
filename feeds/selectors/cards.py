"""Videos as a feed shows them to one viewer."""

from collections.abc import Sequence
from dataclasses import dataclass

from follows.relations import Relation
from follows.selectors import relations
from videos.models import Video
from videos.selectors import liked_among


@dataclass(frozen=True)
class Card:
    """A video as a feed shows it to one viewer, and why it is there."""

    video: Video
    relation: Relation
    liked: bool
    reason: str = ""

    @property
    def reason_words(self) -> str:
        return {"followed": f"You follow {self.video.creator.display_name}", "new": "New", "popular": "Popular"}.get(
            self.reason, ""
        )


def cards(viewer_id: int | None, shown: Sequence[tuple[Video, str]]) -> list[Card]:
    """Videos with their reasons as cards. Two queries more, however many."""
    ties = relations(viewer_id, {video.creator_id for video, _ in shown})
    liked = liked_among(viewer_id, [video.pk for video, _ in shown])
    return [Card(video, ties[video.creator_id], video.pk in liked, reason) for video, reason in shown]
