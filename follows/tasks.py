"""Background duties of the follow graph."""

from celery import shared_task

from follows import services
from follows.services import erasure


@shared_task
def fold_counts() -> None:
    """Keeps the backlog of deltas short, so that reading a count stays cheap."""
    while services.fold_counts():
        pass


@shared_task
def erase(account_id: int) -> None:
    erasure.erase(account_id)
