"""Acts on many follows: from the manager's selection, asked about where Undo could not help, and read row by row. htmx
gets the manager's list as it now is; everybody else, and whoever started something long, a page."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event
from rest_framework.throttling import UserRateThrottle

from accounts.models import User
from follows import selectors, services
from follows.access import origin_of
from follows.models import Batch, BatchRow
from follows.origins import Source
from follows.views.manager import Asked, list_context
from follows.views.people import MUTES
from follows.views.rows import rows_or_page
from socialvideo.lib import toasts
from socialvideo.lib.rates import limited

Act, State = Batch.Act, Batch.State
OFFERED: dict[str, tuple[Act, timedelta | None]] = {
    **{act.value: (act, None) for act in (Act.UNFOLLOW, Act.BELL_ALL, Act.BELL_NONE, Act.UNMUTE)},
    **{f"mute_{length}": (Act.MUTE, span) for length, span in MUTES.items()},
}


class BatchRate(UserRateThrottle):
    """Acts on many: each may concern ten thousand."""

    scope = "batches"
    rate = "30/min"


@login_required
@require_POST
@limited(BatchRate)
def act(request: HttpRequest) -> HttpResponse:
    """On the rows that were selected, or on everything that the manager's search and filters leave."""
    asked = Asked.of(request.POST)
    try:
        wish, span = OFFERED[request.POST.get("act", "")]
        submit_key = UUID(request.POST.get("submit_key", ""))
        account_ids = _selected(request)
    except (KeyError, ValueError):
        return HttpResponseBadRequest(_("This form is damaged. Load the page again."))
    try:
        batch = services.start_batch(
            owner=request.user,  # type: ignore[arg-type]
            act=wish,
            chosen=asked.wanted if "everything" in request.POST else account_ids,
            submit_key=submit_key,
            until=timezone.now() + span if span else None,
            origin=origin_of(request, Source.MANAGER),
        )
    except services.BatchRefused as refused:
        return _refused(request, refused, asked.address())
    return _answer(request, batch, asked)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, services.confirm(batch=_mine(request, pk)), Asked.of(request.POST))


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _mine(request, pk)
    was_waiting = batch.state == State.PREVIEW
    services.cancel(batch=batch)
    return redirect("follows:manager") if was_waiting else redirect("follows:batch", pk)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _mine(request, pk)
    try:
        undoing = services.undo(batch=batch, origin=origin_of(request, Source.MANAGER))
    except services.BatchRefused as refused:
        return _refused(request, refused, reverse("follows:batch", args=[pk]))
    return _answer(request, undoing, Asked.of(request.POST))


@login_required
@require_safe
@never_cache
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    report = selectors.report(_mine(request, pk))
    if report.batch.act == Act.FOLLOW and report.batch.state == State.PREVIEW:
        return redirect("follows:import_preview", pk)
    result = request.GET.get("result", "")
    result = result if result in BatchRow.Result else ""
    page = selectors.rows_page(report, result=result, cursor=request.GET.get("after", ""))
    context = {
        "report": report,
        "batch": report.batch,
        "result": result,
        "page": page,
        "more": f"?{urlencode({'result': result, 'after': page.next_cursor})}",
    }
    return render(request, rows_or_page(request, "follows/batch.html", "batch"), context)


@login_required
@require_safe
@never_cache
def batches(request: HttpRequest) -> HttpResponse:
    page = selectors.batches_page(request.user.pk, cursor=request.GET.get("after", ""))
    context = {"page": page, "days": settings.KEEP_BATCHES_DAYS}
    return render(request, rows_or_page(request, "follows/batches.html"), context)


def _selected(request: HttpRequest) -> list[int]:
    """Of checkboxes, or in one field with commas, for a form may have no more than a thousand fields."""
    given = [int(value) for value in ",".join(request.POST.getlist("account")).split(",") if value]
    return [account_id for account_id in given if 0 < account_id < 2**63]


def _mine(request: HttpRequest, pk: int) -> Batch:
    """Somebody else's is not there."""
    return get_object_or_404(Batch, pk=pk, owner=request.user)


def _answer(request: HttpRequest, batch: Batch, asked: Asked) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    page = reverse("follows:batch", args=[batch.pk])
    if not request.htmx:  # type: ignore[attr-defined]
        back_here = batch.state == State.DONE and batch.undoes_id is None
        return redirect(asked.address(batch=batch.pk) if back_here else page)
    if batch.state == State.PREVIEW:
        context = {"report": selectors.report(batch), "asked": asked}
        return retarget(reswap(render(request, "follows/batch.html#question", context), "innerHTML"), "#question")
    if batch.state == State.RUNNING:
        return HttpResponseClientRedirect(page)
    changed = render(request, "follows/manager.html#followed", list_context(me, asked, batch=batch))
    return trigger_client_event(changed, "relation")


def _refused(request: HttpRequest, refused: services.BatchRefused, back: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return toasts.show(request, HttpResponse(status=204), toasts.Toast(refused.message, level="error"))
    messages.error(request, refused.message)
    return redirect(back)
