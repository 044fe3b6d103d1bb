"""What people, with an account or without, and the site's own brakes say of something. All of it joins the one open case
of the thing, which it moves up the queue."""

import secrets

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.locks import lock_account
from accounts.models import User
from follows.selectors import counts
from videos.models import Case, Notice, Report
from videos.models.moderation import HARM, Reason
from videos.services.moderation.things import Thing, account_of, shown_to, things
from videos.services.refusals import Refused

_CASE = """
    INSERT INTO videos_case AS stands (kind, subject_id, account_id, harm, reach) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (kind, subject_id) WHERE NOT (state = 'closed')
    DO UPDATE SET harm = greatest(stands.harm, EXCLUDED.harm), reach = EXCLUDED.reach
    RETURNING id
"""


@transaction.atomic
def report(*, reporter: User, kind: str, subject_id: int, reason: str, text: str = "") -> Report:
    """Once per person and thing: what is said again is the first report. Raises Refused: out of sight, one's own."""
    lock_account(reporter.pk)  # one report of theirs at a time
    mine = Report.objects.filter(reporter=reporter, kind=kind, subject_id=subject_id)
    if earlier := mine.first():
        return earlier
    thing = shown_to(reporter.pk, kind).filter(pk=subject_id).first() if reporter.is_present else None
    if thing and account_of(thing) == reporter.pk:
        raise Refused("own", _("This is yours. You can change or delete it yourself."))
    return _add(_case_of(thing, kind, subject_id, reason), kind, subject_id, reason, text, reporter=reporter)


@transaction.atomic
def notify(*, name: str, email: str, kind: str, subject_id: int, reason: str, text: str, language: str = "") -> Notice:
    """By somebody without an account; the receipt of it is the only way to it. Sent twice it is one. Raises Refused."""
    thing = shown_to(None, kind).filter(pk=subject_id).first()
    case_id = _case_of(thing, kind, subject_id, reason)
    sent = Notice.objects.filter(report__case=case_id, report__reason=reason, report__text=text.strip(), email=email)
    if email and (earlier := sent.first()):
        return earlier
    said = _add(case_id, kind, subject_id, reason, text)
    return Notice.objects.create(
        report=said, receipt=secrets.token_urlsafe(16), name=name.strip(), email=email, language=language
    )


@transaction.atomic
def flag(*, kind: str, subject_id: int, flag: str, reason: str = Reason.SPAM, text: str = "") -> Report | None:
    """By one of the site's brakes: never decides anything, and is said once in an open case. None: it is gone."""
    thing = things(kind).filter(pk=subject_id).first()
    if thing is None or account_of(thing) is None:
        return None
    case_id = _open(thing, kind, subject_id, reason)
    earlier = Report.objects.filter(case=case_id, flag=flag).first()
    return earlier or _add(case_id, kind, subject_id, reason, text, flag=flag)


def _case_of(thing: Thing | None, kind: str, subject_id: int, reason: str) -> int:
    if thing is None or account_of(thing) is None:
        raise Refused("gone", _("This is not available any more."))
    if reason not in Reason.values:
        raise Refused("reason", _("Choose what is the matter."))
    return _open(thing, kind, subject_id, reason)


def _open(thing: Thing, kind: str, subject_id: int, reason: str) -> int:
    """The open case of the thing, with its row locked: one that is decided at this moment is waited for, and followed by
    another."""
    account_id = account_of(thing) or 0
    with connection.cursor() as cursor:
        cursor.execute(_CASE, [kind, subject_id, account_id, HARM[reason], counts(account_id).followers])
        return int(cursor.fetchone()[0])


def _add(
    case_id: int, kind: str, subject_id: int, reason: str, text: str, *, reporter: User | None = None, flag: str = ""
) -> Report:
    Case.objects.filter(pk=case_id).update(reports=F("reports") + 1)
    return Report.objects.create(
        case_id=case_id,
        reporter=reporter,
        kind=kind,
        subject_id=subject_id,
        reason=reason,
        text=text.strip(),
        flag=flag,
    )
