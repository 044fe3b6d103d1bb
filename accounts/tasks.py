"""Background duties of accounts."""

from celery import shared_task

from accounts.services import archives, erasure, log_ins


@shared_task
def sweep_erasures() -> None:
    """Begins the deletions that have become final, and resumes those that stand still."""
    erasure.sweep()


@shared_task
def erase(account_id: int) -> None:
    """One turn of an erasure."""
    if erasure.erase(account_id):
        erase.delay(account_id)


@shared_task
def make_archive(archive_id: int) -> None:
    archives.make(archive_id)


@shared_task
def sweep_archives() -> None:
    """Resumes what stands still, and removes what has had its time."""
    archives.sweep()


@shared_task
def clear_sessions() -> None:
    """Those that are over."""
    log_ins.clear()
