"""Accounts to follow: the page, and "Not this one"."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from feeds import selectors, services
from follows.views.answers import acting
from socialvideo.lib import toasts
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Action, Toast

STRIP = 12  # where a feed is empty
SHORT_STRIP = 4


def strip(viewer_id: int | None, *, at_most: int = STRIP) -> dict[str, Any]:
    """What `feeds/_people.html` shows on a page about something else."""
    found = selectors.people_to_follow(viewer_id, at_most=at_most + 1)
    return {"suggestions": found[:at_most], "more_suggestions": len(found) > at_most}


@require_safe
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """People to follow, for everybody; who is not logged in is shown who is popular."""
    return render(request, "feeds/people.html", {"suggestions": selectors.people_to_follow(request.user.pk)})


@acting
def dismiss(request: HttpRequest, account: User) -> HttpResponse:
    """The row goes, its place stays for the way back."""
    services.dismiss(account=request.user, dismissed=account)  # type: ignore[arg-type]
    undo = Action(_("Undo"), reverse("feeds:take_back_dismissal", args=[account.handle]))
    toast = Toast(_("%(name)s is not suggested any more.") % {"name": account.display_name}, undo)
    if not request.htmx:  # type: ignore[attr-defined]
        return _back(request, toast)
    response = render(request, "feeds/_suggestion.html#dismissed", {"account": account})
    return toasts.show(request, response, replace(toast, about=account.handle))


@acting
def take_back_dismissal(request: HttpRequest, account: User) -> HttpResponse:
    """The row comes back and says enough, unless something else speaks against it by now."""
    services.take_back_dismissal(account=request.user, dismissed=account)  # type: ignore[arg-type]
    toast = Toast(_("%(name)s may be suggested again.") % {"name": account.display_name})
    if not request.htmx:  # type: ignore[attr-defined]
        return _back(request, toast)
    found = selectors.suggestion(request.user.pk, account)  # type: ignore[arg-type]
    response = render(request, "feeds/_suggestion.html#back", {"suggestion": found})
    return toasts.show(request, response, None if found else toast)


def _back(request: HttpRequest, toast: Toast) -> HttpResponse:
    return toasts.show(request, redirect_back(request, reverse("feeds:people")), toast)
