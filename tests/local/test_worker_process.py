"""The worker that tests may kill."""

import os

import pytest

from socialvideo.local.worker_process import WorkerProcess


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_it_takes_tasks_dies_at_once_and_comes_back(celery_worker_process: WorkerProcess) -> None:
    first = celery_worker_process.pid
    celery_worker_process.kill()
    assert not _exists(first)
    celery_worker_process.start()
    assert celery_worker_process.pid != first
    celery_worker_process.stop()
    assert "Warm shutdown" in celery_worker_process.output()
