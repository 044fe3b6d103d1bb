"""What an account has not seen, as one e-mail. When a plan's time comes, its events are claimed by a digest's lines in one
transaction: an event stands in one digest and in no other. The mail is made from what of them may be seen when it is sent.

How it is handed over: `mailing.py`."""

import logging
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from feeds.digest_mail import compose
from feeds.models import Digest, DigestLine, DigestPlan
from feeds.selectors.digests import address_of
from feeds.selectors.events import events, unseen_keys
from feeds.services import mailing
from feeds.services.mornings import DAYS, next_morning
from feeds.services.summaries import week_of
from feeds.summary_mail import compose_summary
from feeds.topics import Channel
from socialvideo.lib.languages import speaking

logger = logging.getLogger(__name__)

LOOKS_BACK = 2  # periods: what a digest could not tell of, the next one still may
MOST_EVENTS = 100  # of videos, and of others
MOST_ATTEMPTS = 12  # over about a day

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
    return mailing.due(Digest, at_most=at_most)


def send_digest() -> bool:
    """Takes one digest and sends it; returns whether there was one."""
    return mailing.send_one(Digest, _letter, most_attempts=MOST_ATTEMPTS)


def _letter(digest: Digest) -> EmailMultiAlternatives | None:
    """Made of what is still to be told now, for somebody who still wants it."""
    account = User.objects.get(pk=digest.account_id)
    address = address_of(account.pk)
    if address is None or not account.is_present:
        return None
    with speaking(account.language):
        return _summary(digest, account, address) if digest.summary_of else _digest(digest, account, address)


def _digest(digest: Digest, account: User, address: str) -> EmailMultiAlternatives | None:
    if not DigestPlan.objects.filter(account=account).exists():
        return None
    told = events(account.pk, digest.lines.values_list("event_key", flat=True), Channel.MAIL)
    digest.lines.exclude(event_key__in=told).delete()  # what comes of it again is news
    return compose(digest, account, address, list(told.values())) if told else None


def _summary(digest: Digest, account: User, address: str) -> EmailMultiAlternatives | None:
    week = week_of(digest)
    return compose_summary(digest, account, address, week) if week else None


def prune_digests() -> int:
    """Their events are too old for another one."""
    return mailing.prune(Digest)
