"""The follow button's answers: the whole button as the database now has it, whether or not the act went through."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from follows import selectors, services
from follows.access import access_account, origin_of
from follows.origins import Origin
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


def _act(request: HttpRequest, handle: str, act: Callable[[User, User, Origin], Relation]) -> HttpResponse:
    """One tap: the service's reply, or what stands when the database refused."""
    account = access_account(handle)
    me: User = request.user  # type: ignore[assignment]
    try:
        return _answer(request, account, act(me, account, origin_of(request, request.POST.get("place", ""))))
    except services.FollowRefused as refused:
        return _answer(request, account, selectors.relation(me.pk, account.pk), refused.message)


@login_required
@require_POST
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(
        request, handle, lambda me, account, origin: services.follow(follower=me, followee=account, origin=origin)
    )


@login_required
@require_POST
def unfollow(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(
        request, handle, lambda me, account, origin: services.unfollow(follower=me, followee=account, origin=origin)
    )


@login_required
@require_POST
def block(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(request, handle, lambda me, account, origin: services.block(blocker=me, blocked=account, origin=origin))


@login_required
@require_POST
def unblock(request: HttpRequest, handle: str) -> HttpResponse:
    return _act(
        request, handle, lambda me, account, origin: services.unblock(blocker=me, blocked=account, origin=origin)
    )


@require_safe
@never_cache
def relation(request: HttpRequest, handle: str) -> HttpResponse:
    """The button as it stands: asked for by other tabs, after Back, and when the connection returns."""
    account = access_account(handle)
    return _button(request, account, selectors.relation(request.user.pk, account.pk))
