"""Looking around: what is rising or new, and what is about a tag."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import selectors
from feeds.views.suggestions import SHORT_STRIP, strip
from videos.texts import tags


@require_safe
@never_cache
def explore(request: HttpRequest) -> HttpResponse:
    """What is rising, what is new, what the week is about, and whom to follow."""
    if "tag" in request.GET:
        return _moved(request.GET["tag"])
    viewer_id, after = request.user.pk, request.GET.get("after", "")
    sort = "new" if request.GET.get("sort") == "new" else "rising"
    context: dict[str, Any] = {"sort": sort, "page": selectors.explore_page(viewer_id, sort=sort, cursor=after)}
    if request.htmx and after:  # type: ignore[attr-defined]
        return render(request, "feeds/explore.html#cards", context)
    context |= strip(viewer_id, at_most=SHORT_STRIP) | {"tags": selectors.tags_of_the_week(viewer_id)}
    return render(request, "feeds/explore.html", context)


@require_safe
@never_cache
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """All about a tag. One that nobody may be shown anything of is not found, in friendly words."""
    if (meant := _tag(name)) != name and meant:
        return redirect("feeds:tag", meant, permanent=True)
    viewer_id, after = request.user.pk, request.GET.get("after", "")
    sort = "rising" if request.GET.get("sort") == "rising" else "new"
    page = selectors.tag_page(viewer_id, name, sort=sort, cursor=after) if meant else None
    context: dict[str, Any] = {"sort": sort, "page": page, "tag": name}
    if request.htmx and after:  # type: ignore[attr-defined]
        return render(request, "feeds/tag.html#cards", context)
    count = selectors.tag_count(viewer_id, name) if meant else 0
    if not count:
        context["tags"] = selectors.tags_of_the_week(viewer_id)
    return render(request, "feeds/tag.html", context | {"count": count}, status=200 if count else 404)


def _tag(written: str) -> str:
    """As captions are read; empty for what can be no tag."""
    return next(iter(tags("#" + written.lstrip("#"))), "")


def _moved(written: str) -> HttpResponse:
    """Where a tag's videos once were."""
    meant = _tag(written)
    return redirect("feeds:tag", meant, permanent=True) if meant else redirect("feeds:explore")
