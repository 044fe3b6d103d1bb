"""What people report, what moderators decide about it, and what whoever is concerned answers. Everything here outlives what
it is about: ids without foreign keys, as in the follow events."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from socialvideo.lib.said import worded
from socialvideo.lib.triggers import Refuse, never_truncate


class Kind(models.TextChoices):
    """Of what a case is about."""

    VIDEO = "video", _("video")
    COMMENT = "comment", _("comment")
    ACCOUNT = "account", _("account")


class Reason(models.TextChoices):
    """Why something is reported, and by which rule it is decided."""

    CHILD_SAFETY = "child_safety", _("Harms or sexualises children")
    VIOLENCE = "violence", _("Violence or threats")
    SELF_HARM = "self_harm", _("Suicide or self-harm")
    SEXUAL = "sexual", _("Nudity or sexual content")
    HATE = "hate", _("Hate")
    HARASSMENT = "harassment", _("Bullying or harassment")
    DANGEROUS = "dangerous", _("Dangerous acts")
    ILLEGAL = "illegal", _("Illegal goods or content")
    PRIVACY = "privacy", _("Somebody’s private matters")
    COPYRIGHT = "copyright", _("Copyright")
    IMPERSONATION = "impersonation", _("Pretends to be somebody")
    MISLEADING = "misleading", _("Misleading")
    SPAM = "spam", _("Spam")
    OTHER = "other", _("Something else")


# How urgent a reason is: the queue's first order.
HARM: dict[str, int] = {
    Reason.CHILD_SAFETY: 100,
    Reason.SELF_HARM: 90,
    Reason.VIOLENCE: 85,
    Reason.HATE: 70,
    Reason.SEXUAL: 70,
    Reason.HARASSMENT: 65,
    Reason.ILLEGAL: 65,
    Reason.DANGEROUS: 60,
    Reason.PRIVACY: 60,
    Reason.IMPERSONATION: 45,
    Reason.COPYRIGHT: 40,
    Reason.MISLEADING: 30,
    Reason.SPAM: 20,
    Reason.OTHER: 10,
}


class Flag(models.TextChoices):
    """Why the site itself reports something: one of its brakes, or that a video is like one that was removed."""

    FOLLOW_STORM = "follow_storm", _("many follows")
    COMMENT_FLOOD = "comment_flood", _("many comments")
    SAME_COMMENTS = "same_comments", _("the same comment again and again")
    MENTION_STORM = "mention_storm", _("many mentions of strangers")
    COPIES = "copies", _("files that were here already")
    REMOVED_BEFORE = "removed_before", _("looks like a removed video")


class Act(models.TextChoices):
    """What a moderator decides. Each but a dismissal can be lifted."""

    DISMISS = "dismiss", _("dismissed")
    REMOVE = "remove", _("removed")
    LIMIT = "limit", _("reach limited")
    RESTRICT = "restrict", _("for adults only")
    WARN = "warn", _("warned")
    SUSPEND = "suspend", _("suspended")
    LIFT = "lift", _("lifted")


class Case(models.Model):
    """One thing that waits for a decision, with everything that was reported of it; at most one open case a thing. The queue
    is ordered by harm, then by reach, then by age."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SECOND = "second", _("waits for a second person")
        CLOSED = "closed", _("decided")

    kind = models.CharField(max_length=7, choices=Kind)
    subject_id = models.BigIntegerField(help_text=_("Of the video, comment or account."))
    account_id = models.BigIntegerField(help_text=_("Whose it is."))
    state = models.CharField(max_length=6, choices=State, db_default=State.OPEN)
    harm = models.SmallIntegerField(db_default=0, help_text=_("Of the worst reason."))
    reach = models.BigIntegerField(db_default=0, help_text=_("Followers of the account, at the last report."))
    reports = models.IntegerField(db_default=0)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    taken_until = models.DateTimeField(null=True, help_text=_("Afterwards it is free for others again."))

    class Meta:
        verbose_name = _("case")
        permissions: ClassVar = [("decide_case", "Can decide cases")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=~Q(state="closed"), name="videos_case_one_open_a_thing"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="videos_case_closed_at_a_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-harm", "-reach", "id"], condition=~Q(state="closed"), name="videos_case_in_the_queue"
            ),
            models.Index(fields=["kind", "subject_id", "-id"], name="videos_case_of_thing"),
            models.Index(fields=["account_id", "-id"], name="videos_case_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject_id}"


class Report(models.Model):
    """What one person said of one thing: once. Without a reporter: by somebody without an account (`Notice`), by the site
    itself (`flag` says which of its brakes), or by an account that was erased."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="all_reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="reports_made"
    )
    kind = models.CharField(max_length=7, choices=Kind)
    subject_id = models.BigIntegerField()
    reason = models.CharField(max_length=13, choices=Reason)
    text = models.CharField(max_length=1000, blank=True)
    flag = models.CharField(max_length=20, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("report")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reporter", "kind", "subject_id"],
                condition=Q(reporter__isnull=False),
                name="videos_report_once_per_person_and_thing",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "id"], name="videos_report_of_case"),
            models.Index(fields=["reporter", "-id"], name="videos_report_of_reporter"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.get_kind_display()} {self.subject_id}"

    @property
    def flag_label(self) -> str:
        return str(Flag(self.flag).label) if self.flag in Flag.values else self.flag

    @property
    def words(self) -> str:
        """What people wrote as it stands; what a brake counted, in the reader's language."""
        return worded(self.text) if self.flag else self.text


class Notice(models.Model):
    """A report by somebody without an account. `receipt` opens the page that says how it stands; the address is forgotten
    some time after the decision (`KEEP_NOTICES_DAYS`)."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="notice")
    receipt = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=7, blank=True)

    class Meta:
        verbose_name = _("notice")

    def __str__(self) -> str:
        return f"notice {self.report_id}"


class Proposal(models.Model):
    """A decision that a second person has to confirm. Its row goes with their answer; the log keeps both."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="proposal")
    act = models.CharField(max_length=8, choices=Act)
    policy = models.CharField(max_length=13, choices=Reason)
    words = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    until = models.DateTimeField(null=True)
    reach = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("proposal")

    def __str__(self) -> str:
        return f"{self.get_act_display()}: case {self.case_id}"


class Decision(models.Model):
    """What was decided, for ever; it is also the statement of reasons that whoever is concerned reads (`words`), and the
    moderators' record (`note`, theirs alone). A lift undoes another decision."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="decisions")
    account_id = models.BigIntegerField(help_text=_("Whom it concerns."))
    act = models.CharField(max_length=8, choices=Act)
    policy = models.CharField(max_length=13, choices=Reason, blank=True)
    words = models.CharField(max_length=500, blank=True, help_text=_("Whoever is concerned reads them."))
    note = models.CharField(max_length=1000, blank=True, help_text=_("Only moderators read it."))
    until = models.DateTimeField(null=True, help_text=_("Empty: for good."))
    reach = models.BigIntegerField(db_default=0, help_text=_("Followers concerned, as was shown before it."))
    by_id = models.BigIntegerField()
    seconded_by_id = models.BigIntegerField(null=True)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    decided_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("decision")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(seconded_by_id=None) | ~Q(seconded_by_id=F("by_id")),
                name="videos_decision_seconded_by_another",
            ),
            models.CheckConstraint(condition=Q(act="dismiss") | ~Q(policy=""), name="videos_decision_by_a_rule"),
            models.CheckConstraint(
                condition=Q(act="lift", undoes__isnull=False) | (~Q(act="lift") & Q(undoes=None)),
                name="videos_decision_lifts_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "id"], name="videos_decision_of_case"),
            models.Index(fields=["account_id", "-id"], name="videos_decision_of_account"),
            # The sweep: what was decided for a time.
            models.Index(fields=["until"], condition=Q(until__isnull=False), name="videos_decision_for_a_time"),
        ]
        triggers: ClassVar = [
            Refuse(
                name="decisions_stand",
                operation=pgtrigger.Update | pgtrigger.Delete,
                message="A decision is only added to.",
            ),
            never_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: case {self.case_id}"


class Appeal(models.Model):
    """The one answer to a decision of whoever it concerns. Somebody else than its moderators decides it."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="appeal")
    account_id = models.BigIntegerField()
    text = models.CharField(max_length=1000)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    decision_by_id = models.BigIntegerField(help_text=_("Who made the decision: they may not judge it."))
    seconded_by_id = models.BigIntegerField(null=True)
    upheld = models.BooleanField(null=True, help_text=_("Whether the decision stands. Empty: not judged yet."))
    words = models.CharField(max_length=500, blank=True)
    judged_by_id = models.BigIntegerField(null=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appeal")
        permissions: ClassVar = [("judge_appeal", "Can judge appeals")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(judged_by_id=None)
                | (
                    ~Q(judged_by_id=F("decision_by_id"))
                    & ~Q(judged_by_id=F("account_id"))
                    & (Q(seconded_by_id=None) | ~Q(judged_by_id=F("seconded_by_id")))
                ),
                name="videos_appeal_judged_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(upheld=None, judged_by_id=None, judged_at=None)
                | Q(upheld__isnull=False, judged_by_id__isnull=False, judged_at__isnull=False),
                name="videos_appeal_judged_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["made_at"], condition=Q(upheld=None), name="videos_appeal_open"),
            models.Index(fields=["account_id"], name="videos_appeal_of_account"),
        ]

    def __str__(self) -> str:
        return f"appeal against decision {self.decision_id}"


class ModerationEvent(models.Model):
    """Everything that anybody did at the moderators' desk, with how things stood before and after. Only added to."""

    actor_id = models.BigIntegerField(null=True, help_text=_("Empty: the site itself, at a set time."))
    act = models.CharField(max_length=30)
    kind = models.CharField(max_length=7, choices=Kind)
    subject_id = models.BigIntegerField()
    case_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    happened_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("act of moderation")
        verbose_name_plural = _("acts of moderation")
        indexes: ClassVar = [
            models.Index(fields=["kind", "subject_id", "-id"], name="videos_moderation_of_thing"),
            models.Index(fields=["actor_id", "-id"], name="videos_moderation_of_actor"),
        ]
        triggers: ClassVar = [
            Refuse(
                name="moderation_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                message="The record of moderation is only added to.",
            ),
            never_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.kind} {self.subject_id}"
