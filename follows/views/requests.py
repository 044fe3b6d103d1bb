"""Who asks to follow a private account, and its answers. An answer stays on the page in place of the request."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from follows import selectors, services
from follows.relations import Relation
from follows.views.answers import Question, acting, ask_on_a_page, is_confirmed, origin, place_of
from follows.views.rows import rows_or_page
from socialvideo.lib import toasts
from socialvideo.lib.numbers import exact
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Toast

Said = tuple[Any, Any]  # beside the asker's name, and by itself
FOLLOWS_NOW = gettext_lazy("Now follows you."), gettext_lazy("%(name)s now follows you.")
TAKEN_BACK = gettext_lazy("Took the request back."), gettext_lazy("%(name)s took the request back.")
FOLLOWED_BEFORE = (
    gettext_lazy("Follows you: the request was approved before."),
    gettext_lazy("%(name)s follows you: the request was approved before."),
)
DECLINED = (
    gettext_lazy("Was declined, and can ask again."),
    gettext_lazy("%(name)s was declined, and can ask again."),
)


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
    said = FOLLOWS_NOW if relation.follows_me else TAKEN_BACK
    return _answered(request, asker, relation, said)


@acting
def decline(request: HttpRequest, asker: User) -> HttpResponse:
    """Takes nothing from anybody for good, for they can ask again: so it neither asks nor offers a way back."""
    relation = services.decline(followee=request.user, follower=asker, origin=origin(request))  # type: ignore[arg-type]
    said = FOLLOWED_BEFORE if relation.follows_me else DECLINED
    return _answered(request, asker, relation, said)


def _answered(request: HttpRequest, asker: User, relation: Relation, said: Said) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        counts = selectors.counts(request.user.pk)  # type: ignore[arg-type]
        context = {
            "account": asker,
            "relation": relation,
            "said": said[0],
            "counts": counts,
        }
        context |= {"question": _about_everyone(counts.requests), "place": place_of(request)}
        return render(request, "follows/requests.html#answered", context)
    back = redirect_back(request, reverse("follows:requests"))
    return toasts.show(request, back, Toast(said[1] % {"name": asker.display_name}))


@login_required
@require_POST
def approve_everyone(request: HttpRequest) -> HttpResponse:
    """Taken back only one by one, so it asks."""
    waiting = selectors.counts(request.user.pk).requests  # type: ignore[arg-type]
    if waiting and not is_confirmed(request):
        return ask_on_a_page(request, _about_everyone(waiting), back=redirect("follows:requests").url)
    approved = services.approve_everyone(followee_id=request.user.pk, origin=origin(request))  # type: ignore[arg-type]
    toast = Toast(
        ngettext("You approved %(number)s request.", "You approved %(number)s requests.", approved)
        % {"number": exact(approved)}
    )
    return toasts.show(request, redirect("follows:requests"), toast)


def _about_everyone(waiting: int) -> Question:
    people = ngettext(
        "%(number)s person starts to follow you and see your videos. You can remove them later, one by one.",
        "%(number)s people start to follow you and see your videos. You can remove them later, one by one.",
        waiting,
    )
    return Question(
        title=_("Approve everyone?"),
        lines=[people % {"number": exact(waiting)}],
        act=_("Approve everyone"),
        keep=_("Cancel"),
        grave=False,
    )
