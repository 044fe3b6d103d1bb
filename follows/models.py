"""The follow graph. An edge is one row per pair; every change of it is written down by the database itself, with its
cause, and counted. What changes an edge besides a service obeys the same rules, for they are triggers (`triggers.py`)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from follows import triggers
from follows.machine import Cause, is_known_transition
from follows.origins import Origin, Source
from follows.querysets import FollowQuerySet


class Follow(models.Model):
    """One account's tie to another. Its state, `since` and `shows_from` are settled by the database."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        ACTIVE = "active", _("following")

    class Notify(models.TextChoices):
        ALL = "all", _("all new videos")
        NONE = "none", _("no alerts")

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
    followed_at = models.DateTimeField(
        db_default=Now(),
        editable=False,
        help_text="Shown as the date of following. Decides nothing: an import and an undone unfollow bring theirs along.",
    )

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # What it includes lets the Following Manager sort all of somebody's follows without reading a row.
            models.UniqueConstraint(
                fields=["follower", "followee"],
                include=["id", "state", "notify", "followed_at"],
                name="follows_follow_one_edge_per_pair",
            ),
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
            # The Following Manager and the public list, by age.
            models.Index(fields=["follower", "followed_at", "id"], name="follows_manager_by_age"),
            # How many of somebody's own requests are open.
            models.Index(fields=["follower"], condition=Q(state="requested"), name="follows_requests_made"),
        ]
        triggers: ClassVar = triggers.EDGE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.followee_id} ({self.state})"


class FollowEvent(models.Model):
    """What happened between two accounts, for ever. Its id orders it among all follow events and publications.
    No foreign keys: history outlives accounts, and an id is never given twice."""

    Cause = Cause

    id = models.BigIntegerField(primary_key=True)
    follower_id = models.BigIntegerField()
    followee_id = models.BigIntegerField()
    before = models.CharField(max_length=9, blank=True)
    after = models.CharField(max_length=9, blank=True)
    notify = models.CharField(max_length=4)
    cause = models.CharField(max_length=20, choices=Cause)
    actor_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=12, blank=True, choices=[(source, source.name) for source in Source])
    followed_at = models.DateTimeField(null=True, help_text="Where the event ends an edge: since when it stood.")
    happened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=is_known_transition(), name="follows_event_transition_is_known"),
        ]
        indexes: ClassVar = [
            # The last event of a pair is its relation's version.
            models.Index(fields=["follower_id", "followee_id", "id"], name="follows_event_of_pair"),
            # A creator's followers gained and lost, day by day.
            models.Index(fields=["followee_id", "happened_at"], name="follows_event_of_followee"),
            # A follower's own history, newest first.
            models.Index(fields=["follower_id", "id"], name="follows_event_of_follower"),
            # What happened of late, to whomever: events stand almost in the order of time.
            BrinIndex(fields=["happened_at"], autosummarize=True, name="follows_event_by_time"),
        ]
        triggers: ClassVar = triggers.EVENT_TRIGGERS

    def __str__(self) -> str:
        return f"{self.id}: {self.follower_id} → {self.followee_id} {self.cause}"


class EventOrigin(models.Model):
    """The device on which somebody made an event happen. Apart from the event, because it may be erased."""

    event_id = models.BigIntegerField(primary_key=True)
    device = models.CharField(max_length=80)
    session = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return f"{self.event_id} on {self.device}"


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

    class Meta:
        # The Following Manager by last video, without reading a row.
        indexes: ClassVar = [
            models.Index(fields=["account_id"], include=["last_published_at"], name="follows_pulse_last_published")
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.last_published_at}"


class Tie(models.Model):
    """What the apps above report about an account's interest in a creator: how many of their videos it watched."""

    pk = models.CompositePrimaryKey("follower_id", "followee_id")
    follower_id = models.BigIntegerField()
    followee_id = models.BigIntegerField()
    watched = models.IntegerField(db_default=0)
    last_watched_at = models.DateTimeField()

    class Meta:
        # The Following Manager by interest, without reading a row.
        indexes: ClassVar = [
            models.Index(fields=["follower_id", "watched", "followee_id"], name="follows_tie_by_watched")
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} watched {self.watched} of {self.followee_id}"


class TallyMark(models.Model):
    """How far the figures of followers are counted: all that happened before `until`, and nothing since. One row."""

    id = models.SmallIntegerField(primary_key=True, db_default=1)
    until = models.DateTimeField()
    events_from = models.DateTimeField(
        null=True, help_text="Since when every event is kept, where older ones were pruned: figures before it stand."
    )
    first_kept = models.BigIntegerField(
        db_default=0, help_text="The number from which on every event is there: the horizon (`horizon.py`)."
    )

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="follows_tallymark_is_one")]

    def __str__(self) -> str:
        return f"counted until {self.until}"


class FollowTally(models.Model):
    """Followers gained and lost by an account in a quarter of an hour, of which the days of every time zone are made.
    Counted from the events (`tallies.py`), and from nothing else."""

    class Change(models.TextChoices):
        GAINED = "gained", _("gained")
        LOST = "lost", _("lost")

    pk = models.CompositePrimaryKey("account_id", "quarter", "change", "cause", "source")
    account_id = models.BigIntegerField()
    quarter = models.DateTimeField(help_text="Its beginning.")
    change = models.CharField(max_length=6, choices=Change)
    cause = models.CharField(max_length=20, choices=Cause, help_text="A block by the follower is an unfollow here.")
    source = models.CharField(
        max_length=12,
        blank=True,
        help_text="Where they followed, or asked to. Empty for losses: it could tell of blocks.",
    )
    number = models.IntegerField()

    class Meta:
        verbose_name_plural = "follow tallies"

    def __str__(self) -> str:
        return f"{self.account_id} at {self.quarter}: {self.number} {self.change}, {self.cause}"


class FollowLapse(models.Model):
    """How many of those gained in a quarter of an hour were lost again after so many whole weeks, up to `tallies.WEEKS`."""

    pk = models.CompositePrimaryKey("account_id", "quarter", "weeks")
    account_id = models.BigIntegerField()
    quarter = models.DateTimeField(help_text="In which they were gained.")
    weeks = models.SmallIntegerField()
    number = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.account_id} at {self.quarter}: {self.number} stayed {self.weeks} weeks"


class Batch(models.Model):
    """Many acts of one account, with a result for each row. `cursor` is the position of the last row that has its
    result: saved with the results, so that a killed worker's batch goes on there."""

    class Act(models.TextChoices):
        FOLLOW = "follow", _("import follows")
        UNFOLLOW = "unfollow", _("unfollow")
        RESTORE = "restore", _("take unfollows back")
        MUTE = "mute", _("mute")
        UNMUTE = "unmute", _("unmute")
        BELL_ALL = "bell_all", _("alerts on")
        BELL_NONE = "bell_none", _("alerts off")

    class State(models.TextChoices):
        PREVIEW = "preview", _("waiting to be confirmed")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="batches"
    )
    act = models.CharField(max_length=9, choices=Act)
    state = models.CharField(max_length=9, choices=State)
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by")
    read_from = models.CharField(max_length=20, blank=True, help_text="The kind of file that was imported.")
    until = models.DateTimeField(null=True, blank=True, help_text="Of a mute. Empty: until it is lifted.")
    submit_key = models.UUIDField(help_text="The same form sent twice is one batch.")
    source = models.CharField(max_length=12, blank=True, choices=[(source, source.name) for source in Source])
    device = models.CharField(max_length=80, blank=True)
    session = models.CharField(max_length=16, blank=True)
    total = models.IntegerField(db_default=0)
    cursor = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    moved_at = models.DateTimeField(db_default=Now(), editable=False, help_text="When it last came forward.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "submit_key"], name="follows_batch_submitted_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "id"], name="follows_batch_of_owner"),
            models.Index(fields=["id"], condition=Q(state="running"), name="follows_batch_under_way"),
        ]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.get_act_display()} × {self.total}"

    @property
    def origin(self) -> Origin:
        """Where all of its acts were made."""
        return Origin(Source(self.source), self.device, self.session)


class BatchRow(models.Model):
    """One account of a batch. A row of an import keeps what the file said; `account_id` is who that is here."""

    class Result(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        REQUESTED = "requested", _("asked to follow")
        UNCHANGED = "unchanged", _("was so already")
        REFUSED = "refused", _("not possible")
        UNMATCHED = "unmatched", _("nobody here by that name")
        SKIPPED = "skipped", _("left out by you")

    pk = models.CompositePrimaryKey("batch_id", "position")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, db_index=False, related_name="rows")
    position = models.IntegerField()
    account_id = models.BigIntegerField(null=True)
    handle = models.CharField(max_length=100, blank=True, db_default="")
    notify = models.CharField(max_length=4, choices=Follow.Notify, blank=True, db_default="")
    followed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=9, choices=Result, db_default=Result.WAITING)
    reason = models.CharField(max_length=30, blank=True, db_default="")
    mark = models.BigIntegerField(
        null=True, help_text="What the act left: its event, or its mute. A waiting row of an undo is to take that back."
    )
    muted_before = models.DateTimeField(null=True, help_text="Of a mute that was lengthened: until when it stood.")

    class Meta:
        indexes: ClassVar = [
            # Offered when an account of that name appears.
            models.Index(fields=["handle"], condition=Q(result="unmatched"), name="follows_batch_unmatched"),
            # What is offered to somebody, without reading all they ever imported.
            models.Index(
                fields=["batch"],
                condition=Q(result="unmatched", account_id__isnull=False),
                name="follows_batch_offered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handle}: {self.result}"
