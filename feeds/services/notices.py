"""Telling an account of what happened besides new videos."""

from collections.abc import Iterable

from feeds.models import Notification
from videos.models import Video


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
