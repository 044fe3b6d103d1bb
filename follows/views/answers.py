"""How an act on a person is answered: with the whole button as the database now has it, whether or not the act went
through. htmx gets the button, everybody else the page they came from with the same words as a message."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event
from rest_framework.throttling import UserRateThrottle

from accounts.models import User
from follows import selectors, services
from follows.access import access_account, origin_of
from follows.buttons import PLACE_LENGTH, button_context
from follows.origins import Origin
from follows.relations import Relation
from socialvideo.lib import toasts
from socialvideo.lib.rates import later, too_much
from socialvideo.lib.redirects import redirect_back, way_back

View = Callable[[HttpRequest, User], HttpResponse]


class TapRate(UserRateThrottle):
    """What a hand can tap, and more."""

    scope = "taps"
    rate = "120/min"


@dataclass(frozen=True)
class Question:
    """Asked before what the asker alone cannot take back."""

    title: str
    lines: list[str]
    act: str
    keep: str
    grave: bool = True  # ends something


def acting(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """A tap on a person: posted, by somebody logged in, at the rate of a hand. What the database refuses is answered
    in words, with the truth."""

    @require_POST
    @wraps(view)
    def tap(request: HttpRequest, handle: str) -> HttpResponse:
        account = access_account(handle)
        if not request.user.is_authenticated:
            return _log_in_first(request, account)
        throttle = TapRate()
        if not throttle.allow_request(request, None):  # type: ignore[arg-type]
            return too_much(request, throttle)
        try:
            return view(request, account)
        except services.FollowRefused as refused:
            return _refused(request, account, refused)

    return tap


def _refused(request: HttpRequest, account: User, refused: services.FollowRefused) -> HttpResponse:
    if not refused.wait:
        return answer(request, account, problem=refused.message)
    if request.htmx:  # type: ignore[attr-defined]
        return later(button(request, account, problem=refused.message), refused.wait)
    return later(render(request, "429.html", {"words": refused.message}), refused.wait)


def _log_in_first(request: HttpRequest, account: User) -> HttpResponse:
    """Back to the page of the tap, not to the tap: that is no page."""
    return redirect_to_login(way_back(request, account.get_absolute_url()))


def place_of(request: HttpRequest) -> str:
    return request.POST.get("place", "")[:PLACE_LENGTH]


def origin(request: HttpRequest) -> Origin:
    return origin_of(request, place_of(request).partition("-")[0])


def is_confirmed(request: HttpRequest) -> bool:
    return "confirmed" in request.POST


def answer(
    request: HttpRequest,
    account: User,
    relation: Relation | None = None,
    *,
    toast: toasts.Toast | None = None,
    problem: str = "",
) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        response = button(request, account, relation, problem=problem)
        trigger_client_event(response, "live:relation", {"account": account.pk, "version": None})
        return toasts.show(request, response, toast and replace(toast, about=account.handle))
    if problem:
        messages.error(request, problem)
    return toasts.show(request, redirect_back(request, account.get_absolute_url()), toast)


def ask(request: HttpRequest, account: User, question: Question) -> HttpResponse:
    """The same form once more, to be sent on purpose: as a dialog of the button, or as a page."""
    if request.htmx:  # type: ignore[attr-defined]
        return button(request, account, question=question)
    return ask_on_a_page(request, question, back=way_back(request, account.get_absolute_url()))


def ask_on_a_page(request: HttpRequest, question: Question, *, back: str) -> HttpResponse:
    return render(request, "follows/ask.html", {"question": question, "place": place_of(request), "back": back})


def button(
    request: HttpRequest,
    account: User,
    relation: Relation | None = None,
    *,
    problem: str = "",
    question: Question | None = None,
) -> HttpResponse:
    relation = relation or selectors.relation(request.user.pk, account.pk)
    given = request.POST or request.GET
    context = button_context(account, relation, place=given.get("place", ""), tools=given.get("tools", ""))
    return render(
        request,
        "follows/_follow_button.html",
        context | {"problem": problem, "question": question, "act": request.path},
    )
