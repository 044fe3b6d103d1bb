"""Background duties of the follow graph."""

from celery import shared_task

from follows import selectors, services
from follows.services import erasure

SWEEP_SECONDS = 10  # how often beat sweeps; its hints are forgotten when the next sweep comes


@shared_task
def fold_counts() -> None:
    """Keeps the backlog of deltas short, so that reading a count stays cheap."""
    while services.fold_counts():
        pass


@shared_task
def work_batch(batch_id: int) -> None:
    """One chunk of a batch; then the others in the queue have their turn."""
    if services.work(batch_id=batch_id):
        work_batch.delay(batch_id)


@shared_task
def sweep_batches() -> None:
    """Goes on with what stood still."""
    for batch_id in selectors.standing_still():
        work_batch.apply_async([batch_id], expires=SWEEP_SECONDS)


@shared_task
def offer(account_id: int) -> None:
    """Tells whoever imported the name of an account that there is one now."""
    while services.offer(account_id=account_id):
        pass


@shared_task
def sweep_imports() -> None:
    """Offers what no hint named, and forgets previews that nobody confirmed."""
    services.discard_old_previews()
    for account_id in selectors.named_meanwhile():
        offer(account_id)


@shared_task
def roll_tallies() -> None:
    """Keeps the figures of followers fresh. Killed, or twice at once, it counts everything once."""
    while services.roll_tallies():
        pass


@shared_task
def prune_batches() -> None:
    """Forgets what can no longer be undone."""
    services.prune_batches()


@shared_task
def prune_events() -> None:
    """Forgets what is older than the history of follows is kept."""
    if services.prune_events():
        prune_events.delay()


@shared_task
def erase(account_id: int) -> None:
    """One turn of an erasure."""
    if erasure.erase(account_id):
        erase.delay(account_id)
