"""The lists on a profile: its followers, and whom it follows."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from follows import selectors
from follows.access import access_account
from follows.views.rows import rows_or_page


@require_safe
@never_cache
def followers(request: HttpRequest, handle: str) -> HttpResponse:
    return _list(request, handle, "followers")


@require_safe
@never_cache
def following(request: HttpRequest, handle: str) -> HttpResponse:
    return _list(request, handle, "following")


def _list(request: HttpRequest, handle: str, which: str) -> HttpResponse:
    """The followers of an account, or whom it follows. Not allowed and not there look alike to somebody blocked."""
    account, viewer_id = access_account(handle), request.user.pk
    mine = selectors.relation(viewer_id, account.pk)
    if mine.blocked_by:
        raise Http404
    context: dict[str, Any] = {
        "account": account,
        "relation": mine,
        "which": which,
        "counts": selectors.counts(account.pk),
        "allowed": selectors.may_see_lists(account, mine),
    }
    if context["allowed"]:
        context |= _people(account, viewer_id, which, request.GET.get("after", ""))
    return render(request, rows_or_page(request, "follows/list.html", "tabs"), context)


def _people(account: User, viewer_id: int | None, which: str, cursor: str) -> dict[str, Any]:
    page, hidden = selectors.people_page(account, viewer_id, which, cursor=cursor)
    return {
        "page": page,
        "hidden": hidden,
        "relations": selectors.relations(viewer_id, [person.pk for person in page.items]),
    }
