"""When a watch is a view, and what players report. A beacon can carry no token of the session's, so each report names,
signed, who was shown what, when and on which surface; it is worth nothing to anybody else."""

from collections.abc import Iterable
from time import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core import signing
from django.db.models import TextChoices
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from rest_framework.throttling import UserRateThrottle

_SALT = "videos.watching"
VALID_SECONDS = 24 * 3600
VIEW_MS = 3000
MOST = 50  # videos in a report


class Source(TextChoices):
    """On which surface a video was shown, or what led to its own page."""

    FOLLOWING = "following", _("Following")
    FOR_YOU = "for_you", _("For You")
    PROFILE = "profile", _("Your profile")
    SEARCH = "search", _("Search")
    TAG = "tag", _("A tag's page")
    EXPLORE = "explore", _("Explore")
    INBOX = "inbox", _("Their notifications")
    EMBED = "embed", _("Embedded in another site")
    LINK = "link", _("A link")
    UNKNOWN = "", _("Not recorded where")


_SURFACES = {
    "feeds:following_feed": Source.FOLLOWING,
    "feeds:home": Source.FOR_YOU,
    "videos:profile": Source.PROFILE,
    "videos:reposts": Source.PROFILE,
    "feeds:search": Source.SEARCH,
    "feeds:tag": Source.TAG,
    "feeds:explore": Source.EXPLORE,
    "feeds:notifications": Source.INBOX,
    "videos:embed": Source.EMBED,
}


class WatchRate(UserRateThrottle):
    """A report in ten seconds, from several tabs."""

    scope = "watch"
    rate = "60/min"


class ShareRate(UserRateThrottle):
    """Of one video by one person, or from one address: passed on again within the hour, it is the same share."""

    scope = "share"
    rate = "1/hour"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"{super().get_cache_key(request, view)}-{request.resolver_match.kwargs['video_id']}"


class Watched(NamedTuple):
    """`shown_at` (ms since the epoch): when the page with the video was made; it cannot have been watched before."""

    video_id: int
    ms: int
    shown_at: int
    source: str = Source.UNKNOWN


def opened_from(request: HttpRequest) -> Source:
    """What led to this page: one of ours, as the browser says, else a link. Browsers tell other sites nothing of ours."""
    try:
        referrer = urlsplit(request.headers.get("Referer", ""))
        if referrer.netloc != request.get_host():
            return Source.LINK
        return _SURFACES.get(resolve(referrer.path).view_name, Source.UNKNOWN)
    except (ValueError, Resolver404):
        return Source.UNKNOWN


def view_after_ms(duration_ms: int | None) -> int:
    """How long a video has to be watched to count as a view. In a feed each one plays by itself: who swipes past has
    not watched it. Of a clip that lasts hardly longer than that, half is enough."""
    return min(VIEW_MS, (duration_ms or 0) // 2)


def now_ms() -> int:
    return int(time() * 1000)


def watch_token(viewer_id: int | None, video_id: int, source: str = Source.UNKNOWN) -> str:
    """Empty for somebody who is not logged in: their watching is not recorded."""
    return "" if viewer_id is None else signing.dumps([viewer_id, video_id, now_ms(), str(source)], salt=_SALT)


def reports(viewer_id: int, said: Iterable[str]) -> list[Watched]:
    """Of "<ms> <token>" what can be read, was made for this viewer, and is not old."""
    found = (_report(viewer_id, *line.partition(" ")[::2]) for line in list(said)[:MOST])
    return [report for report in found if report]


def _report(viewer_id: int, ms: str, token: str) -> Watched | None:
    try:
        whose, video_id, shown_at, *source = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    said_ms = int(ms) if ms.isascii() and ms.isdecimal() and len(ms) < 10 else 0
    return Watched(video_id, said_ms, shown_at, *source) if whose == viewer_id and said_ms else None
