"""What follows from facts about videos and their creators."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import standing_changed
from videos import tasks
from videos.signals import processing_due


@receiver(processing_due)
def process_soon(video_id: int, **_: Any) -> None:
    tasks.process_video.delay_on_commit(video_id)


@receiver(standing_changed)
def publish_what_waited(**_: Any) -> None:
    """A creator who is back finds their waiting videos published."""
    tasks.publish_waiting.delay_on_commit()
