"""Search: the page, and what is suggested while somebody types."""

from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.throttling import UserRateThrottle

from feeds import selectors
from feeds.searching import MARK_OF_HANDLE, MARK_OF_TAG, Query
from feeds.views.suggestions import SHORT_STRIP, strip
from socialvideo.lib.rates import limited

KINDS = {"people": selectors.people_found, "videos": selectors.videos_found, "tags": selectors.tags_found}
SIZES = {"people": 30, "videos": 24, "tags": 30}
AT_FIRST = {"people": 5, "videos": 12, "tags": 6}  # of each, where all are asked for
SUGGESTED = 5


class SearchRate(UserRateThrottle):
    """What a hand can type, by account, or by address of who is not logged in."""

    scope = "search"
    rate = "120/min"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return super().get_cache_key(request, view) if request.GET.get("q") else None


@require_safe
@never_cache
@limited(SearchRate)
def search(request: HttpRequest) -> HttpResponse:
    """Of all kinds the best few, or page by page of one kind."""
    query, kind = Query.of(request.GET.get("q", "")), request.GET.get("in", "")
    context: dict[str, Any] = {
        "query": query.text,
        "query_part": quote(query.text),
        "kind": kind if kind in KINDS else "",
    }
    if not query:
        return render(request, "feeds/search.html", context | _starts(request))
    try:
        with selectors.patience():
            found = _one_kind(request, query, kind) if kind in KINDS else _all_kinds(request, query)
    except selectors.TooSlow:
        return render(request, "feeds/search.html", context | {"too_slow": True}, status=503)
    if "after" in request.GET and request.htmx:  # type: ignore[attr-defined]
        return render(request, f"feeds/search.html#{kind}", context | found)
    if not found["any"]:
        found |= _starts(request)
    return render(request, "feeds/search.html", context | found)


def _all_kinds(request: HttpRequest, query: Query) -> dict[str, Any]:
    pages = {kind: find(request.user.pk, query, size=AT_FIRST[kind]) for kind, find in KINDS.items()}
    return {"pages": pages, "any": any(page.items for page in pages.values())}


def _one_kind(request: HttpRequest, query: Query, kind: str) -> dict[str, Any]:
    page = KINDS[kind](request.user.pk, query, cursor=request.GET.get("after", ""), size=SIZES[kind])
    more = urlencode({"q": query.text, "in": kind, "after": page.next_cursor}) if page.next_cursor else ""
    return {"pages": {kind: page}, "any": bool(page.items), "more": more}


def _starts(request: HttpRequest) -> dict[str, Any]:
    """Where to go from an empty page."""
    return {"tags": selectors.tags_of_the_week(request.user.pk)} | strip(request.user.pk, at_most=SHORT_STRIP)


@require_safe
@never_cache
@limited(SearchRate)
def suggestions(request: HttpRequest) -> HttpResponse:
    """A few people and tags, as options of the search field. A sign in front asks for one kind alone."""
    query, viewer_id = Query.of(request.GET.get("q", "")), request.user.pk
    context: dict[str, Any] = {"query": query.text}
    try:
        with selectors.patience():
            if query and not query.text.startswith(MARK_OF_TAG):
                context["people"] = selectors.people_found(viewer_id, query, size=SUGGESTED).items
            if query and not query.text.startswith(MARK_OF_HANDLE):
                context["tags"] = selectors.tags_found(viewer_id, query, size=SUGGESTED).items
    except selectors.TooSlow:
        return HttpResponse(status=503)
    return render(request, "feeds/_search_suggestions.html", context)
