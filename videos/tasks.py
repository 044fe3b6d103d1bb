"""Hints and the sweep. A task says where to look; the rows say what is to be done."""

from celery import shared_task

from videos import services
from videos.services import clearing, erasure, moderation, multipart, prints, retention, tallies, uploads


@shared_task
def process_video(video_id: int) -> None:
    services.process(video_id)


@shared_task
def sweep_processing() -> None:
    """Resumes what a lost hint, a killed worker or a creator's absence left standing; publishes what was scheduled."""
    services.sweep()


@shared_task
def sweep_uploads() -> None:
    """Passes on what has come whole and gives up what nobody sends any more."""
    uploads.sweep_uploads()


@shared_task
def sweep_deleted() -> None:
    """What its creator deleted and did not bring back in time."""
    clearing.sweep_deleted()


@shared_task
def sweep_bucket() -> None:
    """Unfinished uploads in the bucket that no row knows."""
    multipart.sweep_bucket()


@shared_task
def lift_due() -> None:
    """Decisions whose time is over."""
    moderation.lift_due()


@shared_task
def prune_watches(after: int = 0) -> None:
    """One turn through what was watched, then the next."""
    if (left := retention.prune_watches(after)) is not None:
        prune_watches.delay(left)


@shared_task
def prune_notices() -> None:
    """Names and addresses of who reported without an account."""
    retention.prune_notices()


@shared_task
def take_prints(video_id: int) -> None:
    prints.take(video_id)


@shared_task
def sweep_prints() -> None:
    """What videos look like, where it is not known yet; with what they are not compared yet."""
    prints.sweep()


@shared_task
def withdraw_prints() -> None:
    """Flags that say nothing any more."""
    prints.withdraw()


@shared_task
def roll_tallies() -> None:
    """Keeps the figures of videos fresh. Killed, or twice at once, it counts everything once."""
    while tallies.roll_tallies():
        pass


@shared_task
def prune_events() -> None:
    """Forgets what was counted long ago."""
    if tallies.prune_events():
        prune_events.delay()


@shared_task
def publish_waiting() -> None:
    services.publish_due()


@shared_task
def erase(account_id: int) -> None:
    """One turn of an erasure."""
    if erasure.erase(account_id):
        erase.delay(account_id)
