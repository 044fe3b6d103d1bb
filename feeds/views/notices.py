"""The notifications, and the number of those not seen."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from feeds import selectors, services
from feeds.selectors import FILTERS, Line
from feeds.selectors.notices import MOST_UNLISTED
from socialvideo.lib import toasts
from socialvideo.lib.toasts import Toast


@login_required
@require_safe
@never_cache
def notifications(request: HttpRequest) -> HttpResponse:
    """What happened, newest first. What this answer lists counts as seen from now on."""
    viewer_id: int = request.user.pk  # type: ignore[assignment]
    after = request.GET.get("after", "")
    show = _show(request)
    newest = "" if after else selectors.newest(viewer_id)
    page = selectors.notifications_page(viewer_id, show=show, cursor=after)
    _see(viewer_id, page.items)
    is_more = bool(request.htmx and after)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "page": page,
        "show": show,
        "newest": newest,
        "continued": selectors.section_at(after) if is_more else None,
        "kept": {"videos": settings.KEEP_INBOX_DAYS, "others": settings.KEEP_NOTIFICATIONS_DAYS},
    }
    return render(request, f"feeds/notifications.html{'#sections' if is_more else ''}", context)


def _show(request: HttpRequest) -> str:
    show = request.GET.get("show", "all")
    return show if show in FILTERS else "all"


def _see(viewer_id: int, lines: list[Line]) -> None:
    """Videos that were listed quietly, or too far down to be new, are seen too."""
    services.see(
        viewer_id=viewer_id,
        publication_ids=[key for line in lines for key in line.publication_ids],
        notification_ids=[key for line in lines if line.new for key in line.notification_ids],
    )


@login_required
@require_safe
@never_cache
def unlisted(request: HttpRequest) -> HttpResponse:
    """How many came since a list was made, for the page that shows it."""
    count = selectors.new_since(
        request.user.pk,  # type: ignore[arg-type]
        request.GET.get("newest", ""),
        show=_show(request),
    )
    context = {"count": count, "most": MOST_UNLISTED, "show": _show(request)}
    return render(request, "feeds/notifications.html#unlisted", context)


@require_safe
@never_cache
def unread(request: HttpRequest) -> HttpResponse:
    """The badge, for pages that were told that it changed. Of nobody when they are logged out by now."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    return render(request, "components/_unread.html")


@login_required
@require_POST
def see_everything(request: HttpRequest) -> HttpResponse:
    services.see_everything(viewer_id=request.user.pk, up_to=request.POST.get("newest", ""))  # type: ignore[arg-type]
    return toasts.show(request, redirect("feeds:notifications"), Toast(_("Everything is marked as read.")))
