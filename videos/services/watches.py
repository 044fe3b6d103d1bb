"""What players report, several videos at once. A client's figures are claims: our clock bounds them."""

from collections.abc import Sequence
from contextlib import suppress

from django_redis import get_redis_connection
from redis.exceptions import RedisError

from accounts.models import User
from videos.models import Video
from videos.services.reactions import record_watch
from videos.services.refusals import Refused
from videos.watching import VALID_SECONDS, Watched, now_ms


def record_watches(*, viewer: User, reports: Sequence[Watched]) -> None:
    """Together no longer than the time since the viewer's last report, and none longer than its page exists: what is
    forged or sent again gains nothing that waiting would not."""
    if not reports:
        return
    now = now_ms()
    left = min(since_last_report(viewer.pk), now - min(report.shown_at for report in reports))
    videos = Video.objects.visible_to(viewer.pk).in_bulk([report.video_id for report in reports])
    for video_id, said, shown_at, source in reports:
        ms = max(0, min(said, left, now - shown_at))
        left -= ms
        if video_id in videos:
            with suppress(Refused):
                record_watch(viewer=viewer, video=videos[video_id], ms=ms, source=source)


def since_last_report(viewer_id: int) -> int:
    """In ms; and this is the last one now, in one step. Forgotten by Redis, or without it, it bounds nothing: what was
    watched already bounds less, each by itself."""
    now = now_ms()
    try:
        last = get_redis_connection("default").set(f"watched:{viewer_id}", now, ex=VALID_SECONDS, get=True)
    except RedisError:
        last = None
    return now - int(last or 0)
