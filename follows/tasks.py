"""Background duties of the follow graph."""

from celery import shared_task

from follows import services


@shared_task
def fold_counts() -> None:
    """Keeps the backlog of deltas short, so that reading a count stays cheap."""
    while services.fold_counts():
        pass
