"""The address that a player reports to. A beacon can carry no token, so the address itself says, signed, who watches
what; it is worth nothing to anybody else."""

from django.core import signing
from django.urls import reverse

_SALT = "videos.watching"
VALID_SECONDS = 24 * 3600


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
