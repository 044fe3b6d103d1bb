"""When a watch is a view, and the address that a player reports to. A beacon can carry no token, so the address itself
says, signed, who watches what; it is worth nothing to anybody else."""

from django.core import signing
from django.urls import reverse

_SALT = "videos.watching"
VALID_SECONDS = 24 * 3600
VIEW_MS = 3000


def view_after_ms(duration_ms: int | None) -> int:
    """How long a video has to be watched to count as a view. In a feed each one plays by itself: who swipes past has
    not watched it. Of a clip that lasts hardly longer than that, half is enough."""
    return min(VIEW_MS, (duration_ms or 0) // 2)


def watch_url(viewer_id: int | None, video_id: int) -> str:
    """Empty for somebody who is not logged in: their watching is not recorded."""
    if viewer_id is None:
        return ""
    return reverse("videos:watch", args=[signing.dumps([viewer_id, video_id], salt=_SALT)])


def watched(token: str) -> tuple[int, int] | None:
    """Viewer and video; None for a forged or old address."""
    try:
        viewer_id, video_id = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    return viewer_id, video_id
