"""Accounts that took a name which one had imported before there was anybody of that name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from follows import selectors, services
from follows.access import access_account, origin_of
from follows.origins import Source
from follows.views.rows import rows_or_page

SETTLED = {
    "active": _("You follow %(name)s."),
    "requested": _("You asked to follow %(name)s."),
    "": _("You answered this before. You do not follow %(name)s."),
}


@login_required
@require_safe
@never_cache
def offers(request: HttpRequest) -> HttpResponse:
    page = selectors.offers_page(request.user.pk, cursor=request.GET.get("after", ""))
    return render(request, rows_or_page(request, "follows/offers.html"), {"page": page})


@login_required
@require_POST
def accept(request: HttpRequest, handle: str) -> HttpResponse:
    account = access_offer(request, handle)
    try:
        relation = services.accept_offer(owner=request.user, account=account, origin=origin_of(request, Source.IMPORT))  # type: ignore[arg-type]
    except services.FollowRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.info(request, SETTLED[relation.state] % {"name": account.display_name})
    return redirect("follows:offers")


@login_required
@require_POST
def dismiss(request: HttpRequest, handle: str) -> HttpResponse:
    account = access_offer(request, handle)
    services.dismiss_offer(owner=request.user, account=account)  # type: ignore[arg-type]
    messages.info(request, gettext("%(name)s is not offered any more.") % {"name": account.display_name})
    return redirect("follows:offers")


def access_offer(request: HttpRequest, handle: str) -> User:
    """An account that was offered to who asks, answered or not: the second of two taps finds it too."""
    account = access_account(handle)
    if not selectors.was_offered(request.user.pk, account):
        raise Http404
    return account
