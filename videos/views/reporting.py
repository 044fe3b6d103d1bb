"""Reporting something, hearing what became of it; and for whoever a decision concerns, its reasons and the appeal."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import owner
from accounts.models import User
from socialvideo.lib.rates import limited
from videos import selectors
from videos.access import ReportRate
from videos.forms import AppealForm, NoticeForm, ReportForm
from videos.models import Video
from videos.models.moderation import Kind
from videos.services import Refused, moderation
from videos.services.moderation.things import account_of, shown_to


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, kind: str, subject_id: int) -> HttpResponse:
    """Also without an account: then with a name and an address, and a receipt."""
    thing = shown_to(request.user.pk, kind).filter(pk=subject_id).first() if kind in Kind.values else None
    if thing is None or account_of(thing) is None:
        raise Http404
    return (_send if request.method == "POST" else _ask)(request, kind, thing)


def _ask(request: HttpRequest, kind: str, thing: Any, form: Any = None) -> HttpResponse:
    form = form or _form(request)()
    seen = kind == Kind.ACCOUNT or is_seen_by(request.user.pk, thing)
    context = {"form": form, "kind": kind, "thing": thing, "account": _whose(thing), "seen": seen}
    return render(request, "videos/report.html", context, status=422 if form.errors else 200)


@limited(ReportRate)
def _send(request: HttpRequest, kind: str, thing: Any) -> HttpResponse:
    form = _form(request)(request.POST)
    if not form.is_valid():
        return _ask(request, kind, thing, form)
    given = form.cleaned_data | {"kind": kind, "subject_id": thing.pk}
    try:
        if request.user.is_authenticated:
            moderation.report(reporter=request.user, **given)
        else:
            notice = moderation.notify(language=get_language() or "", **given)
            return redirect("videos:receipt", notice.receipt)
    except Refused as refused:
        form.add_error(None, refused.message)
        return _ask(request, kind, thing, form)
    messages.success(request, _("Thank you. A moderator looks at it, and you hear what becomes of it."))
    return redirect("videos:reports")


def _form(request: HttpRequest) -> type[ReportForm]:
    return ReportForm if request.user.is_authenticated else NoticeForm


def is_seen_by(viewer_id: int | None, thing: Any) -> bool:
    """Who is not logged in may report what is for adults, and is not shown it."""
    video_id = getattr(thing, "video_id", thing.pk)
    return Video.objects.visible_to(viewer_id).filter(pk=video_id).exists()


def _whose(thing: Any) -> Any:
    return getattr(thing, "creator", None) or getattr(thing, "author", None) or thing


@login_required
@require_safe
@never_cache
def reports(request: HttpRequest) -> HttpResponse:
    page = selectors.reports_page(request.user.pk, cursor=request.GET.get("after", ""))  # type: ignore[arg-type]
    return _rows(request, "videos/reports.html", {"page": page})


@require_safe
@never_cache
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    found = selectors.receipt(code)
    if found is None:
        raise Http404
    return render(request, "videos/receipt.html", {"row": found})


@require_safe
@never_cache
def decisions(request: HttpRequest) -> HttpResponse:
    """Open to suspended people too, who come here from the door."""
    account = owner(request)
    if account is None:
        return redirect_to_login(request.get_full_path())
    return _decisions(request, account)


def _decisions(request: HttpRequest, account: User, **refused: Any) -> HttpResponse:
    page = selectors.decisions_page(account.pk, cursor=request.GET.get("after", ""))
    context = {"page": page, "form": AppealForm(), "account": account} | refused
    return _rows(request, "videos/decisions.html", context, status=422 if refused else 200)


@require_POST
def appeal(request: HttpRequest, decision_id: int) -> HttpResponse:
    account = owner(request)
    if account is None:
        return redirect_to_login(request.get_full_path())
    decision = selectors.decision_about(account.pk, decision_id)
    if decision is None:
        raise Http404
    form = AppealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write why the decision is wrong, in up to 1,000 characters."))
        return _decisions(request, account, form=form, refused=decision.pk)
    try:
        moderation.appeal(decision=decision, account=account, text=form.cleaned_data["text"])
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Your appeal is in. Somebody else looks at it, and you hear what they decide."))
    return redirect("videos:decisions")


def _rows(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    more = "#rows" if request.htmx and "after" in request.GET else ""  # type: ignore[attr-defined]
    return render(request, f"{template}{more}", context, status=status)
