"""The one answer of whoever a decision concerns, and what somebody else makes of it."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from videos.models import Appeal, Decision
from videos.models.moderation import Act
from videos.services.moderation import rules
from videos.services.moderation.lifting import lifted
from videos.services.moderation.things import record
from videos.services.refusals import Refused
from videos.signals import appeal_judged


@transaction.atomic
def appeal(*, decision: Decision, account: User, text: str) -> Appeal:
    """Once; what is sent again is the first. The account may be suspended. Raises Refused."""
    if decision.account_id != account.pk or decision.act in {Act.DISMISS, Act.LIFT}:
        raise Refused("not_yours", _("Only whoever a decision concerns can appeal against it."))
    lock_account(account.pk)
    if earlier := Appeal.objects.filter(decision=decision).first():
        return earlier
    if Decision.objects.filter(undoes=decision).exists():
        raise Refused("lifted", _("This decision was lifted already."))
    if not text.strip():
        raise Refused("empty", _("Write why the decision is wrong."))
    return Appeal.objects.create(
        decision=decision,
        account_id=account.pk,
        text=text.strip(),
        decision_by_id=decision.by_id,
        seconded_by_id=decision.seconded_by_id,
    )


@transaction.atomic
def judge(*, appeal: Appeal, by: User, upheld: bool, words: str = "") -> Appeal:
    """By somebody else than who decided. Upheld: the decision stands; otherwise it is lifted. Raises Refused."""
    rules.must_moderate(by, "videos.judge_appeal")
    rules.must_act_on(by, appeal.account_id)
    if by.pk in {appeal.decision_by_id, appeal.seconded_by_id}:
        raise Refused("second", _("You made this decision. Somebody else judges the appeal."))
    lock_account(appeal.account_id)
    appeal.refresh_from_db()
    if appeal.upheld is not None:
        return _judged(appeal, by, upheld)
    if upheld and Decision.objects.filter(undoes=appeal.decision_id).exists():
        raise Refused("lifted", _("This decision was lifted already."))
    Appeal.objects.filter(pk=appeal.pk).update(upheld=upheld, words=words.strip(), judged_by_id=by.pk, judged_at=Now())
    _follow_up(appeal.decision, by, upheld, words)
    appeal.refresh_from_db()
    return appeal


def _judged(appeal: Appeal, by: User, upheld: bool) -> Appeal:
    if (appeal.judged_by_id, appeal.upheld) != (by.pk, upheld):
        raise Refused("judged", _("This appeal is judged already."))
    return appeal


def _follow_up(decision: Decision, by: User, upheld: bool, words: str) -> None:
    case = decision.case
    record(
        actor_id=by.pk,
        act="uphold" if upheld else "overturn",
        kind=case.kind,
        subject_id=case.subject_id,
        case_id=case.pk,
        after={"decision": decision.pk, "words": words.strip()},
    )
    if not upheld:
        lifted(decision, by, words, actor_id=by.pk)
    appeal_judged.send(Appeal, decision_id=decision.pk)
