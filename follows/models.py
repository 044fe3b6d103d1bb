"""The follow graph. An edge is one row per pair; every change of it is written down by the database itself, with its
cause, and counted. What changes an edge besides a service obeys the same rules, for they are triggers (`triggers.py`)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from follows import triggers
from follows.querysets import FollowQuerySet


class Follow(models.Model):
    """One account's tie to another. Its state, `since` and `shows_from` are settled by the database."""

    class State(models.TextChoices):
        REQUESTED = "requested", "requested"
        ACTIVE = "active", "following"

    class Notify(models.TextChoices):
        ALL = "all", "all new videos"
        NONE = "none", "no alerts"

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="follows_made"
    )
    followee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="follows_received"
    )
    state = models.CharField(max_length=9, choices=State, db_default=State.ACTIVE)
    notify = models.CharField(max_length=4, choices=Notify, db_default=Notify.ALL)
    since = models.BigIntegerField(null=True, editable=False, help_text="Id of the event that made the edge active.")
    shows_from = models.BigIntegerField(
        null=True, editable=False, help_text="Id of the oldest publication that the edge brings into the feed."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["follower", "followee"], name="follows_follow_one_edge_per_pair"),
            models.CheckConstraint(
                condition=~Q(follower=F("followee")), name="follows_follow_nobody_follows_themselves"
            ),
            models.CheckConstraint(
                condition=Q(state="active", since__isnull=False, shows_from__isnull=False)
                | Q(state="requested", since__isnull=True, shows_from__isnull=True),
                name="follows_follow_active_since_an_event",
            ),
            models.CheckConstraint(condition=Q(notify__in=["all", "none"]), name="follows_follow_notify_is_known"),
        ]
        indexes: ClassVar = [
            # Followers of an account by age: the list and the fan-out read it.
            models.Index(fields=["followee", "since"], name="follows_followers_by_age"),
            # The Following Manager, newest first.
            models.Index(fields=["follower", "id"], name="follows_manager_newest"),
        ]
        triggers: ClassVar = triggers.EDGE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.followee_id} ({self.state})"


class FollowEvent(models.Model):
    """What happened between two accounts, for ever. Its id orders it among all follow events and publications.
    No foreign keys: history outlives accounts, and an id is never given twice."""

    class Cause(models.TextChoices):
        FOLLOWED = "followed", "followed"
        REQUESTED = "requested", "asked to follow"
        APPROVED = "approved", "request approved"
        WENT_PUBLIC = "went_public", "account became public"
        DECLINED = "declined", "request declined"
        CANCELLED = "cancelled", "request cancelled"
        UNFOLLOWED = "unfollowed", "unfollowed"
        BELL = "bell", "alerts changed"
        REMOVED = "removed", "follower removed"
        BLOCKED = "blocked", "blocked"
        ACCOUNT_DELETED = "account_deleted", "account deleted"
        MODERATOR = "moderator", "a moderator's act"
        IMPORTED = "imported", "import"
        UNATTRIBUTED = "unattributed", "not said"

    id = models.BigIntegerField(primary_key=True)
    follower_id = models.BigIntegerField()
    followee_id = models.BigIntegerField()
    before = models.CharField(max_length=9, blank=True)
    after = models.CharField(max_length=9, blank=True)
    notify = models.CharField(max_length=4)
    cause = models.CharField(max_length=20, choices=Cause)
    actor_id = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # The last event of a pair is its relation's version.
            models.Index(fields=["follower_id", "followee_id", "id"], name="follows_event_of_pair"),
            # A creator's followers gained and lost, day by day.
            models.Index(fields=["followee_id", "happened_at"], name="follows_event_of_followee"),
        ]
        triggers: ClassVar = triggers.EVENT_TRIGGERS

    def __str__(self) -> str:
        return f"{self.id}: {self.follower_id} → {self.followee_id} {self.cause}"


class FollowOutbox(models.Model):
    """Follow events that the apps above have not yet acted on. Consumed by DELETE … RETURNING."""

    event_id = models.BigIntegerField(primary_key=True)
    follower_id = models.BigIntegerField()

    class Meta:
        # The feed of somebody whose new follow has not been acted on yet.
        indexes: ClassVar = [models.Index(fields=["follower_id"], name="follows_outbox_of_follower")]

    def __str__(self) -> str:
        return str(self.event_id)


class CountDelta(models.Model):
    """A change of an account's counts that is not folded into its `FollowCount` yet."""

    account_id = models.BigIntegerField()
    followers = models.IntegerField()
    following = models.IntegerField()
    requests = models.IntegerField()

    class Meta:
        # Only the row's reader by account; folding walks the primary key.
        indexes: ClassVar = [models.Index(fields=["account_id"], name="follows_delta_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.followers:+d} followers, {self.following:+d} following"


class FollowCount(models.Model):
    """An account's counts up to the last fold. True only together with the deltas: read through `selectors.counts`."""

    account_id = models.BigIntegerField(primary_key=True)
    followers = models.BigIntegerField(db_default=0)
    following = models.BigIntegerField(db_default=0)
    requests = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.followers} followers"


class Block(models.Model):
    """One account shuts another out. Making it ends both edges; a new edge is refused while it stands."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="blocks_made"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="blocks_received"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="follows_block_one_per_pair"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="follows_block_nobody_blocks_themselves"),
        ]
        indexes: ClassVar = [models.Index(fields=["blocked", "blocker"], name="follows_block_other_side")]
        triggers: ClassVar = triggers.BLOCK_TRIGGERS

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Mute(models.Model):
    """A follower's wish not to be shown or told of an account for a while. The edge stays."""

    muter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="mutes_made"
    )
    muted = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="mutes_received"
    )
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is lifted.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["muter", "muted"], name="follows_mute_one_per_pair"),
            models.CheckConstraint(condition=~Q(muter=F("muted")), name="follows_mute_nobody_mutes_themselves"),
        ]
        indexes: ClassVar = [models.Index(fields=["muted", "muter"], name="follows_mute_other_side")]

    def __str__(self) -> str:
        return f"{self.muter_id} mutes {self.muted_id}"


class CreatorPulse(models.Model):
    """What the apps above report about a creator's publishing. `recent_from` is the publication from which a new
    follow shows them: their twentieth newest, or 0 while they have fewer."""

    account_id = models.BigIntegerField(primary_key=True)
    last_published_at = models.DateTimeField()
    recent_from = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.last_published_at}"
