"""Pages of following: the button's answers, the Following Manager, requests, and the lists on a profile. A button's
answer is the whole button as the database now has it, whether or not the act went through."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from follows import selectors, services
from follows.access import access_account
from follows.relations import Relation
from socialvideo.lib.redirects import redirect_back


def _answer(request: HttpRequest, account: User, relation: Relation, problem: str = "") -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _button(request, account, relation, problem)
    if problem:
        messages.error(request, problem)
    return redirect_back(request, account.get_absolute_url())


def _button(request: HttpRequest, account: User, relation: Relation, problem: str = "") -> HttpResponse:
    place = request.POST.get("place") or request.GET.get("place") or "page"
    return render(
        request,
        "follows/_follow_button.html",
        {"account": account, "relation": relation, "place": place[:20], "problem": problem},
    )


def _act(request: HttpRequest, handle: str, act: Callable[[User, User], Relation]) -> HttpResponse:
    """One tap: the service's reply, or what stands when the database refused."""
    account = access_account(handle)
    me: User = request.user  # type: ignore[assignment]
    try:
        return _answer(request, account, act(me, account))
    except services.FollowRefused as refused:
        return _answer(request, account, selectors.relation(me.pk, account.pk), refused.message)


@login_required
@require_POST
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(request, handle, lambda me, account: services.follow(follower=me, followee=account))


@login_required
@require_POST
def unfollow(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(request, handle, lambda me, account: services.unfollow(follower=me, followee=account))


@login_required
@require_POST
def block(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(request, handle, lambda me, account: services.block(blocker=me, blocked=account))


@login_required
@require_POST
def unblock(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(request, handle, lambda me, account: services.unblock(blocker=me, blocked=account))


@require_safe
@never_cache
def relation(request: HttpRequest, handle: str) -> HttpResponse:
    """The button as it stands: asked for by other tabs, after Back, and when the connection returns."""
    account = access_account(handle)
    return _button(request, account, selectors.relation(request.user.pk, account.pk))


@login_required
@require_safe
def manager(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    search = request.GET.get("q", "").replace("\x00", "").strip()[:50]
    page = selectors.manager_page(me.pk, search=search, cursor=request.GET.get("after", ""))
    context = {
        "page": page,
        "search": search,
        "more": urlencode({"after": page.next_cursor, "q": search}) if page.next_cursor else "",
        "counts": selectors.counts(me.pk),
        "asked": selectors.open_requests_of(me.pk),
        "relations": selectors.relations(me.pk, [edge.followee_id for edge in page.items]),
    }
    return render(request, _rows_or_page(request, "follows/manager.html"), context)


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    page = selectors.requests_page(me.pk, cursor=request.GET.get("after", ""))
    context = {"page": page, "counts": selectors.counts(me.pk)}
    return render(request, _rows_or_page(request, "follows/requests.html"), context)


@login_required
@require_POST
def approve(request: HttpRequest, handle: str) -> HttpResponse:
    asker = access_account(handle)
    relation = services.approve(followee=request.user, follower=asker)  # type: ignore[arg-type]
    if relation.follows_me:
        messages.success(request, f"{asker.display_name} now follows you.")
    else:
        messages.info(request, f"{asker.display_name} took the request back.")
    return redirect("follows:requests")


@login_required
@require_POST
def decline(request: HttpRequest, handle: str) -> HttpResponse:
    asker = access_account(handle)
    services.decline(followee=request.user, follower=asker)  # type: ignore[arg-type]
    messages.info(request, f"You declined the request of {asker.display_name}.")
    return redirect("follows:requests")


@login_required
@require_POST
def approve_everyone(request: HttpRequest) -> HttpResponse:
    approved = services.approve_everyone(followee_id=request.user.pk)
    messages.success(request, f"You approved {approved:,} {'request' if approved == 1 else 'requests'}.")
    return redirect("follows:requests")


@require_safe
def followers(request: HttpRequest, handle: str) -> HttpResponse:
    return _list(request, handle, "followers")


@require_safe
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
    return render(request, _rows_or_page(request, "follows/list.html"), context)


def _people(account: User, viewer_id: int | None, which: str, cursor: str) -> dict[str, Any]:
    page, hidden = selectors.people_page(account, viewer_id, which, cursor=cursor)
    return {
        "page": page,
        "hidden": hidden,
        "relations": selectors.relations(viewer_id, [person.pk for person in page.items]),
    }


def _rows_or_page(request: HttpRequest, template: str) -> str:
    """htmx asks for the next rows; everybody else for the page."""
    asked_for_more = request.htmx and request.GET.get("after")  # type: ignore[attr-defined]
    return f"{template}#rows" if asked_for_more else template
