"""What one does about a person besides following: alerts, mute, remove, block; and the pages that list whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from follows import selectors, services
from follows.models import Block, Follow, Mute
from follows.relations import Relation
from follows.views.answers import Question, acting, answer, ask, is_confirmed, origin, place_of
from follows.views.button import followed_again
from follows.views.rows import rows_or_page
from socialvideo.lib.pagination import Page
from socialvideo.lib.toasts import Action, Toast

MUTES = {"day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30), "ever": None}


def _action(request: HttpRequest, label: str, name: str, account: User, **fields: str) -> Action:
    return Action(label, reverse(f"follows:{name}", args=[account.handle]), {"place": place_of(request), **fields})


@acting
def bell(request: HttpRequest, account: User) -> HttpResponse:
    notify = request.POST.get("notify", "")
    if notify not in Follow.Notify:
        return HttpResponseBadRequest(_("Unknown choice."))
    before = selectors.relation(request.user.pk, account.pk)
    after = services.set_bell(follower=request.user, followee=account, notify=notify, origin=origin(request))  # type: ignore[arg-type]
    return answer(request, account, after, toast=_rung(request, account, before, after))


def _rung(request: HttpRequest, account: User, before: Relation, after: Relation) -> Toast | None:
    if before.notify == after.notify:
        return None
    said = {
        "all": _("You are alerted to new videos of %(name)s."),
        "none": _("No alerts for %(name)s. New videos are still in your inbox and feed."),
    }
    return Toast(
        said[after.notify] % {"name": account.display_name},
        _action(request, _("Undo"), "bell", account, notify=before.notify),
    )


@acting
def mute(request: HttpRequest, account: User) -> HttpResponse:
    try:
        until = _end_of_mute(request)
    except (ValueError, OverflowError):
        return HttpResponseBadRequest(_("Unknown choice."))
    services.mute(muter=request.user, muted=account, until=until)  # type: ignore[arg-type]
    toast = Toast(_muted(account, until), _action(request, _("Undo"), "unmute", account))
    return answer(request, account, toast=toast)


def _muted(account: User, until: datetime | None) -> str:
    name = account.display_name
    if until is None:
        return _("You muted %(name)s.") % {"name": name}
    moment = date_format(until, pgettext("format of a date", "j F, H:i"))
    return _("You muted %(name)s until %(moment)s UTC.") % {"name": name, "moment": moment}


def _end_of_mute(request: HttpRequest) -> datetime | None:
    """As chosen, or as it was before an Undo. None: until it is lifted."""
    if "until" in request.POST:
        return datetime.fromisoformat(request.POST["until"]).astimezone(UTC) if request.POST["until"] else None
    length = request.POST.get("for", "")
    if length not in MUTES:
        raise ValueError(length)
    span = MUTES[length]
    return timezone.now() + span if span else None


@acting
def unmute(request: HttpRequest, account: User) -> HttpResponse:
    before = selectors.mute_of(request.user.pk, account.pk)
    services.unmute(muter=request.user, muted=account)  # type: ignore[arg-type]
    return answer(request, account, toast=_unmuted(request, account, before) if before else None)


def _unmuted(request: HttpRequest, account: User, before: Mute) -> Toast:
    until = before.until.isoformat() if before.until else ""
    undo = _action(request, _("Undo"), "mute", account, until=until)
    return Toast(_("%(name)s is no longer muted.") % {"name": account.display_name}, undo)


@acting
def remove(request: HttpRequest, account: User) -> HttpResponse:
    """Only the one removed could undo it, so it asks."""
    before = selectors.relation(request.user.pk, account.pk)
    if before.follows_me and not is_confirmed(request):
        return ask(request, account, _about_removing(request.user, account))  # type: ignore[arg-type]
    after = services.remove_follower(followee=request.user, follower=account, origin=origin(request))  # type: ignore[arg-type]
    gone = before.follows_me and not after.follows_me
    toast = Toast(_("%(name)s no longer follows you.") % {"name": account.display_name}) if gone else None
    return answer(request, account, after, toast=toast)


def _about_removing(me: User, account: User) -> Question:
    name = {"name": account.display_name}
    asked = _("You cannot take this back: whoever wants to follow you has to ask you first.")
    free = _("You cannot take this back: whoever wants to follow you may do so again at any time.")
    return Question(
        title=_("Remove %(name)s?") % name,
        lines=[
            _("%(name)s stops following you, and is not notified.") % name,
            asked if me.is_private else free,
        ],
        act=_("Remove"),
        keep=_("Keep"),
    )


@acting
def block(request: HttpRequest, account: User) -> HttpResponse:
    before = selectors.relation(request.user.pk, account.pk)
    if not before.blocking and not is_confirmed(request):
        return ask(request, account, _about_blocking(account, before))
    after = services.block(blocker=request.user, blocked=account, origin=origin(request))  # type: ignore[arg-type]
    toast = None if before.blocking else Toast(_("You blocked %(name)s.") % {"name": account.display_name})
    return answer(request, account, after, toast=toast)


def _about_blocking(account: User, before: Relation) -> Question:
    """Names what ends, and nothing that does not."""
    name = {"name": account.display_name}
    mine = {"active": _("You stop following %(name)s."), "requested": _("Your request to %(name)s ends.")}
    theirs = _("%(name)s stops following you.") if before.follows_me else ""
    lost = [words % name for words in (mine.get(before.state, ""), theirs) if words]
    back = [_("Unblocking does not bring this back by itself.")] if lost else []
    shut = _("Neither of you sees the other's profile, videos and comments, and neither can follow the other.")
    lines = [shut, " ".join(lost + back)] if lost else [shut]
    return Question(title=_("Block %(name)s?") % name, lines=lines, act=_("Block"), keep=_("Cancel"))


@acting
def unblock(request: HttpRequest, account: User) -> HttpResponse:
    """Offers the follow back that the block ended."""
    before = selectors.relation(request.user.pk, account.pk)
    after = services.unblock(blocker=request.user, blocked=account, origin=origin(request))  # type: ignore[arg-type]
    lifted = before.blocking and not after.blocking
    return answer(request, account, after, toast=_unblocked(request, account) if lifted else None)


def _unblocked(request: HttpRequest, account: User) -> Toast:
    name = {"name": account.display_name}
    if not selectors.ended_by_block(request.user.pk, account.pk):
        return Toast(_("You unblocked %(name)s.") % name)
    again = _action(request, _("Follow again"), "follow_again", account)
    return Toast(_("You unblocked %(name)s. You followed %(name)s before.") % name, again)


@acting
def follow_again(request: HttpRequest, account: User) -> HttpResponse:
    after = services.follow_again(follower=request.user, followee=account, origin=origin(request))  # type: ignore[arg-type]
    return answer(request, account, after, toast=followed_again(account, after))


@login_required
@require_safe
@never_cache
def blocked(request: HttpRequest) -> HttpResponse:
    page = selectors.blocks_page(request.user.pk, cursor=request.GET.get("after", ""))  # type: ignore[arg-type]
    return _people(request, "blocked", page, [block.blocked for block in page.items])


@login_required
@require_safe
@never_cache
def muted(request: HttpRequest) -> HttpResponse:
    page = selectors.mutes_page(request.user.pk, cursor=request.GET.get("after", ""))  # type: ignore[arg-type]
    return _people(request, "muted", page, [mute.muted for mute in page.items])


def _people(request: HttpRequest, which: str, page: Page[Block] | Page[Mute], people: list[User]) -> HttpResponse:
    context: dict[str, Any] = {
        "which": which,
        "page": page,
        "rows": list(zip(page.items, people, strict=True)),
        "relations": selectors.relations(request.user.pk, [person.pk for person in people]),
        "totals": selectors.shut_out(request.user.pk),  # type: ignore[arg-type]
    }
    return render(request, rows_or_page(request, "follows/people.html", "tabs"), context)
