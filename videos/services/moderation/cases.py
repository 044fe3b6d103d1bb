"""A case in somebody's hands: by a lease of some minutes, so that two do not decide at once."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from videos.models import Case, Comment, ModerationEvent, Video
from videos.models.moderation import Kind, Reason
from videos.services.moderation import rules
from videos.services.moderation.reporting import _open
from videos.services.moderation.things import Thing, account_of, open_to_visitors, record, things
from videos.services.refusals import Refused

LEASE = timedelta(minutes=10)


@transaction.atomic
def open_case(*, by: User, kind: str, subject_id: int) -> Case:
    """The open case of a thing that a moderator came across. Raises Refused."""
    rules.must_moderate(by)
    thing = things(kind).filter(pk=subject_id).first()
    if thing is None or (account_id := account_of(thing)) is None:
        raise Refused("gone", _("This is not available any more."))
    if not may_be_opened(thing):
        raise Refused("private", _("It is not for everybody, and nobody reported it."))
    lock_account(account_id)
    if standing := Case.objects.filter(kind=kind, subject_id=subject_id).exclude(state=Case.State.CLOSED).first():
        return standing
    case = Case.objects.get(pk=_open(thing, kind, subject_id, Reason.OTHER))
    record(actor_id=by.pk, act="open", kind=kind, subject_id=subject_id, case_id=case.pk)
    return case


def take(*, case: Case, by: User) -> Case:
    """Twice prolongs it. Raises Refused: somebody else has it, or it is decided."""
    rules.must_moderate(by)
    free = Q(taken_by=None) | Q(taken_until__lt=Now()) | Q(taken_by=by)
    undecided = Case.objects.exclude(state=Case.State.CLOSED).filter(free, pk=case.pk)
    if not undecided.update(taken_by=by, taken_until=Now() + LEASE):
        raise taken_or_decided(Case.objects.get(pk=case.pk))
    case.refresh_from_db()
    return case


def release(*, case: Case, by: User) -> None:
    """Twice is once."""
    Case.objects.filter(pk=case.pk, taken_by=by).update(taken_by=None, taken_until=None)


def taken_or_decided(case: Case) -> Refused:
    if case.state == Case.State.CLOSED:
        return Refused("decided", _("This case is decided already."))
    return Refused("taken", _("Somebody else is looking at this case."))


def held(case_id: int, account_id: int, by: User) -> Case:
    """With its account and its row locked, to be decided by this moderator. Raises Refused."""
    lock_account(account_id)
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    others = case.taken_by_id not in (None, by.pk) and Case.objects.filter(pk=case_id, taken_until__gt=Now()).exists()
    if case.state == Case.State.CLOSED or others:
        raise taken_or_decided(case)
    return case


def may_be_opened(thing: Thing) -> bool:
    match thing:
        case Video():
            return Video.objects.for_moderators().filter(pk=thing.pk).exists()
        case Comment():
            return Comment.objects.for_moderators().filter(pk=thing.pk).exists()
    return True


def look(*, case: Case, by: User) -> None:
    """Writes down that a moderator looked at what not everybody may see; once for each time that they have it."""
    if case.kind == Kind.ACCOUNT or open_to_visitors(case):
        return
    looks = ModerationEvent.objects.filter(actor_id=by.pk, act="look", case_id=case.pk)
    if not looks.filter(happened_at__gt=Now() - LEASE).exists():
        record(actor_id=by.pk, act="look", kind=case.kind, subject_id=case.subject_id, case_id=case.pk)
