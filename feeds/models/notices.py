"""What happened to an account besides new videos, and how it wants to be told."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from feeds.querysets import NotificationQuerySet
from feeds.sql.pushing import PUSH_NOTIFICATIONS
from feeds.topics import ALWAYS, Channel, Topic
from socialvideo.lib.said import worded
from socialvideo.lib.triggers import Promise


class Notification(models.Model):
    """Something that happened to an account besides new videos. Unique per recipient and event, so that telling
    twice tells once."""

    class Kind(models.TextChoices):
        FOLLOWED = "followed", _("followed you")
        REQUESTED = "requested", _("asked to follow you")
        APPROVED = "approved", _("approved your request")
        IMPORTED = "imported", _("your import is done")
        APPEARED = "appeared", _("has a name that you imported")
        LIKED = "liked", _("liked your video")
        COMMENTED = "commented", _("commented on your video")
        REPLIED = "replied", _("replied to your comment")
        COMMENT_LIKED = "comment_liked", _("liked your comment")
        MENTIONED = "mentioned", _("mentioned you")
        HELD = "held", _("those you mentioned are told later")
        REPOSTED = "reposted", _("reposted your video")
        PROCESSED = "processed", _("your video is ready")
        FAILED = "failed", _("your video could not be processed")
        REMOVED = "removed", _("your video was removed")
        DECIDED = "decided", _("a moderator decided about you")
        LIFTED = "lifted", _("a decision about you was lifted")
        UPHELD = "upheld", _("your appeal was looked at: the decision stands")
        OUTCOME = "outcome", _("what you reported was looked at")

    recipient_id = models.BigIntegerField()
    kind = models.CharField(max_length=13, choices=Kind)
    event_key = models.CharField(
        max_length=60, help_text="What happened, e.g. follow:<event id> or like:<video>:<account>."
    )
    actor_id = models.BigIntegerField(null=True)
    video_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient_id", "event_key"], name="feeds_notification_once_per_event"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient_id", "-id"], name="feeds_notification_newest"),
            models.Index(fields=["recipient_id", "-id"], condition=Q(seen_at=None), name="feeds_notification_unseen"),
            # What a pair was told of each other, to be taken back; what others were told about an account that is erased.
            models.Index(
                fields=["actor_id", "recipient_id"],
                condition=Q(actor_id__isnull=False),
                name="feeds_notification_of_actor",
            ),
        ]
        triggers: ClassVar = [
            Promise(
                name="pushes_to_browsers",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=PUSH_NOTIFICATIONS,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind}"

    @property
    def words(self) -> str:
        """What people wrote as it stands; why a video failed in the reader's language."""
        return worded(self.text) if self.kind == self.Kind.FAILED else self.text


class NoticeChoice(models.Model):
    """That an account wants to be told of a topic by a channel, or does not. Without a row: `topics.DEFAULTS`."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="notice_choices"
    )
    topic = models.CharField(max_length=12, choices=Topic)
    channel = models.CharField(max_length=5, choices=Channel)
    wanted = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "topic", "channel"], name="feeds_notice_choice_one_per_topic_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(wanted=True) | ~Q(channel=Channel.SITE, topic__in=sorted(ALWAYS[Channel.SITE])),
                name="feeds_notice_choice_leaves_what_is_fixed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.topic} by {self.channel} {self.wanted}"
