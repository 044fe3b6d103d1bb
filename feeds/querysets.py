"""The vocabulary of feeds."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Now

from accounts.models import User
from feeds.topics import TOPIC_OF, Channel
from follows.models import Mute
from follows.selectors import hidden_from
from videos.models import Video
from videos.querysets import VideoQuerySet


def muted_by(viewer_id: int | None, account: str) -> Exists:
    """Whether the viewer mutes the account named by a field now, as a condition."""
    mutes = Mute.objects.filter(Q(until=None) | Q(until__gt=Now()), muter_id=viewer_id, muted_id=OuterRef(account))
    return Exists(mutes)


def own_or_visible(viewer_id: int) -> VideoQuerySet:
    """Of which videos notices may tell: the viewer's own, finished or not, and those of others that they may see."""
    return Video.objects.visible_to(viewer_id) | Video.objects.of_creator(viewer_id)


class NotificationQuerySet(models.QuerySet[Any]):
    def shown_to(self, recipient_id: int) -> Self:
        """The recipient's own, without those of accounts that are gone, blocked or muted, those that tell of a video that
        the recipient may not see, and those of topics switched off on this site."""
        present = Exists(User.objects.present().filter(pk=OuterRef("actor_id")))
        met = present & ~hidden_from(recipient_id, "actor_id") & ~muted_by(recipient_id, "actor_id")
        seen = Exists(Video.objects.visible_to(recipient_id).filter(pk=OuterRef("video_id")))
        return self.alias(topic=_TOPIC).filter(
            Q(actor_id=None) | Q(met),
            ~Q(kind__in=_OF_OTHERS) | Q(seen),
            ~_switched_off(recipient_id),
            recipient_id=recipient_id,
        )

    def unseen(self) -> Self:
        return self.filter(seen_at=None)


_OF_OTHERS = ("mentioned", "replied", "comment_liked")  # what tells of somebody else's video
_TOPIC = Case(*(When(kind=kind, then=Value(topic.value)) for kind, topic in TOPIC_OF.items()))


def _switched_off(recipient_id: int) -> Exists:
    choices = apps.get_model("feeds", "NoticeChoice").objects  # its module imports this one
    return Exists(choices.filter(account_id=recipient_id, channel=Channel.SITE, wanted=False, topic=OuterRef("topic")))
