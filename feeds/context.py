"""What the navigation shows of feeds. Templates call these, so a page that does not show them does not read them."""

from functools import cache

from django.http import HttpRequest

from accounts.models import User
from feeds import selectors, status
from feeds.selectors import Overview


def navigation(request: HttpRequest) -> dict[str, object]:
    """`nav_unread`: what the badge says. `nav_lately`: creators whom the viewer follows and who posted lately.
    `last_audit`: when the promises were last checked, and whether they are kept; None before the first time."""
    last_audit = cache(status.last_audit)
    if not request.user.is_authenticated:
        return {"last_audit": last_audit}
    viewer_id = request.user.pk

    @cache
    def feed() -> Overview:
        return selectors.overview(viewer_id)

    @cache
    def nav_unread() -> int:
        return selectors.unread_count(viewer_id, feed=feed())

    @cache
    def nav_lately() -> list[User]:
        return selectors.posted_lately(feed())

    return {"nav_unread": nav_unread, "nav_lately": nav_lately, "last_audit": last_audit}
