"""Something done every few seconds beside a step that reports nothing of itself, such as renewing a lease."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import DatabaseError, connections

logger = logging.getLogger(__name__)


@contextmanager
def beating(beat: Callable[[], object], *, seconds: float, name: str) -> Iterator[None]:
    """Until the step is over. A database that is away for one beat may be back for the next."""
    over = Event()
    thread = Thread(target=_beat_on, args=(beat, seconds, over), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat_on(beat: Callable[[], object], seconds: float, over: Event) -> None:
    while not over.wait(seconds):
        try:
            beat()
        except DatabaseError:
            logger.warning("A beat was missed", exc_info=True)
        finally:
            connections.close_all()
