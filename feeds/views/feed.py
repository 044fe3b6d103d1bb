"""For You and Following."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.throttling import UserRateThrottle

from feeds import selectors
from feeds.for_you import for_you_page
from feeds.selectors import Card
from feeds.views.suggestions import strip
from socialvideo.lib.pagination import Page
from socialvideo.lib.rates import limited


class PagingRate(UserRateThrottle):
    """Of those who go on, not of first pages."""

    scope = "paging"
    rate = "240/min"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return super().get_cache_key(request, view) if "after" in request.GET else None


@require_safe
@never_cache
@limited(PagingRate)
def home(request: HttpRequest) -> HttpResponse:
    """For You, for everybody."""
    page = for_you_page(request.user.pk, cursor=request.GET.get("after", ""))
    return _feed(request, "for_you", page)


@require_safe
@never_cache
def following_feed(request: HttpRequest) -> HttpResponse:
    """Everything new of those whom the viewer follows. Who is not logged in is invited to."""
    viewer_id = request.user.pk
    if viewer_id is None:
        return _feed(request, "following", Page([]))
    page = selectors.following_page(viewer_id, cursor=request.GET.get("after", ""))
    more: dict[str, Any] = {}
    if not page.items and "after" not in request.GET:
        more["empty"] = selectors.emptiness(viewer_id)
    elif not page.next_cursor:
        more["brought"] = selectors.brought_lately(viewer_id)
    return _feed(request, "following", page, **more)


def _feed(request: HttpRequest, which: str, page: Page[Card], **more: Any) -> HttpResponse:
    context: dict[str, Any] = {"which": which, "page": page, "continued": "after" in request.GET, **more}
    if _wants_more(request):
        return render(request, "feeds/feed.html#cards", context)
    if not page.items:
        context |= strip(request.user.pk)
    return render(request, "feeds/feed.html", context)


def _wants_more(request: HttpRequest) -> bool:
    return bool(request.htmx) and "after" in request.GET  # type: ignore[attr-defined]
