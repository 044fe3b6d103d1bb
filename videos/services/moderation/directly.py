"""Acts on what a moderator came across, without a report: each opens its case, so that all of them are decisions."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from accounts.services import unsuspend
from videos.models import Comment, Decision, Proposal, Video
from videos.models.moderation import Act, Kind
from videos.services import comments, editing
from videos.services.moderation import rules
from videos.services.moderation.cases import open_case
from videos.services.moderation.deciding import decide
from videos.services.moderation.lifting import lift
from videos.services.moderation.things import Thing, account_of, record, standing_of
from videos.services.refusals import Refused


def kind_of(thing: Thing) -> Kind:
    return {Video: Kind.VIDEO, Comment: Kind.COMMENT, User: Kind.ACCOUNT}[type(thing)]


@transaction.atomic
def act_on(thing: Thing, *, by: User, act: str, policy: str, words: str = "") -> Decision | Proposal:
    """What was decided so for good already is not decided again. Raises Refused; no case is left open then."""
    if account_id := account_of(thing):
        lock_account(account_id)
    if earlier := _standing(thing, act).filter(until=None).last():
        rules.must_decide(by, earlier.case, act)
        return earlier
    case = open_case(by=by, kind=kind_of(thing), subject_id=thing.pk)
    return decide(case=case, by=by, act=act, policy=policy, words=words)


@transaction.atomic
def put_back(thing: Thing, *, by: User, note: str = "") -> None:
    """A video or comment that was removed, an account that was suspended: by lifting the decisions that stand; or, of what
    no decision did, as it is. Raises Refused."""
    rules.must_moderate(by)
    rules.must_moderate(by, PERMISSION[kind_of(thing)])
    account_id = account_of(thing)
    if account_id is None:
        raise Refused("gone", _("The account was deleted, and its words with it."))
    rules.must_act_on(by, account_id)
    lock_account(account_id)
    decisions = list(_standing(thing, Act.SUSPEND if isinstance(thing, User) else Act.REMOVE))
    for decision in decisions:
        lift(decision=decision, by=by, note=note)
    if not decisions:
        _as_it_is(thing, account_id, by, note)


def _standing(thing: Thing, act: str) -> QuerySet[Decision]:
    about = {"case__kind": kind_of(thing), "case__subject_id": thing.pk}
    if act == Act.SUSPEND:
        about = {"account_id": account_of(thing)}
    can_stand = Decision.objects.exclude(act__in=[Act.DISMISS, Act.WARN])
    return can_stand.filter(**about, act=act, undone_by=None).order_by("pk")


def _as_it_is(thing: Thing, account_id: int, by: User, note: str) -> None:
    kind = kind_of(thing)
    before = standing_of(kind, thing.pk, account_id)
    RESTORE[kind](thing, by, note)
    after = standing_of(kind, thing.pk, account_id)
    if after != before:
        record(actor_id=by.pk, act="restore", kind=kind, subject_id=thing.pk, case_id=None, before=before, after=after)


PERMISSION: dict[str, str] = {
    Kind.VIDEO: "videos.remove_video",
    Kind.COMMENT: "videos.remove_comment",
    Kind.ACCOUNT: "accounts.suspend_user",
}
RESTORE: dict[str, Callable[[Any, User, str], Any]] = {
    Kind.VIDEO: lambda video, by, _note: editing.restore(by=by, video=video),
    Kind.COMMENT: lambda comment, by, _note: comments.restore_comment(by=by, comment=comment),
    Kind.ACCOUNT: lambda account, by, note: unsuspend(account=account, by=by, reason=note),
}
