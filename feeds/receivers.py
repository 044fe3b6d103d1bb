"""What feeds do when the apps below announce something."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from celery import Task
from celery.signals import task_prerun, task_success
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.services import owe
from accounts.signals import erasure_due, log_in_ended
from feeds import services, tasks
from feeds.for_you import forget_slate
from feeds.models import InboxEntry, Notification
from feeds.pulses import BACKUP, queue_pulse, sweep_pulse, sweeps
from feeds.services.devices import THIS_DEVICE
from follows.models import Batch
from follows.selectors import report
from follows.signals import account_offered, batch_finished, edges_changed, follow_changed
from socialvideo.lib.languages import speaking
from socialvideo.lib.signals import backed_up
from videos.models import Comment, Video
from videos.signals import (
    appeal_judged,
    case_decided,
    comment_liked,
    comment_removed,
    comment_unliked,
    commented,
    decision_lifted,
    reposts_hidden,
    video_edited,
    video_failed,
    video_liked,
    video_opened,
    video_processed,
    video_published,
    video_removed,
    video_reposted,
    video_unreposted,
    video_watched,
    videos_unliked,
)

Kind = Notification.Kind


@receiver(video_published)
def tell_followers(publication_id: int, **_: Any) -> None:
    """The publication is the row to work from."""
    tasks.fan_out.delay_on_commit(publication_id)


@receiver(video_opened)
def count_as_opened(video_id: int, viewer_id: int, **_: Any) -> None:
    services.reached(viewer_id=viewer_id, state=InboxEntry.State.OPENED, video_ids=[video_id])


@receiver(video_watched)
def count_as_watched(video_id: int, viewer_id: int, **_: Any) -> None:
    services.reached(viewer_id=viewer_id, state=InboxEntry.State.WATCHED, video_ids=[video_id])


@receiver([follow_changed, edges_changed])
def act_on_follow(**_: Any) -> None:
    """The outbox row is the row to work from."""
    tasks.consume_outbox.delay_on_commit()


@receiver(batch_finished)
def tell_of_import(batch_id: int, owner_id: int, act: str, **_: Any) -> None:
    """Not of one that its owner has cancelled."""
    batch = Batch.objects.select_related("owner").get(pk=batch_id)
    if act == Batch.Act.FOLLOW and batch.state == Batch.State.DONE:
        with speaking(batch.owner.language):
            text = report(batch).summary
        services.notify(kind=Kind.IMPORTED, recipient_id=owner_id, event_key=f"imported:{batch_id}", text=text)


@receiver(account_offered)
def tell_of_found_account(account_id: int, owner_ids: list[int], **_: Any) -> None:
    """Once for each account, whatever it is called meanwhile."""
    services.notify_each(owner_ids, kind=Kind.APPEARED, event_key=f"appeared:{account_id}", actor_id=account_id)


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


@receiver(videos_unliked)
def take_back_likes(video_ids: list[int], account_id: int, **_: Any) -> None:
    creator_ids = set(Video.objects.filter(pk__in=video_ids).values_list("creator_id", flat=True))
    services.take_back(creator_ids, event_keys=[f"like:{video_id}:{account_id}" for video_id in video_ids])


@receiver(commented)
def tell_of_comment(comment_id: int, **_: Any) -> None:
    services.tell_of_comment(comment_id)


@receiver(comment_removed)
def take_back_comment(comment_id: int, **_: Any) -> None:
    services.take_back_comment(comment_id)


@receiver(comment_liked)
def tell_of_comment_like(comment_id: int, account_id: int, **_: Any) -> None:
    comment = Comment.objects.select_related("video").get(pk=comment_id)
    services.notify(
        kind=Kind.COMMENT_LIKED,
        recipient_id=comment.author_id,
        event_key=f"comment like:{comment_id}:{account_id}",
        actor_id=account_id,
        video=comment.video,
        text=services.excerpt(comment),
    )


@receiver(comment_unliked)
def take_back_comment_like(comment_id: int, account_id: int, **_: Any) -> None:
    author_id = Comment.objects.values_list("author_id", flat=True).get(pk=comment_id)
    services.take_back([author_id] if author_id else [], event_keys=[f"comment like:{comment_id}:{account_id}"])


@receiver(video_reposted)
def tell_of_repost(video_id: int, account_id: int, **_: Any) -> None:
    video = Video.objects.get(pk=video_id)
    services.notify(
        kind=Kind.REPOSTED,
        recipient_id=video.creator_id,
        event_key=f"repost:{video_id}:{account_id}",
        actor_id=account_id,
        video=video,
    )


@receiver(video_unreposted)
def take_back_repost(video_id: int, account_id: int, **_: Any) -> None:
    creator_id = Video.objects.values_list("creator_id", flat=True).get(pk=video_id)
    services.take_back([creator_id], event_keys=[f"repost:{video_id}:{account_id}"])


@receiver(reposts_hidden)
def make_another_slate(account_id: int, **_: Any) -> None:
    transaction.on_commit(lambda: forget_slate(account_id))


@receiver(video_published)
def tell_mentioned_at_publishing(publication_id: int, **_: Any) -> None:
    services.tell_mentioned_in_video(Video.objects.values_list("pk", flat=True).get(publication=publication_id))


@receiver(video_edited)
def tell_newly_mentioned(video_id: int, **_: Any) -> None:
    services.tell_mentioned_in_video(video_id)
    services.tell_mentioned_in_comments(video_id)


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


@receiver(case_decided)
def tell_of_decision(decision_id: int, **_: Any) -> None:
    services.tell_of_decision(decision_id)


@receiver(decision_lifted)
def tell_of_lift(decision_id: int, **_: Any) -> None:
    services.tell_of_lift(decision_id)


@receiver(appeal_judged)
def tell_of_judgement(decision_id: int, **_: Any) -> None:
    services.tell_of_judgement(decision_id)


@receiver(erasure_due)
def erase_what_was_told(account_id: int, **_: Any) -> None:
    owe(account_id=account_id, part=services.ERASURE_PART)
    tasks.erase.delay_on_commit(account_id)


@receiver(user_logged_out)
def end_push_on_this_device(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Who is logged out here is told nothing more here."""
    if user is not None and (subscription_id := request.session.get(THIS_DEVICE)):
        services.remove_device(account=user, subscription_id=subscription_id)


@receiver(log_in_ended)
def end_push_on_that_device(account_id: int, held: dict[str, Any], **_: Any) -> None:
    if subscription_id := held.get(THIS_DEVICE):
        services.remove_device(account=User(pk=account_id), subscription_id=subscription_id)


@receiver([password_changed, password_set, password_reset])
def end_push_elsewhere(request: HttpRequest, user: User, **_: Any) -> None:
    """With a new password all other devices are logged out."""
    services.end_all_subscriptions(account_id=user.pk, but=request.session.get(THIS_DEVICE))


# --- Signs of life --------------------------------------------------------------------------------------------


@task_prerun.connect
def note_queue(task: Task, **_: Any) -> None:
    """Whatever is taken from a queue shows that somebody listens to it."""
    queue = (task.request.delivery_info or {}).get("routing_key")
    if queue in settings.QUEUES:
        services.note_pulse(queue_pulse(queue))


@task_success.connect
def note_sweep(sender: Task, **_: Any) -> None:
    if sender.name in sweeps():
        services.note_pulse(sweep_pulse(sender.name))


@receiver(backed_up)
def note_backup(**_: Any) -> None:
    services.note_pulse(BACKUP)
