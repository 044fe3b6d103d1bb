"""Who asks to follow a private account, and its answers. An answer stays on the page in place of the request."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from follows import selectors, services
from follows.relations import Relation
from follows.views.answers import Question, acting, ask_on_a_page, is_confirmed, origin, place_of
from follows.views.rows import rows_or_page
from socialvideo.lib import toasts
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Toast


@login_required
@require_safe
@never_cache
def requests(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    page = selectors.requests_page(me.pk, cursor=request.GET.get("after", ""))
    counts = selectors.counts(me.pk)
    context = {"page": page, "counts": counts, "question": _about_everyone(counts.requests)}
    return render(request, rows_or_page(request, "follows/requests.html"), context)


@acting
def approve(request: HttpRequest, asker: User) -> HttpResponse:
    relation = services.approve(followee=request.user, follower=asker, origin=origin(request))  # type: ignore[arg-type]
    said = "now follows you" if relation.follows_me else "took the request back"
    return _answered(request, asker, relation, said)


@acting
def decline(request: HttpRequest, asker: User) -> HttpResponse:
    """Takes nothing from anybody for good, for they can ask again: so it neither asks nor offers a way back."""
    relation = services.decline(followee=request.user, follower=asker, origin=origin(request))  # type: ignore[arg-type]
    said = "follows you: the request was approved before" if relation.follows_me else "was declined, and can ask again"
    return _answered(request, asker, relation, said)


def _answered(request: HttpRequest, asker: User, relation: Relation, said: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        counts = selectors.counts(request.user.pk)  # type: ignore[arg-type]
        context = {"account": asker, "relation": relation, "said": said, "counts": counts}
        context |= {"question": _about_everyone(counts.requests), "place": place_of(request)}
        return render(request, "follows/requests.html#answered", context)
    back = redirect_back(request, reverse("follows:requests"))
    return toasts.show(request, back, Toast(f"{asker.display_name} {said}."))


@login_required
@require_POST
def approve_everyone(request: HttpRequest) -> HttpResponse:
    """Taken back only one by one, so it asks."""
    waiting = selectors.counts(request.user.pk).requests  # type: ignore[arg-type]
    if waiting and not is_confirmed(request):
        return ask_on_a_page(request, _about_everyone(waiting), back=redirect("follows:requests").url)
    approved = services.approve_everyone(followee_id=request.user.pk, origin=origin(request))  # type: ignore[arg-type]
    toast = Toast(f"You approved {approved:,} {'request' if approved == 1 else 'requests'}.")
    return toasts.show(request, redirect("follows:requests"), toast)


def _about_everyone(waiting: int) -> Question:
    people = "1 person starts" if waiting == 1 else f"{waiting:,} people start"
    return Question(
        title="Approve everyone?",
        lines=[f"{people} to follow you and see your videos. You can remove them later, one by one."],
        act="Approve everyone",
        keep="Cancel",
        grave=False,
    )
