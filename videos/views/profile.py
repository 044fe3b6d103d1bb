"""The page of an account: who they are, what they made and what they passed on."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors import account_by_handle, current_handle_of
from videos import selectors


@require_safe
@never_cache
def profile(request: HttpRequest, handle: str, tab: str = "videos") -> HttpResponse:
    account = account_by_handle(handle)
    if account is None:
        return _moved(handle)
    if account.handle != handle:
        return redirect(account, permanent=True)
    page_of = selectors.reposts_page if tab == "reposts" else selectors.grid_page
    shown = selectors.profile(account, request.user.pk)
    if shown.relation.blocked_by:
        raise Http404
    part, seen = _part(request), f"{shown.closed}{shown.video_count}.{shown.repost_count}"
    again = part == "#figures"
    anew = not again or request.GET.get("seen") != seen
    context = {"profile": shown, "tab": tab, "account": account, "relation": shown.relation, "seen": seen}
    context |= {"again": again, "anew": anew}
    if anew and not shown.closed:
        context["page"] = page_of(account.pk, request.user.pk, cursor=request.GET.get("after", ""))
    return render(request, f"videos/profile.html{part}", context)


def _part(request: HttpRequest) -> str:
    """htmx asks for the next videos, or for what a changed tie changes."""
    if not request.htmx:  # type: ignore[attr-defined]
        return ""
    if request.GET.get("after"):
        return "#cards"
    return "#figures" if request.htmx.target == "figures" else ""  # type: ignore[attr-defined]


def _moved(handle: str) -> HttpResponse:
    """A former handle still leads to the same account."""
    now = current_handle_of(handle)
    if now is None:
        raise Http404
    return redirect("videos:profile", now, permanent=True)
