"""Whose reposts somebody wants to be shown in For You."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.models import User
from follows.access import access_account
from follows.selectors import relation
from socialvideo.lib import toasts
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Action, Toast
from videos import services


@login_required
@require_POST
def hide_reposts(request: HttpRequest, handle: str) -> HttpResponse:
    creator = _met(request, handle)
    try:
        services.hide_reposts(account=request.user, creator=creator)  # type: ignore[arg-type]
    except services.Refused as refused:
        return toasts.show(request, _answer(request, handle, ""), Toast(refused.message, level="error"))
    undo = Action(_("Undo"), reverse("videos:show_reposts", args=[handle]), {"video": request.POST.get("video", "")})
    said = _("For You shows no reposts by %(name)s any more.") % {"name": creator.display_name}
    toast = Toast(said, undo, about=f"reposts {handle}")
    return toasts.show(request, _answer(request, handle, "hidden"), toast)


@login_required
@require_POST
def show_reposts(request: HttpRequest, handle: str) -> HttpResponse:
    creator = _met(request, handle)
    services.show_reposts(account=request.user, creator=creator)  # type: ignore[arg-type]
    said = _("For You shows reposts by %(name)s again.") % {"name": creator.display_name}
    toast = Toast(said, about=f"reposts {handle}")
    return toasts.show(request, _answer(request, handle, "shown"), toast)


def _met(request: HttpRequest, handle: str) -> User:
    creator = access_account(handle)
    if relation(request.user.pk, creator.pk).blocked_by:
        raise Http404
    return creator


def _answer(request: HttpRequest, handle: str, now: str) -> HttpResponse:
    """The card that the wish was said on goes, or comes back; a page reloads what it shows."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect_back(request, reverse("videos:profile", args=[handle]))
    response = HttpResponse(status=204)
    if not (video := request.POST.get("video", "")[:18]).isdecimal() or not now:
        return response
    detail = {"video": int(video), "creator": "", "hidden": now == "hidden"}
    return trigger_client_event(response, "turned-down", detail)
