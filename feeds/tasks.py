"""Hints for workers. What is to be done stands in the rows; the sweeps find what no hint names."""

from celery import shared_task

from feeds import auditing, selectors, services

SWEEP_SECONDS = 10  # how often beat sweeps; its hints are forgotten when the next sweep comes


@shared_task
def fan_out(publication_id: int) -> None:
    """One turn of a fan-out; then the others in the queue have theirs."""
    if services.continue_fan_out(publication_id):
        fan_out.delay(publication_id)


@shared_task
def sweep_fan_outs() -> None:
    """Goes on with what stood still, the nearest to its end first."""
    for publication_id in selectors.unfinished_fan_outs():
        fan_out.apply_async([publication_id], expires=SWEEP_SECONDS)


@shared_task(coalesced=True)
def consume_outbox() -> None:
    while services.consume_outbox():
        pass


@shared_task
def fold_reach() -> None:
    """Keeps the backlog of deltas short, so that a delivery report stays cheap."""
    while services.fold_reach():
        pass


@shared_task
def erase(account_id: int) -> None:
    """One turn of an erasure."""
    if services.erase(account_id):
        erase.delay(account_id)


@shared_task
def audit() -> None:
    """Unless one is under way already."""
    auditing.run_audit()
