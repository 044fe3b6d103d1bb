"""A decision: its effect, its record and what is announced of it, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from follows.selectors import counts
from videos.models import Case, Decision, Proposal
from videos.models.moderation import Act, Reason
from videos.services.moderation import effects, rules
from videos.services.moderation.cases import held
from videos.services.moderation.things import record, standing_of
from videos.services.refusals import Refused
from videos.signals import case_decided

FOR_A_TIME = {Act.SUSPEND, Act.LIMIT, Act.RESTRICT}


@dataclass(frozen=True)
class Verdict:
    """What is decided, by which rule; `words` for whoever is concerned, `note` for moderators; None: for good."""

    act: str
    policy: str = ""
    words: str = ""
    note: str = ""
    until: datetime | None = None


@transaction.atomic
def decide(
    *,
    case: Case,
    by: User,
    act: str,
    policy: str = "",
    words: str = "",
    note: str = "",
    until: datetime | None = None,
) -> Decision | Proposal:
    """A decision; or, for an account with many followers, a proposal. Sent twice by the same moderator it is one. Raises
    Refused."""
    verdict = Verdict(act, policy, words.strip(), note.strip(), until)
    rules.must_decide(by, case, act)
    lock_account(case.account_id)
    if earlier := _said_before(case, by, act):
        return earlier
    _check(verdict)
    held_case = held(case.pk, case.account_id, by)
    if held_case.state == Case.State.SECOND:
        raise Refused("proposed", _("This case waits for a second person to answer the proposal."))
    reach = counts(case.account_id).followers
    if act == Act.SUSPEND and reach > settings.SUSPEND_ALONE_FOLLOWERS:
        return _propose(held_case, by, verdict, reach)
    return _carry_out(held_case, verdict, reach, by=by)


@transaction.atomic
def confirm(*, proposal: Proposal, by: User) -> Decision:
    """By somebody else than whose proposal it is. Raises Refused."""
    case = proposal.case
    rules.must_decide(by, case, proposal.act)
    held_case = held(case.pk, case.account_id, by)
    standing = _standing(proposal)
    if standing.by_id == by.pk:
        raise Refused("second", _("This is your own proposal. Somebody else has to confirm it."))
    verdict = Verdict(standing.act, standing.policy, standing.words, standing.note, standing.until)
    if verdict.until and verdict.until <= timezone.now():
        raise Refused("until", _("The time that was proposed is over already. Turn it down and propose another."))
    standing.delete()
    return _carry_out(held_case, verdict, counts(case.account_id).followers, by=standing.by, seconded_by=by)


@transaction.atomic
def turn_down(*, proposal: Proposal, by: User) -> None:
    """The case is open again. Whose proposal it is may take it back so. Raises Refused."""
    case = proposal.case
    rules.must_decide(by, case, proposal.act)
    held(case.pk, case.account_id, by)
    standing = _standing(proposal)
    record(
        actor_id=by.pk,
        act="turn_down",
        kind=case.kind,
        subject_id=case.subject_id,
        case_id=case.pk,
        before=_told(standing),
    )
    standing.delete()
    Case.objects.filter(pk=case.pk).update(state=Case.State.OPEN, taken_by=None, taken_until=None)


def _said_before(case: Case, by: User, act: str) -> Decision | Proposal | None:
    decided = Decision.objects.filter(case=case, by_id=by.pk, act=act).exclude(case__state=Case.State.OPEN)
    return decided.first() or Proposal.objects.filter(case=case, by=by, act=act).first()


def _standing(proposal: Proposal) -> Proposal:
    """The very one: another may have been made of the same case meanwhile."""
    same = Proposal.objects.filter(pk=proposal.pk, made_at=proposal.made_at)
    standing = same.select_related("by").first()
    if standing is None:
        raise Refused("answered", _("This proposal is answered already."))
    return standing


def _check(verdict: Verdict) -> None:
    if verdict.act != Act.DISMISS and verdict.policy not in Reason.values:
        raise Refused("policy", _("Choose the rule that this goes against."))
    if verdict.until and (verdict.act not in FOR_A_TIME or verdict.until <= timezone.now()):
        raise Refused("until", _("Choose a time that is still to come."))


def _propose(case: Case, by: User, verdict: Verdict, reach: int) -> Proposal:
    proposal = Proposal.objects.create(case=case, by=by, reach=reach, **vars(verdict))
    Case.objects.filter(pk=case.pk).update(state=Case.State.SECOND, taken_by=None, taken_until=None)
    record(
        actor_id=by.pk,
        act="propose",
        kind=case.kind,
        subject_id=case.subject_id,
        case_id=case.pk,
        after=_told(proposal),
    )
    return proposal


def _told(proposal: Proposal) -> dict[str, object]:
    return {
        "by": proposal.by_id,
        "act": proposal.act,
        "policy": proposal.policy,
        "words": proposal.words,
        "until": proposal.until,
        "reach": proposal.reach,
    }


def _carry_out(case: Case, verdict: Verdict, reach: int, *, by: User, seconded_by: User | None = None) -> Decision:
    actor = seconded_by or by
    before = standing_of(case.kind, case.subject_id, case.account_id)
    effects.apply(case, verdict.act, actor, verdict.words, verdict.until)
    decision = Decision.objects.create(
        case=case,
        account_id=case.account_id,
        reach=reach,
        by_id=by.pk,
        seconded_by_id=seconded_by.pk if seconded_by else None,
        **vars(verdict),
    )
    Case.objects.filter(pk=case.pk).update(
        state=Case.State.CLOSED, closed_at=Now(), reach=reach, taken_by=None, taken_until=None
    )
    after = standing_of(case.kind, case.subject_id, case.account_id)
    record(
        actor_id=actor.pk,
        act=verdict.act,
        kind=case.kind,
        subject_id=case.subject_id,
        case_id=case.pk,
        before=before,
        after=after | {"decision": decision.pk},
    )
    case_decided.send(Decision, decision_id=decision.pk)
    return decision
