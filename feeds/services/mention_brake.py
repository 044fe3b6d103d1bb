"""The brake against storms of mentions. Whoever follows an author, or was told by them within the hour, is told at once; of
others so many an hour. The rest is not lost: a row names the text, and the sweep tells them later. Comments of an author
come one at a time, so the number holds; a video that goes out, or the sweep, at that very moment may tell those of one text
beyond it."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from feeds.models import HeldMention, Notification, StrangerTold
from feeds.services.notices import notify
from follows.models import Follow
from socialvideo.lib.rates import HOUR
from videos.models import Comment, Video
from videos.models.moderation import Flag
from videos.services import moderation


def room_for(author_id: int, account_ids: Sequence[int], event_key: str) -> list[int]:
    """Those of them who may be told now, and are written down as told."""
    if not settings.MENTIONS_PER_HOUR:
        return list(account_ids)
    now = timezone.now()
    lately = StrangerTold.objects.filter(author_id=author_id, told_at__gt=now - HOUR)
    known = set(lately.values_list("recipient_id", flat=True))
    free = known | _followers(author_id, account_ids) | _told(account_ids, event_key)
    strangers = [account_id for account_id in account_ids if account_id not in free]
    taken_in = strangers[: max(0, settings.MENTIONS_PER_HOUR - len(known))]
    StrangerTold.objects.bulk_create(
        [StrangerTold(author_id=author_id, recipient_id=account_id, told_at=now) for account_id in taken_in],
        update_conflicts=True,
        unique_fields=["author_id", "recipient_id"],
        update_fields=["told_at"],
    )
    return [account_id for account_id in account_ids if account_id in free or account_id in taken_in]


def hold(author_id: int, *, video: Video, comment: Comment | None = None) -> None:
    """The rest is told later: the author reads so, once a day, and moderators hear of it."""
    HeldMention.objects.bulk_create(
        [HeldMention(comment=comment) if comment else HeldMention(video=video)], ignore_conflicts=True
    )
    today = f"held mentions:{timezone.now():%Y%m%d}"
    notify(kind=Notification.Kind.HELD, recipient_id=author_id, event_key=today, video=video)
    moderation.flag_storm(account_id=author_id, flag=Flag.MENTION_STORM, number=settings.MENTIONS_PER_HOUR)


def forget_strangers() -> None:
    StrangerTold.objects.filter(told_at__lt=timezone.now() - timedelta(days=1)).delete()


def _followers(author_id: int, account_ids: Sequence[int]) -> set[int]:
    following = Follow.objects.active().filter(followee_id=author_id, follower_id__in=account_ids)
    return set(following.values_list("follower_id", flat=True))


def _told(account_ids: Sequence[int], event_key: str) -> set[int]:
    told = Notification.objects.filter(recipient_id__in=account_ids, event_key=event_key)
    return set(told.values_list("recipient_id", flat=True))
