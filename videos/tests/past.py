"""What happened to videos on other days: what is done within `at(moment)` happened then, for whoever counts it."""

from functools import partial

from follows.tests.past import happened
from videos.models import VideoEvent
from videos.services.tallies import roll_tallies

at = partial(happened, VideoEvent)


def count() -> None:
    """As beat has it done."""
    while roll_tallies():
        pass
