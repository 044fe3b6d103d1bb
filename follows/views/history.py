"""What happened to one's follows."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import account_by_handle, current_handle_of
from follows import selectors
from follows.access import origin_of
from follows.origins import Source
from follows.views.rows import rows_or_page

KINDS = {
    "": _("Everything"),
    "follows": _("Follows"),
    "endings": _("Endings"),
    "requests": _("Requests"),
    "alerts": _("Alerts"),
    "blocks": _("Blocks"),
}
NOBODY = 0  # no account has this id


@login_required
@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    me: User = request.user  # type: ignore[assignment]
    kind = request.GET.get("kind", "") if request.GET.get("kind") in KINDS else ""
    who = request.GET.get("who", "").replace("\x00", "").strip().removeprefix("@")[:50]
    other = named(who)
    page = selectors.history_page(
        me.pk,
        kind=kind,
        other_id=(other.pk if other else NOBODY) if who else None,
        session=origin_of(request, Source.HISTORY).session,
        cursor=request.GET.get("after", ""),
    )
    context = {
        "page": page,
        "kind": kind,
        "kinds": KINDS,
        "who": who,
        "other": other,
        "silent": selectors.silent_follows(me.pk) if not (kind or who) else None,
        "whole_since": selectors.whole_since(me),
        "more": urlencode({"kind": kind, "who": who, "after": page.next_cursor}) if page.next_cursor else "",
    }
    return render(request, rows_or_page(request, "follows/history.html"), context)


def named(handle: str) -> User | None:
    """Whoever has the handle now or had it once."""
    return account_by_handle(handle) or account_by_handle(current_handle_of(handle) or "")
