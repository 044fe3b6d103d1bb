"""What feeds do when the apps below announce something."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from accounts.services import owe
from accounts.signals import erasure_due
from feeds import services, tasks
from feeds.models import Notification
from follows.signals import edges_changed, follow_changed
from videos.models import Comment, Video
from videos.signals import commented, video_failed, video_liked, video_processed, video_published, video_removed

Kind = Notification.Kind


@receiver(video_published)
def tell_followers(publication_id: int, **_: Any) -> None:
    """The publication is the row to work from."""
    tasks.fan_out.delay_on_commit(publication_id)


@receiver([follow_changed, edges_changed])
def act_on_follow(**_: Any) -> None:
    """The outbox row is the row to work from."""
    tasks.consume_outbox.delay_on_commit()


@receiver(video_liked)
def tell_of_like(video_id: int, account_id: int, **_: Any) -> None:
    video = Video.objects.get(pk=video_id)
    services.notify(
        kind=Kind.LIKED,
        recipient_id=video.creator_id,
        event_key=f"like:{video_id}:{account_id}",
        actor_id=account_id,
        video=video,
    )


@receiver(commented)
def tell_of_comment(comment_id: int, **_: Any) -> None:
    comment = Comment.objects.select_related("video").get(pk=comment_id)
    services.notify(
        kind=Kind.COMMENTED,
        recipient_id=comment.video.creator_id,
        event_key=f"comment:{comment_id}",
        actor_id=comment.author_id,
        video=comment.video,
    )


@receiver(video_processed)
def tell_of_success(video_id: int, **_: Any) -> None:
    video = Video.objects.get(pk=video_id)
    services.notify(kind=Kind.PROCESSED, recipient_id=video.creator_id, event_key=f"processed:{video_id}", video=video)


@receiver(video_failed)
def tell_of_failure(video_id: int, **_: Any) -> None:
    """Each failure is an event of its own: what is tried again can fail again."""
    video = Video.objects.get(pk=video_id)
    services.notify(
        kind=Kind.FAILED,
        recipient_id=video.creator_id,
        event_key=f"failed:{video_id}:{timezone.now():%Y%m%d%H%M%S%f}",
        video=video,
        text=video.failure_reason,
    )


@receiver(video_removed)
def tell_of_removal(video_id: int, by_id: int | None, **_: Any) -> None:
    """Each removal is an event of its own: a restored video can be removed again."""
    video = Video.objects.get(pk=video_id)
    if by_id != video.creator_id:
        services.notify(
            kind=Kind.REMOVED,
            recipient_id=video.creator_id,
            event_key=f"removed:{video_id}:{video.removed_at:%Y%m%d%H%M%S%f}",
            video=video,
            text=video.removal_reason,
        )


@receiver(erasure_due)
def erase_what_was_told(account_id: int, **_: Any) -> None:
    owe(account_id=account_id, part=services.ERASURE_PART)
    tasks.erase.delay_on_commit(account_id)
