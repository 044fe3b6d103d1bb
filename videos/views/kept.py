"""What somebody keeps for themselves: the videos that they saved, and those that they liked."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

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
    messages.info(request, f"{forgotten:,} video{'' if forgotten == 1 else 's'} taken from the list.")
    return redirect(reverse("videos:liked" if liked else "videos:saved"))
