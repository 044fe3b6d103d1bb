"""The follow button's taps, and what stands."""

from django.http import HttpRequest, HttpResponse
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
        title=f"Unfollow {name}?",
        lines=[f"{name} has a private account. To follow again you have to ask, and {name} decides."],
        act="Unfollow",
        keep="Keep following",
    )


def _ended(request: HttpRequest, account: User, before: Relation, after: Relation) -> Toast | None:
    """What this tap changed, with the way back where there is one."""
    if after.state or not before.state:
        return None
    undo = Action("Undo", account.get_absolute_url() + "restore/", {"place": place_of(request)})
    if before.state == "requested":
        return Toast(f"You took your request to {account.display_name} back.", undo)
    return Toast(f"You unfollowed {account.display_name}.", None if account.is_private else undo)


@acting
def restore(request: HttpRequest, account: User) -> HttpResponse:
    """Undo of an unfollow: bell and date come back with it."""
    after = services.restore(follower=request.user, followee=account, origin=origin(request))  # type: ignore[arg-type]
    return answer(request, account, after, toast=followed_again(account, after))


def followed_again(account: User, after: Relation) -> Toast:
    said = {
        "active": f"You follow {account.display_name} again.",
        "requested": f"You asked to follow {account.display_name} again.",
    }
    return Toast(
        said.get(after.state, f"That cannot be taken back any more. You do not follow {account.display_name}.")
    )


@require_safe
@never_cache
def relation(request: HttpRequest, handle: str) -> HttpResponse:
    """The button as it stands: asked for by other tabs, after Back, and when the connection returns."""
    return button(request, access_account(handle))
