"""The Following Manager."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from follows import selectors
from follows.views.rows import rows_or_page


@login_required
@require_safe
def manager(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    search = request.GET.get("q", "").replace("\x00", "").strip()[:50]
    page = selectors.manager_page(me.pk, wanted=selectors.Wanted(search), cursor=request.GET.get("after", ""))
    context = {
        "page": page,
        "search": search,
        "more": urlencode({"after": page.next_cursor, "q": search}) if page.next_cursor else "",
        "counts": selectors.counts(me.pk),
        "asked": selectors.open_requests_of(me.pk),
    }
    return render(request, rows_or_page(request, "follows/manager.html"), context)
