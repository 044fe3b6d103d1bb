"""Videos as a feed shows them to one viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import User
from feeds.reasons import Reason, Source, words
from follows.relations import Relation
from follows.selectors import relations
from videos.models import Video
from videos.selectors import reactions_of, reposters

REPOSTERS_SHOWN = 3


@dataclass(frozen=True)
class Card:
    """A video as a feed shows it to one viewer, and why it is there: a `reasons.Source`, and that in words."""

    video: Video
    relation: Relation
    liked: bool
    saved: bool
    reposted: bool
    source: str
    reason_words: str
    reposters: list[User] = field(default_factory=list)  # whose repost brought it here


def cards(viewer_id: int | None, shown: Sequence[tuple[Video, Reason]]) -> list[Card]:
    """Videos with their reasons as cards. A handful of queries more, however many."""
    shown = _standing(viewer_id, shown)
    mentioned = {account_id for _, reason in shown for account_id in reason.account_ids}
    ties = relations(viewer_id, {video.creator_id for video, _ in shown} | mentioned)
    people = User.objects.present().in_bulk(mentioned)
    mine = reactions_of(viewer_id, [video.pk for video, _ in shown])
    now = timezone.now()
    return [
        Card(
            video=video,
            relation=ties[video.creator_id],
            liked=video.pk in mine.liked,
            saved=video.pk in mine.saved,
            reposted=video.pk in mine.reposted,
            source=reason.source,
            reason_words=words(reason, video, ties, people, now),
            reposters=_reposters(reason, people),
        )
        for video, reason in shown
    ]


def _standing(viewer_id: int | None, shown: Sequence[tuple[Video, Reason]]) -> list[tuple[Video, Reason]]:
    """Of reposts that were taken back since, or are not wanted any more, nothing is told."""
    passed = [(video, reason) for video, reason in shown if reason.source == Source.REPOSTED]
    if not passed:
        return list(shown)
    account_ids = {account_id for _, reason in passed for account_id in reason.account_ids}
    now = reposters(viewer_id, [video.pk for video, _ in passed], account_ids)
    return [(video, _of(reason, video, now)) for video, reason in shown]


def _reposters(reason: Reason, people: Mapping[int, User]) -> list[User]:
    if reason.source != Source.REPOSTED:
        return []
    return [people[each] for each in reason.account_ids[:REPOSTERS_SHOWN] if each in people]


def _of(reason: Reason, video: Video, now: set[tuple[int, int]]) -> Reason:
    if reason.source != Source.REPOSTED:
        return reason
    return reason._replace(account_ids=tuple(each for each in reason.account_ids if (video.pk, each) in now))
