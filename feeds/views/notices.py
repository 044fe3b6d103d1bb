"""The notifications."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import selectors, services


@login_required
@require_safe
@never_cache
def notifications(request: HttpRequest) -> HttpResponse:
    """What happened, newest first. What this answer lists counts as seen from now on."""
    viewer_id: int = request.user.pk  # type: ignore[assignment]
    page = selectors.notifications_page(viewer_id, cursor=request.GET.get("after", ""))
    services.see(
        viewer_id=viewer_id,
        publication_ids=[notice.key for notice in page.items if notice.unseen and notice.is_new_video],
        notification_ids=[notice.key for notice in page.items if notice.unseen and not notice.is_new_video],
    )
    part = "#notices" if request.htmx and "after" in request.GET else ""
    return render(request, f"feeds/notifications.html{part}", {"page": page})
