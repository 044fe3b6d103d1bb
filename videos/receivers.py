"""What follows from facts about videos and their creators."""

from datetime import datetime, timedelta
from typing import Any

from django.dispatch import receiver

from accounts.models import StandingEvent, User
from accounts.services import AccountRefused, owe
from accounts.signals import erasure_due, standing_changed, standing_wanted
from follows.signals import follows_slowed
from videos import tasks
from videos.models.moderation import Act, Flag
from videos.services import Refused, erasure, moderation
from videos.signals import processing_due, publishing_ahead, storm_slowed


@receiver(processing_due)
def process_soon(video_id: int, **_: Any) -> None:
    tasks.process_video.delay_on_commit(video_id)


@receiver(publishing_ahead)
def publish_at_its_second(at: datetime, **_: Any) -> None:
    tasks.publish_waiting.apply_async(eta=at, expires=at + timedelta(minutes=1), ignore_result=True)


@receiver(standing_changed)
def publish_what_waited(**_: Any) -> None:
    """A creator who is back finds their waiting videos published."""
    tasks.publish_waiting.delay_on_commit()


@receiver(standing_wanted)
def decide_about_account(account: User, by: User, act: str, reason: str, **_: Any) -> None:
    """Raises AccountRefused."""
    try:
        if act == StandingEvent.Act.SUSPENDED:
            moderation.act_on(account, by=by, act=Act.SUSPEND, words=reason)
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
