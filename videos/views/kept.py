"""What somebody keeps for themselves: the videos that they saved, and those that they liked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from socialvideo.lib.numbers import exact
from videos import selectors, services


@login_required
@require_safe
@never_cache
def kept(request: HttpRequest, *, liked: bool) -> HttpResponse:
    """Nobody's but one's own."""
    viewer_id: int = request.user.pk  # type: ignore[assignment]
    page = selectors.kept_page(viewer_id, liked=liked, cursor=request.GET.get("after", ""))
    lost = 0 if page.next_cursor else selectors.lost(viewer_id, liked=liked)
    more = "#cards" if request.htmx and "after" in request.GET else ""  # type: ignore[attr-defined]
    return render(request, f"videos/kept.html{more}", {"page": page, "lost": lost, "liked": liked})


@login_required
@require_POST
def forget_lost(request: HttpRequest, *, liked: bool) -> HttpResponse:
    forgotten = services.forget_lost(account=request.user, liked=liked)  # type: ignore[arg-type]
    said = ngettext("%(number)s video taken from the list.", "%(number)s videos taken from the list.", forgotten)
    messages.info(request, said % {"number": exact(forgotten)})
    return redirect(reverse("videos:liked" if liked else "videos:saved"))
