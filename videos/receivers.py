"""What follows from facts about videos and their creators."""

from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver

from accounts.models import StandingEvent, User
from accounts.services import AccountRefused, owe
from accounts.signals import erasure_due, rules_asked, standing_changed, standing_wanted
from follows.signals import follows_slowed
from videos import tasks
from videos.models import Decision
from videos.models.moderation import Act, Flag, Kind, Reason
from videos.services import Refused, erasure, moderation, prints
from videos.signals import case_decided, decision_lifted, processing_due, publishing_ahead, storm_slowed, video_made


@receiver(processing_due)
def process_soon(video_id: int, **_: Any) -> None:
    tasks.process_video.delay_on_commit(video_id)


@receiver(video_made)
def print_soon(video_id: int, **_: Any) -> None:
    prints.want(video_id)
    tasks.take_prints.delay_on_commit(video_id)


@receiver(case_decided)
def remember_what_was_removed(decision_id: int, **_: Any) -> None:
    if video_id := _removed(decision_id):
        prints.remember(video_id)


@receiver(decision_lifted)
def forget_what_was_removed(decision_id: int, **_: Any) -> None:
    if video_id := _removed(decision_id):
        prints.forget(video_id)
        tasks.withdraw_prints.delay_on_commit()


def _removed(decision_id: int) -> int | None:
    """By this decision: the video."""
    removals = Decision.objects.filter(act=Act.REMOVE, case__kind=Kind.VIDEO)
    return removals.filter(pk=decision_id).values_list("case__subject_id", flat=True).first()


@receiver(publishing_ahead)
def publish_at_its_second(at: datetime, **_: Any) -> None:
    tasks.publish_waiting.apply_async(eta=at, expires=at + timedelta(minutes=1), ignore_result=True)


@receiver(standing_changed)
def publish_what_waited(**_: Any) -> None:
    """A creator who is back finds their waiting videos published."""
    tasks.publish_waiting.delay_on_commit()


@receiver(rules_asked)
def say_rules(**_: Any) -> list[tuple[str, Any]]:
    return Reason.choices


@receiver(standing_wanted)
def decide_about_account(account: User, by: User, act: str, rule: str, reason: str, **_: Any) -> None:
    """Raises AccountRefused."""
    try:
        if act == StandingEvent.Act.SUSPENDED:
            moderation.act_on(account, by=by, act=Act.SUSPEND, policy=rule, words=reason)
        else:
            moderation.put_back(account, by=by, note=reason)
    except Refused as refused:
        raise AccountRefused(refused.message) from refused


@receiver(storm_slowed)
def tell_moderators(account_id: int, flag: str, number: int, **_: Any) -> None:
    moderation.flag_storm(account_id=account_id, flag=flag, number=number)


@receiver(follows_slowed)
def tell_moderators_of_follows(account_id: int, number: int, **_: Any) -> None:
    moderation.flag_storm(account_id=account_id, flag=Flag.FOLLOW_STORM, number=number)


@receiver(erasure_due)
def erase_videos_and_reactions(account_id: int, **_: Any) -> None:
    owe(account_id=account_id, part=erasure.PART)
    tasks.erase.delay_on_commit(account_id)
