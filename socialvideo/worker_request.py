"""A task in a worker's hands."""

from typing import Any

from celery.worker.request import Request
from kombu.message import Message


class OutspokenRequest(Request):
    """Celery only logs it when Redis cannot be told that a task has ended. The task would stay counted as unfinished, and
    a worker that may hold no more takes nothing again. An error that nobody catches makes the worker connect anew."""

    def __init__(self, message: Message, **options: Any) -> None:
        super().__init__(message, **options | {"connection_errors": ()})
