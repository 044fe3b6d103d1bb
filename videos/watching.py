"""When a watch is a view, and what players report. A beacon can carry no token of the session's, so each report names,
signed, who was shown what and when; it is worth nothing to anybody else."""

from collections.abc import Iterable
from time import time
from typing import NamedTuple

from django.core import signing
from rest_framework.throttling import UserRateThrottle

_SALT = "videos.watching"
VALID_SECONDS = 24 * 3600
VIEW_MS = 3000
MOST = 50  # videos in a report


class WatchRate(UserRateThrottle):
    """A report in ten seconds, from several tabs."""

    scope = "watch"
    rate = "60/min"


class Watched(NamedTuple):
    """`shown_at` (ms since the epoch): when the page with the video was made; it cannot have been watched before."""

    video_id: int
    ms: int
    shown_at: int


def view_after_ms(duration_ms: int | None) -> int:
    """How long a video has to be watched to count as a view. In a feed each one plays by itself: who swipes past has
    not watched it. Of a clip that lasts hardly longer than that, half is enough."""
    return min(VIEW_MS, (duration_ms or 0) // 2)


def now_ms() -> int:
    return int(time() * 1000)


def watch_token(viewer_id: int | None, video_id: int) -> str:
    """Empty for somebody who is not logged in: their watching is not recorded."""
    return "" if viewer_id is None else signing.dumps([viewer_id, video_id, now_ms()], salt=_SALT)


def reports(viewer_id: int, said: Iterable[str]) -> list[Watched]:
    """Of "<ms> <token>" what can be read, was made for this viewer, and is not old."""
    found = (_report(viewer_id, *line.partition(" ")[::2]) for line in list(said)[:MOST])
    return [report for report in found if report]


def _report(viewer_id: int, ms: str, token: str) -> Watched | None:
    try:
        whose, video_id, shown_at = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    said_ms = int(ms) if ms.isascii() and ms.isdecimal() and len(ms) < 10 else 0
    return Watched(video_id, said_ms, shown_at) if whose == viewer_id and said_ms else None
