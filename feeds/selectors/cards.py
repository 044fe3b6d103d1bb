"""Videos as a feed shows them to one viewer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from feeds.reasons import Reason, words
from follows.relations import Relation
from follows.selectors import relations
from videos.models import Video
from videos.selectors import liked_among


@dataclass(frozen=True)
class Card:
    """A video as a feed shows it to one viewer, and why it is there: a `reasons.Source`, and that in words."""

    video: Video
    relation: Relation
    liked: bool
    source: str
    reason_words: str


def cards(viewer_id: int | None, shown: Sequence[tuple[Video, Reason]]) -> list[Card]:
    """Videos with their reasons as cards. Three queries more, however many."""
    mentioned = {account_id for _, reason in shown for account_id in reason.account_ids}
    ties = relations(viewer_id, {video.creator_id for video, _ in shown} | mentioned)
    people = User.objects.present().in_bulk(mentioned)
    liked = liked_among(viewer_id, [video.pk for video, _ in shown])
    now = timezone.now()
    return [
        Card(
            video=video,
            relation=ties[video.creator_id],
            liked=video.pk in liked,
            source=reason.source,
            reason_words=words(reason, video, ties, people, now),
        )
        for video, reason in shown
    ]
