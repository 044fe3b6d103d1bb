"""Follows from a file: picked, looked through, confirmed."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.throttling import UserRateThrottle

from accounts.models import User
from follows import selectors, services
from follows.access import origin_of
from follows.importing import ImportRefused
from follows.models import Batch
from follows.origins import Source
from follows.views.rows import rows_or_page

RESULTS = {
    "": _("All"),
    "done": _("Will follow"),
    "requested": _("Will ask"),
    "unchanged": _("Already"),
    "unmatched": _("Not found here"),
    "refused": _("Not possible"),
    "skipped": _("Left out"),
}
FILES = {"own": _("this site"), "mastodon": "Mastodon", "tiktok": "TikTok"}


class ImportRate(UserRateThrottle):
    """Files that one account may have read: each costs up to seconds."""

    scope = "imports"
    rate = "30/hour"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def imports(request: HttpRequest) -> HttpResponse:
    """Export and import. A file that is none of follows is refused in words, and nothing changes."""
    me: User = request.user  # type: ignore[assignment]
    problem, status = "", 200
    if request.method == "POST" and not ImportRate().allow_request(request, None):  # type: ignore[arg-type]
        problem, status = gettext("You have sent many files. Wait an hour, then try again."), 429
    elif request.method == "POST":
        try:
            batch = services.start_import(
                owner=me,
                data=sent_file(request),
                submit_key=_key(request.POST.get("submit_key", "")),
                origin=origin_of(request, Source.IMPORT),
            )
        except ImportRefused as refused:
            problem, status = refused.message, 422
        else:
            return redirect("follows:import_preview", pk=batch.pk)
    context = {
        "problem": problem,
        "submit_key": uuid4(),
        "max_bytes": settings.MAX_IMPORT_BYTES,
        "imports": [
            (batch, FILES.get(batch.read_from, ""), batch.created_at + services.PREVIEW_STANDS)
            for batch in selectors.imports_of(me.pk)
        ],
        "counts": selectors.counts(me.pk),
    }
    return render(request, "follows/imports.html", context, status=status)


def sent_file(request: Any) -> bytes:
    """The file of a form, unless it is too large to be taken into memory. Raises ImportRefused."""
    file: UploadedFile | None = request.FILES.get("file")
    size = getattr(request, "too_large", 0) or (file.size if file else 0)
    if size and size > settings.MAX_IMPORT_BYTES:
        limit = filesizeformat(settings.MAX_IMPORT_BYTES)
        raise ImportRefused(
            "too_large",
            gettext("This file has %(size)s. The limit is %(limit)s.") % {"size": filesizeformat(size), "limit": limit},
        )
    if file is None:
        raise ImportRefused("no_file", gettext("Choose a file first."))
    return file.read()


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def access_import(request: HttpRequest, pk: int) -> Batch:
    """One's own import; anybody else's is not there."""
    return get_object_or_404(Batch, pk=pk, owner=request.user, act=Batch.Act.FOLLOW)


@login_required
@require_safe
@never_cache
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would become of each row, before anything does."""
    batch = access_import(request, pk)
    if batch.state != Batch.State.PREVIEW:
        return redirect("follows:batch", pk=pk)
    result = request.GET.get("result", "") if request.GET.get("result") in RESULTS else ""
    page = selectors.preview_page(batch, result=result, cursor=request.GET.get("after", ""))
    more = urlencode({"result": result, "after": page.next_cursor}) if page.next_cursor else ""
    context = _summary(batch, result) | {"page": page, "more": more}
    return render(request, rows_or_page(request, "follows/import_preview.html"), context)


def _summary(batch: Batch, result: str) -> dict[str, Any]:
    preview = selectors.preview(batch)
    counts = preview.results | {"": batch.total}
    tabs = [(name, words, counts.get(name, 0)) for name, words in RESULTS.items() if counts.get(name) or name == result]
    return {"batch": batch, "result": result, "preview": preview, "tabs": tabs, "read_from": FILES[batch.read_from]}


@login_required
@require_POST
def leave_out(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Passes a row over, or puts it back."""
    batch = access_import(request, pk)
    services.leave_out(batch=batch, position=position, out=request.POST.get("out") == "1")
    row = selectors.preview_row(batch, position)
    if row is None:
        raise Http404
    result = request.POST.get("result", "") if request.POST.get("result") in RESULTS else ""
    if request.htmx:  # type: ignore[attr-defined]
        context = _summary(batch, result) | {"row": row, "changed": True}
        return render(request, "follows/import_preview.html#changed", context)
    address = reverse("follows:import_preview", args=[batch.pk])
    return redirect(f"{address}?{urlencode({'result': result})}#row-{position}")


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    services.confirm(batch=access_import(request, pk))
    return redirect("follows:batch", pk=pk)


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    services.discard(batch=access_import(request, pk))
    messages.info(request, gettext("Nothing was imported. The file is forgotten."))
    return redirect("follows:imports")
