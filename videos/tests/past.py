"""What happened to videos on other days: what is done within `at(moment)` happened then, for whoever counts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Max

from follows.tests.past import forced
from videos.models import VideoEvent
from videos.services.tallies import roll_tallies

_MOVE = "UPDATE videos_videoevent SET happened_at = %s WHERE id > %s"


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    last = VideoEvent.objects.aggregate(last=Max("id"))["last"] or 0
    yield
    with forced() as sql:
        sql(_MOVE, [moment, last])


def count() -> None:
    """As beat has it done."""
    while roll_tallies():
        pass
