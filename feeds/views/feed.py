"""For You, Following and Explore."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import selectors
from feeds.for_you import for_you_page
from feeds.selectors import Card
from feeds.views.suggestions import SHORT_STRIP, strip
from socialvideo.lib.pagination import Page
from videos.texts import tags


@require_safe
@never_cache
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


@require_safe
@never_cache
def explore(request: HttpRequest) -> HttpResponse:
    """What is popular, what is new, or what is about a tag; and whom to follow."""
    viewer_id, after = request.user.pk, request.GET.get("after", "")
    tag = next(iter(tags("#" + request.GET.get("tag", "").lstrip("#"))), "")
    sort = "new" if request.GET.get("sort") == "new" else "popular"
    if tag:
        page = selectors.tag_page(viewer_id, tag, cursor=after)
    else:
        page = selectors.explore_page(viewer_id, sort=sort, cursor=after)
    context: dict[str, Any] = {"sort": sort, "tag": tag, "page": page}
    if _wants_more(request):
        return render(request, "feeds/explore.html#cards", context)
    return render(request, "feeds/explore.html", context | strip(viewer_id, at_most=SHORT_STRIP))


def _wants_more(request: HttpRequest) -> bool:
    return bool(request.htmx) and "after" in request.GET  # type: ignore[attr-defined]
