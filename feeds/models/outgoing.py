"""What leaves the site: pushes to browsers, digests and letters by mail."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


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
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("accepted by the push service")
        DEAD = "dead", _("given up")
        NEEDLESS = "needless", _("seen or gone before it was sent")

    # Without a constraint: a browser that goes meanwhile must not undo the telling of others.
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="pushes"
    )
    event_key = models.CharField(max_length=60)
    act = models.CharField(
        max_length=60, db_default="", help_text="Who did what, once it was said: followed:<account>."
    )
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
            # Whether the same was said lately.
            models.Index(fields=["subscription", "act"], condition=Q(state="accepted"), name="feeds_push_said"),
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
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")

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


class SummaryPlan(models.Model):
    """Who wants the week's figures of the studio as an e-mail, on Mondays. No row: nobody who did not ask."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="summary_plan"
    )
    timezone = models.CharField(max_length=60, help_text="By whose clock weeks begin.")
    next_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="feeds_summary_plan_due")]

    def __str__(self) -> str:
        return f"{self.account_id}: weekly"


class Mail(models.Model):
    """One e-mail. It is handed over at most once: whether the mail server took one whose worker died at that very moment,
    nobody knows, so it stays `unknown`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        DEAD = "dead", _("given up")
        UNKNOWN = "unknown", _("handed over, answer unknown")
        NEEDLESS = "needless", _("all of it seen or gone before it was sent")

    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    attempts = models.SmallIntegerField(db_default=0)
    answer = models.CharField(max_length=200, db_default="", help_text="What the mail server last said.")
    due_at = models.DateTimeField(db_default=Now())
    handed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Digest(Mail):
    """What an account has not seen, or the week in its studio."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="digests"
    )
    summary_of = models.DateField(null=True, help_text="The week, where it is a summary of the studio: its Monday.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "summary_of"], name="feeds_digest_one_summary_a_week")
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="feeds_digest_of_account"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="feeds_digest_due"),
        ]

    def __str__(self) -> str:
        return f"digest {self.pk} to {self.account_id} {self.state}"


class Letter(Mail):
    """What moderators decided, written to whom it concerns, who may not get in to read it; or to who gave notice of it
    without an account. It holds no address: that is looked up when it is sent."""

    class About(models.TextChoices):
        """The names of its templates, too."""

        SUSPENDED = "suspended", _("suspension")
        SUSPENSION_LIFTED = "suspension_lifted", _("suspension lifted")
        APPEAL_UPHELD = "appeal_upheld", _("appeal, the decision stands")
        NOTICE_OUTCOME = "notice_outcome", _("what became of a notice")

    about = models.CharField(max_length=17, choices=About)
    decision = models.ForeignKey("videos.Decision", on_delete=models.PROTECT, db_index=False, related_name="letters")
    notice = models.ForeignKey("videos.Notice", null=True, on_delete=models.CASCADE, related_name="letters")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "about"], condition=Q(notice=None), name="feeds_letter_one_to_the_account"
            ),
            models.UniqueConstraint(
                fields=["decision", "notice"], condition=Q(notice__isnull=False), name="feeds_letter_one_a_notice"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="feeds_letter_due"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}: {self.about} {self.state}"


class DigestLine(models.Model):
    """An event that stands in a digest, and so in no other; nor does the same act when it is done again."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="lines")
    account_id = models.BigIntegerField()
    event_key = models.CharField(max_length=60, help_text="As in `Push`.")
    act = models.CharField(max_length=60, help_text="As in `Push`.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_id", "act"], name="feeds_digest_line_once_per_act")
        ]

    def __str__(self) -> str:
        return f"{self.event_key} → {self.account_id}"
