"""Undoing a decision: by a moderator, by an appeal, or by itself when its time is over."""

import logging

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from videos.models import Decision
from videos.models.moderation import Act
from videos.services.moderation import effects, rules
from videos.services.moderation.things import record, standing_of
from videos.services.refusals import Refused
from videos.signals import decision_lifted

logger = logging.getLogger(__name__)


@transaction.atomic
def lift(*, decision: Decision, by: User, note: str = "") -> Decision:
    """Everything is again as it was. Twice is once. By whoever may decide so, and by one, also what two decided. Raises
    Refused."""
    if decision.act in {Act.DISMISS, Act.LIFT}:
        raise Refused("act", _("There is nothing to lift."))
    rules.must_decide(by, decision.case, decision.act)
    return lifted(decision, by, note, actor_id=by.pk)


def lifted(decision: Decision, by: User, note: str, *, actor_id: int | None) -> Decision:
    lock_account(decision.account_id)
    if earlier := Decision.objects.filter(undoes=decision).first():
        return earlier
    case = decision.case
    before = standing_of(case.kind, case.subject_id, case.account_id)
    effects.undo(decision, by, note)
    lift = Decision.objects.create(
        case=case,
        account_id=decision.account_id,
        act=Act.LIFT,
        policy=decision.policy,
        note=note.strip(),
        by_id=by.pk,
        undoes=decision,
    )
    after = standing_of(case.kind, case.subject_id, case.account_id)
    record(
        actor_id=actor_id,
        act=Act.LIFT,
        kind=case.kind,
        subject_id=case.subject_id,
        case_id=case.pk,
        before=before | {"decision": decision.pk},
        after=after,
    )
    decision_lifted.send(Decision, decision_id=decision.pk)
    return lift


def lift_due() -> int:
    """What was decided for a time that is over. What cannot be lifted holds up no other."""
    due = Decision.objects.filter(until__lte=Now(), undone_by=None).order_by("until")
    return sum(_lift_by_itself(decision) for decision in list(due))


def _lift_by_itself(decision: Decision) -> bool:
    try:
        with transaction.atomic():
            lifted(decision, User.objects.get(pk=decision.by_id), "", actor_id=None)
    except Exception:
        logger.exception("%s could not be lifted; the next sweep tries again", decision)
        return False
    return True
