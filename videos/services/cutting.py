"""What a creator may wish to have made of a file: which part of it, and which frame stands for it."""

from django.conf import settings
from django.utils.translation import gettext as _

from videos.services.refusals import Refused

SHORTEST_MS = 1000
LATEST_MS = 24 * 3600 * 1000  # later than in any file that we take
SLACK_MS = 500  # a browser's clock and ours differ a little


def check_cut(from_ms: int | None, to_ms: int | None) -> None:
    """Raises Refused for a part that cannot be cut out. Without an end it goes on to the end of the file."""
    if to_ms is not None and to_ms - (from_ms or 0) < SHORTEST_MS:
        raise Refused("cut_too_short", _("This leaves less than a second. Choose a longer part."))
    if to_ms is not None and to_ms - (from_ms or 0) > settings.MAX_VIDEO_SECONDS * 1000 + SLACK_MS:
        minutes, seconds = divmod(settings.MAX_VIDEO_SECONDS, 60)
        raise Refused(
            "cut_too_long", _("This part is too long. The limit is %(limit)s.") % {"limit": f"{minutes}:{seconds:02}"}
        )
    if max(from_ms or 0, to_ms or 0) > LATEST_MS:
        raise Refused("cut_too_late", _("No video is as long as that."))
