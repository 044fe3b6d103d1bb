"""The week in the studio as one e-mail, for who asked for it: on Monday morning by the clock of where they asked, made when
all of the week is counted. It is sent as a digest is (`digests.py`), and not twice for a week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from feeds.models import Digest, DigestPlan, SummaryPlan
from feeds.selectors.digests import address_of
from feeds.services.mornings import next_morning
from follows.stats import Growth, counted_until, followers_growth
from socialvideo.lib.spans import Span, midnight
from videos.selectors import figures
from videos.selectors.figures import Best

LATER = timedelta(hours=1)


@dataclass(frozen=True)
class Week:
    """What there is to tell of one: followers, beside the week before, and the videos most watched in it."""

    growth: Growth
    before: Growth
    best: list[Best]

    @property
    def is_empty(self) -> bool:
        return not (self.growth.gained or self.growth.lost or self.best)


def plan_summary(*, account: User, zone: str) -> SummaryPlan:
    next_at = next_morning(DigestPlan.Every.WEEK, zone, timezone.now())
    plan, _ = SummaryPlan.objects.update_or_create(account=account, defaults={"timezone": zone, "next_at": next_at})
    return plan


def stop_summary(*, account_id: int) -> bool:
    """Whether there was one. What waits to be sent is not sent any more."""
    return bool(SummaryPlan.objects.filter(account=account_id).delete()[0])


@transaction.atomic
def make_summary() -> bool:
    """Makes the summary of one account whose time has come; returns whether there was one."""
    now = timezone.now()
    due = SummaryPlan.objects.filter(next_at__lte=now).order_by("next_at").select_related("account")
    plan = due.select_for_update(skip_locked=True, of=["self"]).first()
    if plan is None:
        return False
    monday = _monday(now, plan.timezone)
    if min(counted_until(), figures.counted_until()) < midnight(monday, ZoneInfo(plan.timezone)):
        plan.next_at = now + LATER
    else:
        _write_down(plan.account, monday - timedelta(days=7))
        plan.next_at = next_morning(DigestPlan.Every.WEEK, plan.timezone, now)
    plan.save(update_fields=["next_at"])
    return True


def _monday(now: datetime, zone: str) -> date:
    today = now.astimezone(ZoneInfo(zone)).date()
    return today - timedelta(days=today.weekday())


def _write_down(account: User, week: date) -> None:
    if account.is_present and address_of(account.pk):
        Digest.objects.bulk_create([Digest(account=account, summary_of=week)], ignore_conflicts=True)


def week_of(digest: Digest) -> Week | None:
    """None where nothing happened, or nobody wants to know any more."""
    plan = SummaryPlan.objects.filter(account=digest.account_id).first()
    if plan is None or digest.summary_of is None:
        return None
    span = Span(digest.summary_of, digest.summary_of + timedelta(days=6), "day", ZoneInfo(plan.timezone))
    week = Week(
        followers_growth(digest.account_id, span),
        followers_growth(digest.account_id, span.before()),
        figures.best_videos(digest.account_id, span),
    )
    return None if week.is_empty else week
