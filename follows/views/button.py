"""The follow button's taps, and what stands."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from follows import selectors, services
from follows.access import access_account
from follows.relations import Relation
from follows.views.answers import Question, acting, answer, ask, button, is_confirmed, origin, place_of
from socialvideo.lib.toasts import Action, Toast


@acting
def follow(request: HttpRequest, account: User) -> HttpResponse:
    return answer(
        request,
        account,
        services.follow(follower=request.user, followee=account, origin=origin(request)),  # type: ignore[arg-type]
    )


@acting
def unfollow(request: HttpRequest, account: User) -> HttpResponse:
    """Asks only where following again is not the follower's to decide."""
    before = selectors.relation(request.user.pk, account.pk)
    if before.following and account.is_private and not is_confirmed(request):
        return ask(request, account, _question(account))
    after = services.unfollow(follower=request.user, followee=account, origin=origin(request))  # type: ignore[arg-type]
    return answer(request, account, after, toast=_ended(request, account, before, after))


def _question(account: User) -> Question:
    name = account.display_name
    return Question(
        title=_("Unfollow %(name)s?") % {"name": name},
        lines=[
            _("%(name)s has a private account. To follow again you have to ask, and %(name)s decides.") % {"name": name}
        ],
        act=_("Unfollow"),
        keep=_("Keep following"),
    )


def _ended(request: HttpRequest, account: User, before: Relation, after: Relation) -> Toast | None:
    """What this tap changed, with the way back where there is one."""
    if after.state or not before.state:
        return None
    name = {"name": account.display_name}
    undo = Action(_("Undo"), account.get_absolute_url() + "restore/", {"place": place_of(request)})
    if before.state == "requested":
        return Toast(_("You took your request to %(name)s back.") % name, undo)
    return Toast(_("You unfollowed %(name)s.") % name, None if account.is_private else undo)


@acting
def restore(request: HttpRequest, account: User) -> HttpResponse:
    """Undo of an unfollow: bell and date come back with it."""
    after = services.restore(follower=request.user, followee=account, origin=origin(request))  # type: ignore[arg-type]
    return answer(request, account, after, toast=followed_again(account, after))


def followed_again(account: User, after: Relation) -> Toast:
    said = {
        "active": _("You follow %(name)s again."),
        "requested": _("You asked to follow %(name)s again."),
    }
    lost = _("That cannot be taken back any more. You do not follow %(name)s.")
    return Toast(said.get(after.state, lost) % {"name": account.display_name})


@require_safe
@never_cache
def relation(request: HttpRequest, handle: str) -> HttpResponse:
    """The button as it stands: asked for by other tabs, after Back, and when the connection returns."""
    return button(request, access_account(handle))
