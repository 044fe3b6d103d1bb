"""What each account was told. An inbox entry makes reading a feed cheap; whether the video may be seen, and whether
its creator is still followed, is asked again at each reading."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from feeds.querysets import NotificationQuerySet


class InboxEntry(models.Model):
    """One publication in one follower's feed and notifications. No key of its own and no foreign keys: it is the
    widest table of the site."""

    class State(models.IntegerChoices):
        FEED_ONLY = 0, "in the feed only"  # from before the follow, or muted then: never a notification
        QUIET = 1, "listed quietly"  # bell off: listed, without alert
        ALERTED = 2, "alerted"
        SEEN = 3, "seen in the list"
        OPENED = 4, "opened"

    pk = models.CompositePrimaryKey("recipient_id", "publication_id")
    recipient_id = models.BigIntegerField()
    publication_id = models.BigIntegerField()
    creator_id = models.BigIntegerField()
    state = models.SmallIntegerField(choices=State, db_default=State.ALERTED)

    def __str__(self) -> str:
        return f"{self.recipient_id} ← {self.publication_id}"


class Notification(models.Model):
    """Something that happened to an account besides new videos. Unique per recipient and event, so that telling
    twice tells once."""

    class Kind(models.TextChoices):
        FOLLOWED = "followed", "followed you"
        REQUESTED = "requested", "asked to follow you"
        APPROVED = "approved", "approved your request"
        IMPORTED = "imported", "your import is done"
        APPEARED = "appeared", "has a name that you imported"
        LIKED = "liked", "liked your video"
        COMMENTED = "commented", "commented on your video"
        PROCESSED = "processed", "your video is ready"
        FAILED = "failed", "your video could not be processed"
        REMOVED = "removed", "your video was removed"

    recipient_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
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
            models.Index(fields=["recipient_id"], condition=Q(seen_at=None), name="feeds_notification_unseen"),
            # What others were told about an account that is erased.
            models.Index(fields=["actor_id"], condition=Q(actor_id__isnull=False), name="feeds_notification_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind}"


class AuditRun(models.Model):
    """One look at whether the promises are kept. A run that was killed stays unfinished and says nothing. `checks` holds
    an `audit.Result` each and, of a broken one, since when; its examples are for the desk only."""

    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    checks = models.JSONField(default=list, editable=False)

    def __str__(self) -> str:
        return f"audit of {self.started_at:%Y-%m-%d %H:%M}"
