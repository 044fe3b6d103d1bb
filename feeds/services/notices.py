"""Telling an account of what happened besides new videos, and how it wants to be told."""

from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from accounts.models import User
from feeds.hints import BADGE
from feeds.models import NoticeChoice, Notification
from feeds.selectors.notices import unseen_videos
from feeds.services.reach import see
from feeds.topics import is_fixed
from socialvideo.lib import live
from videos.models import Video

SEEN_AT_ONCE = 5000

_SEE_SOME = """
    UPDATE feeds_notification SET seen_at = now() WHERE id IN (
        SELECT id FROM feeds_notification WHERE recipient_id = %(viewer)s AND seen_at IS NULL AND id <= %(up_to)s
        LIMIT %(size)s FOR UPDATE SKIP LOCKED)
"""


class FixedChoice(Exception):
    """What accounts are always told of on the site."""


def notify(
    *,
    kind: str,
    recipient_id: int,
    event_key: str,
    actor_id: int | None = None,
    video: Video | None = None,
    text: str = "",
) -> None:
    """Tells an account of something, once per event, and nobody of what they did themselves."""
    notify_each([recipient_id], kind=kind, event_key=event_key, actor_id=actor_id, video=video, text=text)


def notify_each(
    recipient_ids: Iterable[int],
    *,
    kind: str,
    event_key: str,
    actor_id: int | None = None,
    video: Video | None = None,
    text: str = "",
) -> None:
    notifications = [
        Notification(
            kind=kind,
            recipient_id=recipient_id,
            event_key=event_key,
            actor_id=actor_id,
            video_id=video.pk if video else None,
            text=text,
        )
        for recipient_id in recipient_ids
        if recipient_id != actor_id
    ]
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)
    live.publish([notification.recipient_id for notification in notifications], BADGE)


def see_everything(*, viewer_id: int, up_to: str) -> None:
    """All that the list marks as new, however much, up to what was the newest when the viewer looked
    (`selectors.newest`). A transaction per portion."""
    publication_ids, newest = unseen_videos(viewer_id, up_to)
    see(viewer_id=viewer_id, publication_ids=publication_ids)
    while _see_some(viewer_id, newest) == SEEN_AT_ONCE:
        pass
    live.publish([viewer_id], BADGE)


def _see_some(viewer_id: int, up_to: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SEE_SOME, {"viewer": viewer_id, "up_to": up_to, "size": SEEN_AT_ONCE})
        return cursor.rowcount


@transaction.atomic
def choose(*, account: User, choices: Mapping[tuple[str, str], bool]) -> None:
    """Whether the account wants to be told of topics by channels: `{(topic, channel): wanted}`."""
    if any(is_fixed(topic, channel) and not wanted for (topic, channel), wanted in choices.items()):
        raise FixedChoice
    rows = [
        NoticeChoice(account=account, topic=topic, channel=channel, wanted=wanted)
        for (topic, channel), wanted in sorted(choices.items())
    ]
    key = ["account", "topic", "channel"]
    NoticeChoice.objects.bulk_create(rows, update_conflicts=True, unique_fields=key, update_fields=["wanted"])
    live.publish([account.pk], BADGE)
