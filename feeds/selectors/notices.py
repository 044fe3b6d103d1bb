"""The notifications: new videos, by the feed's own reading, and everything else."""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import User
from feeds.models import Notification
from feeds.selectors.following import TOP, Overview, State, overview, rounds, visible
from follows.relations import Relation
from follows.selectors import relations
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor
from videos.models import Video

NOTICES_A_PAGE = 30


@dataclass(frozen=True)
class Notice:
    """One line of the notifications: a new video of a followed creator, or something else that happened."""

    kind: str
    at: datetime
    key: int  # of the publication or of the notification
    unseen: bool
    actor: User | None = None
    video: Video | None = None
    text: str = ""
    relation: Relation | None = None

    @property
    def is_new_video(self) -> bool:
        return self.kind == "new_video"


def unread_count(viewer_id: int, *, feed: Overview | None = None) -> int:
    """What the badge says: unseen alerts of videos that the viewer may see, and other unseen notifications."""
    unseen = Notification.objects.shown_to(viewer_id).unseen().count()
    return unseen + (feed or overview(viewer_id)).unseen


def notifications_page(viewer_id: int, *, cursor: str = "", size: int = NOTICES_A_PAGE) -> Page[Notice]:
    """New videos and everything else, newest first. The cursor holds a key of each."""
    publication_key, notification_key = _notice_keys(cursor)
    notices = _new_videos(viewer_id, publication_key, size + 1)
    notices += _happenings(viewer_id, notification_key, size + 1)
    notices.sort(key=lambda notice: notice.at, reverse=True)
    page = notices[:size]
    ties = relations(viewer_id, {notice.actor.pk for notice in page if notice.actor})
    page = [replace(notice, relation=ties[notice.actor.pk]) if notice.actor else notice for notice in page]
    if len(notices) <= size:
        return Page(page)
    publication_key = min([n.key for n in page if n.is_new_video], default=publication_key)
    notification_key = min([n.key for n in page if not n.is_new_video], default=notification_key)
    return Page(page, encode_cursor([publication_key, notification_key]))


def _notice_keys(cursor: str) -> tuple[int, int]:
    key = decode_cursor(cursor, 2) if cursor else None
    if key and isinstance(key[0], int) and isinstance(key[1], int):
        return key[0], key[1]
    return TOP, TOP


def _new_videos(viewer_id: int, before: int, size: int) -> list[Notice]:
    found: list[Notice] = []
    for publication_ids, states in rounds(viewer_id, before, least=State.QUIET):
        found += [
            Notice(
                kind="new_video",
                at=video.publication.published_at,
                key=video.publication.pk,
                unseen=states[video.publication.pk] == State.ALERTED,
                actor=video.creator,
                video=video,
            )
            for video in visible(viewer_id, publication_ids)
        ]
        if len(found) >= size:
            break
    return found[:size]


def _happenings(viewer_id: int, before: int, size: int) -> list[Notice]:
    rows = list(Notification.objects.shown_to(viewer_id).filter(pk__lt=before).order_by("-pk")[:size])
    actors = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    videos = Video.objects.of_creator(viewer_id).with_card().in_bulk({row.video_id for row in rows if row.video_id})
    return [
        Notice(
            kind=row.kind,
            at=row.created_at,
            key=row.pk,
            unseen=row.seen_at is None,
            actor=actors.get(row.actor_id),
            video=videos.get(row.video_id),
            text=row.text,
        )
        for row in rows
    ]
