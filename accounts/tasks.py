"""Background duties of accounts."""

from celery import shared_task

from accounts.services import erasure


@shared_task
def sweep_erasures() -> None:
    """Begins the deletions that have become final, and resumes those that stand still."""
    erasure.sweep()


@shared_task
def erase(account_id: int) -> None:
    """One turn of an erasure."""
    if erasure.erase(account_id):
        erase.delay(account_id)
