"""What each act does to the thing, and how it is undone. Under the account's lock."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import suspend, suspension_ends, unsuspend
from videos.models import Case, Comment, Decision, ModerationEvent, Video
from videos.models.moderation import Act, Kind
from videos.services import comments, editing
from videos.services.moderation.things import thing_of
from videos.services.refusals import Refused

NOTHING_LEFT = {"erased", "account_deleted"}


def apply(case: Case, act: str, by: User, words: str, until: datetime | None) -> None:
    match act:
        case Act.REMOVE:
            _remove(case, by, words)
        case Act.LIMIT:
            _limited(case, is_limited=True)
        case Act.RESTRICT:
            Video.objects.filter(pk=case.subject_id).update(for_adults=True)
        case Act.SUSPEND:
            _suspend(case.account_id, by, words, until)


def undo(decision: Decision, by: User, note: str) -> None:
    """What another decision that stands demands, too, stays."""
    case, others = decision.case, _others(decision)
    match decision.act:
        case Act.REMOVE if not others:
            _restore(decision, by)
        case Act.LIMIT if not others:
            _limited(case, is_limited=False)
        case Act.RESTRICT if not others:
            Video.objects.filter(pk=case.subject_id).update(for_adults=False)
        case Act.SUSPEND if others:
            suspension_ends(
                account=User.objects.get(pk=case.account_id), until=_last([other.until for other in others])
            )
        case Act.SUSPEND:
            unsuspend(account=User.objects.get(pk=case.account_id), by=by, reason=note)


def _others(decision: Decision) -> list[Decision]:
    same = Decision.objects.filter(act=decision.act, undone_by=None).exclude(pk=decision.pk)
    if decision.act == Act.SUSPEND:
        return list(same.filter(account_id=decision.account_id))
    return list(same.filter(case__kind=decision.case.kind, case__subject_id=decision.case.subject_id))


def _last(ends: list[datetime | None]) -> datetime | None:
    """None: for good."""
    return None if None in ends else max(end for end in ends if end)


def _remove(case: Case, by: User, words: str) -> None:
    match thing_of(case):
        case Video() as video:
            editing.remove(by=by, video=video, reason=words[:300])
        case Comment(author_id=int()) as comment:
            comments.remove_comment(by=by, comment=comment)


def _restore(decision: Decision, by: User) -> None:
    """A video that its creator had deleted before is theirs to bring back; what is gone for good stays so."""
    try:
        match thing_of(decision.case):
            case Video() as video if not _hand_back(video):
                editing.restore(by=by, video=video)
            case Comment(author_id=int()) as comment:
                comments.restore_comment(by=by, comment=comment)
    except Refused as refused:
        if refused.code not in NOTHING_LEFT:
            raise


def _hand_back(video: Video) -> bool:
    removals = ModerationEvent.objects.filter(kind=Kind.VIDEO, subject_id=video.pk, act=Act.REMOVE).order_by("-pk")
    befores = (removal.before.get(Kind.VIDEO, {}) for removal in removals)
    before: dict[str, Any] = next(
        (each for each in befores if each.get("removed_by_id") in {None, video.creator_id}), {}
    )
    if not before.get("removed_by_id"):
        return False
    removed = Video.objects.filter(pk=video.pk, state=Video.State.REMOVED).exclude(removed_by=None)
    removed.update(removed_by=video.creator_id, removed_at=before["removed_at"], removal_reason="")
    return True


def _limited(case: Case, *, is_limited: bool) -> None:
    model = Video if case.kind == Kind.VIDEO else User
    model.objects.filter(pk=case.subject_id).update(is_limited=is_limited)


def _suspend(account_id: int, by: User, words: str, until: datetime | None) -> None:
    account = User.objects.get(pk=account_id)
    if account.erased_at:
        raise Refused("gone", _("This account was deleted."))
    suspend(account=account, by=by, reason=words, until=until)
