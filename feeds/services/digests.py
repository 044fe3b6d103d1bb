"""What an account has not seen, as one e-mail. When a plan's time comes, its events are claimed by a digest's lines in one
transaction: an event stands in one digest and in no other. The mail is made from what of them may be seen when it is sent.

It is handed to the mail server at most once. What the server refused for now is tried again; whether it took one whose
worker or connection died at that very moment nobody knows, and that one stays `unknown`."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from feeds.digest_mail import compose
from feeds.models import Digest, DigestLine, DigestPlan
from feeds.selectors.digests import address_of
from feeds.selectors.events import events, unseen_keys
from feeds.services.leases import mine, pause_after, settle
from feeds.services.mornings import DAYS, next_morning
from feeds.services.summaries import week_of
from feeds.sql.digests import CLAIM
from feeds.summary_mail import compose_summary
from feeds.topics import Channel
from socialvideo.lib.languages import speaking

logger = logging.getLogger(__name__)

LOOKS_BACK = 2  # periods: what a digest could not tell of, the next one still may
MOST_EVENTS = 100  # of videos, and of others
LEASE = timedelta(minutes=5)  # longer than a mail server is waited for
PATIENCE_SECONDS = 30
MOST_ATTEMPTS = 12  # over about a day
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=3)
KEPT = timedelta(days=90)
PRUNED_AT_ONCE = 500

State = Digest.State


def plan_digest(*, account: User, every: str, zone: str) -> DigestPlan:
    """By the clock of that time zone."""
    next_at = next_morning(every, zone, timezone.now())
    plan, _ = DigestPlan.objects.update_or_create(
        account=account, defaults={"every": every, "timezone": zone, "next_at": next_at}
    )
    return plan


def stop_digest(*, account_id: int) -> bool:
    """Whether there was one. What is claimed already is not sent any more."""
    return bool(DigestPlan.objects.filter(account=account_id).delete()[0])


# --- Claiming ---------------------------------------------------------------------------------------------------


@transaction.atomic
def make_digest() -> bool:
    """Makes the digest of one account whose time has come, if it has anything to tell; returns whether there was one."""
    now = timezone.now()
    due = DigestPlan.objects.filter(next_at__lte=now).order_by("next_at").select_related("account")
    plan = due.select_for_update(skip_locked=True, of=["self"]).first()
    if plan is None:
        return False
    since = plan.next_at - LOOKS_BACK * timedelta(days=DAYS[DigestPlan.Every(plan.every)])
    try:
        with transaction.atomic():
            _claim_events(plan.account, since)
        plan.next_at = next_morning(plan.every, plan.timezone, now)
    except Exception:  # whatever is wrong with one account, the others get theirs
        logger.exception("The digest of account %s was not made.", plan.account_id)
        plan.next_at = now + timedelta(hours=1)
    plan.save(update_fields=["next_at"])
    return True


def _claim_events(account: User, since: datetime) -> None:
    if not account.is_present or address_of(account.pk) is None:
        return
    keys = unseen_keys(account.pk, since=since, at_most=MOST_EVENTS)
    found = {event.act: event for event in events(account.pk, keys, Channel.MAIL).values()}
    told = set(DigestLine.objects.filter(account_id=account.pk, act__in=found).values_list("act", flat=True))
    wanted = [event for act, event in found.items() if act not in told]
    if wanted:
        digest = Digest.objects.create(account=account)
        DigestLine.objects.bulk_create(
            DigestLine(digest=digest, account_id=account.pk, event_key=event.key, act=event.act) for event in wanted
        )


# --- Sending ----------------------------------------------------------------------------------------------------


def digests_due(*, at_most: int) -> int:
    """How many wait to be sent, not counting beyond. Those whose worker died while handing them over do not any more."""
    due = Digest.objects.filter(state=State.WAITING, due_at__lte=timezone.now())
    due.filter(handed_at__isnull=False).update(state=State.UNKNOWN)
    return due.filter(handed_at=None)[:at_most].count()


def send_digest() -> bool:
    """Takes one digest and sends it; returns whether there was one."""
    digest = next(iter(Digest.objects.raw(CLAIM, {"size": 1, "lease": LEASE})), None)
    if digest is None:
        return False
    if digest.attempts > MOST_ATTEMPTS:
        settle(digest, State.DEAD, "interrupted each time")
    elif letter := _letter(digest):
        _hand_over(digest, letter)
    else:
        settle(digest, State.NEEDLESS)
    return True


def _letter(digest: Digest) -> mail.EmailMultiAlternatives | None:
    """Made of what is still to be told now, for somebody who still wants it."""
    account = User.objects.get(pk=digest.account_id)
    address = address_of(account.pk)
    if address is None or not account.is_present:
        return None
    with speaking(account.language):
        return _summary(digest, account, address) if digest.summary_of else _digest(digest, account, address)


def _digest(digest: Digest, account: User, address: str) -> mail.EmailMultiAlternatives | None:
    if not DigestPlan.objects.filter(account=account).exists():
        return None
    told = events(account.pk, digest.lines.values_list("event_key", flat=True), Channel.MAIL)
    digest.lines.exclude(event_key__in=told).delete()  # what comes of it again is news
    return compose(digest, account, address, list(told.values())) if told else None


def _summary(digest: Digest, account: User, address: str) -> mail.EmailMultiAlternatives | None:
    week = week_of(digest)
    return compose_summary(digest, account, address, week) if week else None


def _hand_over(digest: Digest, letter: mail.EmailMultiAlternatives) -> None:
    """What fails before it is marked as handed over was not sent. After that, only a refusal says so."""
    try:
        server = mail.get_connection(timeout=settings.EMAIL_TIMEOUT or PATIENCE_SECONDS)
        server.open()
    except (OSError, SMTPException) as error:
        _try_later(digest, _said(error))
        return
    try:
        if mine(digest).update(handed_at=timezone.now()):
            server.send_messages([letter])
            settle(digest, State.SENT)
    except (SMTPRecipientsRefused, SMTPResponseException) as refusal:
        settle(digest, State.DEAD, _said(refusal)) if _is_final(refusal) else _try_later(digest, _said(refusal))
    except (OSError, SMTPException) as error:
        settle(digest, State.UNKNOWN, _said(error))
    finally:
        with suppress(OSError, SMTPException):
            server.close()


def _is_final(refusal: SMTPRecipientsRefused | SMTPResponseException) -> bool:
    if isinstance(refusal, SMTPResponseException):
        return refusal.smtp_code >= 500
    return all(code >= 500 for code, _ in refusal.recipients.values())


def _said(error: Exception) -> str:
    """Without the address."""
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__


def _try_later(digest: Digest, said: str) -> None:
    if digest.attempts >= MOST_ATTEMPTS:
        settle(digest, State.DEAD, said)
    else:
        pause = pause_after(digest.attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        mine(digest).update(due_at=timezone.now() + pause, handed_at=None, answer=said)


def prune_digests() -> int:
    """Forgets some that are settled long since; returns how many. Their events are too old for another one."""
    settled = Digest.objects.exclude(state=State.WAITING).filter(created_at__lt=timezone.now() - KEPT)
    some = list(settled.order_by("pk").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    Digest.objects.filter(pk__in=some).delete()
    return len(some)
