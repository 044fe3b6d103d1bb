"""What each account was told and what it did with it, how it wants to be told, and what For You is made of. An inbox entry
makes reading a feed cheap; whether the video may be seen, and whether its creator is still followed, is asked again at
each reading."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from feeds.querysets import NotificationQuerySet
from feeds.sql.pushing import PUSH_NOTIFICATIONS
from feeds.topics import ALWAYS, Channel, Topic
from socialvideo.lib.triggers import Promise
from videos.models import Tag, Video


class InboxEntry(models.Model):
    """One publication in one follower's feed and notifications. No key of its own and no foreign keys: it is the
    widest table of the site."""

    class State(models.IntegerChoices):
        FEED_ONLY = 0, "in the feed only"  # from before the follow, or muted then: never a notification
        QUIET = 1, "listed quietly"  # bell off: listed, without alert
        ALERTED = 2, "alerted"
        SEEN = 3, "seen in the list or in a feed"
        OPENED = 4, "opened"
        WATCHED = 5, "watched"

    pk = models.CompositePrimaryKey("recipient_id", "publication_id")
    recipient_id = models.BigIntegerField()
    publication_id = models.BigIntegerField()
    creator_id = models.BigIntegerField()
    state = models.SmallIntegerField(choices=State, db_default=State.ALERTED)

    class Meta:
        triggers: ClassVar = [
            Promise(
                name="state_only_grows",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.state < OLD.state OR OLD.state = 0 AND NEW.state > 0
                       OR (NEW.recipient_id, NEW.publication_id, NEW.creator_id)
                          IS DISTINCT FROM (OLD.recipient_id, OLD.publication_id, OLD.creator_id) THEN
                        RAISE EXCEPTION 'What was told, and what was seen of it, is not taken back.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'feeds_inboxentry_state_only_grows';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # An entry that moves is counted by the statement that moves it, whoever wrote that.
            Promise(
                name="counts_reach",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func="""
                    INSERT INTO feeds_reachdelta (publication_id, seen, opened, watched)
                    SELECT publication_id, count(*) FILTER (WHERE was.state < 3),
                           count(*) FILTER (WHERE was.state < 4 AND entry.state >= 4),
                           count(*) FILTER (WHERE was.state < 5 AND entry.state >= 5)
                    FROM new_rows AS entry JOIN old_rows AS was USING (recipient_id, publication_id)
                    WHERE entry.state > was.state AND entry.state >= 3
                    GROUP BY publication_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} ← {self.publication_id}"


class EarlyEntry(models.Model):
    """That somebody looked at a publication before the fan-out reached them, and so has an entry already. Until its end
    a fan-out passes by whom it finds here, instead of looking for every follower's entry."""

    pk = models.CompositePrimaryKey("publication_id", "recipient_id")
    publication_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()

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
        MENTIONED = "mentioned", "mentioned you"
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


# --- Delivery -------------------------------------------------------------------------------------------------


class Reach(models.Model):
    """How many of those who were told of a publication have seen, opened, watched its video at least; with the deltas
    that are not folded in yet. Each step counts those of the later ones too."""

    publication_id = models.BigIntegerField(primary_key=True)
    seen = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    watched = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.seen} seen"


class ReachDelta(models.Model):
    """A change of `Reach`, written by a trigger in the statement that moved the entries."""

    publication_id = models.BigIntegerField()
    seen = models.IntegerField(db_default=0)
    opened = models.IntegerField(db_default=0)
    watched = models.IntegerField(db_default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["publication_id"], name="feeds_reach_delta_to_fold")]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.seen:+d} seen"


# --- How an account wants to be told --------------------------------------------------------------------------


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


class PushKey(models.Model):
    """The site's own key pair of web push (VAPID), made when it is first needed: there is one row. Whoever has another
    key cannot reach the browsers that subscribed to this one."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    private_pem = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="feeds_push_key_is_the_only_one")]

    def __str__(self) -> str:
        return f"push key of {self.created_at:%Y-%m-%d}"


class PushSubscription(models.Model):
    """A browser that shows notices of an account though no page is open. Gone when its push service says so."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    device = models.CharField(max_length=80, blank=True, help_text='As in the history: "Firefox on Linux".')
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    accepted_at = models.DateTimeField(null=True, help_text="When its service last took a message.")

    def __str__(self) -> str:
        return f"{self.account_id} on {self.device}"


class Push(models.Model):
    """One event for one browser: the row from which a worker sends. `event_key`: video:<publication> or
    notice:<notification>."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ACCEPTED = "accepted", "accepted by the push service"
        DEAD = "dead", "given up"
        NEEDLESS = "needless", "seen or gone before it was sent"

    # Without a constraint: a browser that goes meanwhile must not undo the telling of others.
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="pushes"
    )
    event_key = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    attempts = models.SmallIntegerField(db_default=0)
    answer = models.CharField(max_length=80, db_default="", help_text="What its service last said.")
    due_at = models.DateTimeField(db_default=Now(), help_text="When to try; ahead of now while a worker has it.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "event_key"], name="feeds_push_once_per_event")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="feeds_push_due"),
        ]
        verbose_name_plural = "pushes"

    def __str__(self) -> str:
        return f"{self.event_key} → {self.subscription_id} {self.state}"


class PushWalk(models.Model):
    """How far the browsers that are to hear of a pull-only publication have been looked through. Gone at the end."""

    publication_id = models.BigIntegerField(primary_key=True)
    cursor = models.BigIntegerField(default=0, help_text="The last browser looked at.")

    def __str__(self) -> str:
        return f"{self.publication_id} up to {self.cursor}"


class DigestPlan(models.Model):
    """How often an account wants what it has not seen as one e-mail. No row: never."""

    class Every(models.TextChoices):
        DAY = "day", "Every day"
        WEEK = "week", "Every week"

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="digest_plan"
    )
    every = models.CharField(max_length=4, choices=Every)
    timezone = models.CharField(max_length=60, help_text="By whose clock it is morning.")
    next_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="feeds_digest_plan_due")]

    def __str__(self) -> str:
        return f"{self.account_id}: every {self.every}"


class Digest(models.Model):
    """One such e-mail. It is handed over at most once: whether the mail server took one whose worker died at that very
    moment, nobody knows, so it stays `unknown`."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        DEAD = "dead", "given up"
        UNKNOWN = "unknown", "handed over, answer unknown"
        NEEDLESS = "needless", "all of it seen or gone before it was sent"

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="digests"
    )
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    attempts = models.SmallIntegerField(db_default=0)
    answer = models.CharField(max_length=200, db_default="", help_text="What the mail server last said.")
    due_at = models.DateTimeField(db_default=Now())
    handed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="feeds_digest_of_account"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="feeds_digest_due"),
        ]

    def __str__(self) -> str:
        return f"digest {self.pk} to {self.account_id} {self.state}"


class DigestLine(models.Model):
    """An event that stands in a digest, and so in no other."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="lines")
    account_id = models.BigIntegerField()
    event_key = models.CharField(max_length=60, help_text="As in `Push`.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_id", "event_key"], name="feeds_digest_line_once_per_event")
        ]

    def __str__(self) -> str:
        return f"{self.event_key} → {self.account_id}"


# --- For You and whom to follow -------------------------------------------------------------------------------


class Interest(models.Model):
    """What somebody said that they like, before anything is known of them."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="interests"
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "tag"], name="feeds_interest_said_once")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.tag_id}"


class NotInterested(models.Model):
    """That somebody does not want a video in For You, or nothing of its creator."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="not_interested"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="+")
    whole_creator = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "video"], name="feeds_not_interested_once_per_video")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} not interested in {self.video_id}"


class Heat(models.Model):
    """How popular a video is at present, as last computed: see `feeds.ranking.warmth`."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="heat")
    heat = models.FloatField(help_text="Logarithm. It stands still while nothing happens, and so does the order.")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-heat"], name="feeds_heat_hottest")]

    def __str__(self) -> str:
        return f"{self.video_id}: {self.heat:.2f}"


class Related(models.Model):
    """That those who engaged with one video engaged with another too, as last computed. The strongest few of each."""

    video_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    weight = models.FloatField()
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video_id", "other_id"], name="feeds_related_once_per_pair")
        ]
        indexes: ClassVar = [
            # What leads to a video that is gone.
            models.Index(fields=["other_id"], name="feeds_related_other_side")
        ]

    def __str__(self) -> str:
        return f"{self.video_id} → {self.other_id}"


class Taste(models.Model):
    """Which part of somebody's watching and liking was about a tag, as last computed."""

    account_id = models.BigIntegerField()
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account_id", "tag"], name="feeds_taste_once_per_tag")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.tag_id}"


class Impression(models.Model):
    """That a video was in somebody's view in a feed, and which source had brought it there. Kept for some weeks: what was
    shown is not new any more, and what each source brings is counted from it."""

    pk = models.CompositePrimaryKey("viewer_id", "video_id")
    viewer_id = models.BigIntegerField()
    video_id = models.BigIntegerField()
    source = models.CharField(max_length=10)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [
            # How often a video was shown.
            models.Index(fields=["video_id"], name="feeds_impression_of_video"),
            # Those of an hour, and those that are too old.
            models.Index(fields=["at"], name="feeds_impression_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} saw {self.video_id} ({self.source})"


class SourceHour(models.Model):
    """What a source of For You brought: how many videos were in view in an hour, and how many of them were then watched
    and liked."""

    pk = models.CompositePrimaryKey("hour", "source")
    hour = models.DateTimeField()
    source = models.CharField(max_length=10)
    shown = models.BigIntegerField()
    watched = models.BigIntegerField()
    liked = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.source} at {self.hour:%Y-%m-%d %H}: {self.shown} shown"


class Dismissal(models.Model):
    """That somebody does not want an account suggested, for good."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="dismissals"
    )
    dismissed = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "dismissed"], name="feeds_dismissal_once_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} dismissed {self.dismissed_id}"


# --- Whether all of it works ----------------------------------------------------------------------------------


class Pulse(models.Model):
    """When something that must happen again and again last happened: a queue consumed, a sweep run."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


class AuditRun(models.Model):
    """One look at whether the promises are kept. A run that was killed stays unfinished and says nothing. `checks` holds
    an `audit.Result` each and, of a broken one, since when; its examples are for the desk only."""

    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    checks = models.JSONField(default=list, editable=False)

    def __str__(self) -> str:
        return f"audit of {self.started_at:%Y-%m-%d %H:%M}"
