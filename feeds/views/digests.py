"""The e-mail digest and the studio's weekly summary: chosen in the notification settings, and stopped by the link in each
mail, logged in or not."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from feeds import selectors, services
from feeds.digest_mail import account_of_token
from feeds.models import DigestPlan
from feeds.summary_mail import SALT as SUMMARY
from socialvideo.lib import toasts
from socialvideo.lib.toasts import Toast


def section(request: HttpRequest) -> dict[str, Any]:
    """What the part of the settings shows."""
    account_id: int = request.user.pk  # type: ignore[assignment]
    return {
        "digest_plan": selectors.digest_plan(account_id),
        "digest_address": selectors.address_of(account_id),
        "digest_every": DigestPlan.Every.choices,
        "summary_plan": selectors.summary_plan(account_id),
    }


@login_required
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Sent by the clock of the device on which it was asked for."""
    account: User = request.user  # type: ignore[assignment]
    every = request.POST.get("every", "")
    if every in DigestPlan.Every:
        services.plan_digest(account=account, every=every, zone=timezone.get_current_timezone_name())
        toast = Toast(_("Saved. You get a digest when there is something new."))
    elif not every:
        services.stop_digest(account_id=account.pk)
        toast = Toast(_("Saved. You get no digests."))
    else:
        return HttpResponseBadRequest()
    return toasts.show(request, redirect("feeds:notification_settings"), toast)


@login_required
@require_POST
def summary_plan(request: HttpRequest) -> HttpResponse:
    account: User = request.user  # type: ignore[assignment]
    if "wanted" in request.POST:
        services.plan_summary(account=account, zone=timezone.get_current_timezone_name())
        toast = Toast(_("Saved. You get your week in the studio on Mondays."))
    else:
        services.stop_summary(account_id=account.pk)
        toast = Toast(_("Saved. You get no weekly summary."))
    return toasts.show(request, redirect("feeds:notification_settings"), toast)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the mail may stop it: opening the link asks, posting to it does it, also for a mail program that posts
    by itself (RFC 8058). Again is the same."""
    account_id = account_of_token(token)
    if account_id is None:
        raise Http404
    if request.method == "POST":
        services.stop_digest(account_id=account_id)
    stopped = selectors.digest_plan(account_id) is None
    return render(request, "feeds/digest_stop.html", {"stopped": stopped, "token": token})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_summary(request: HttpRequest, token: str) -> HttpResponse:
    """As that of a digest."""
    account_id = account_of_token(token, salt=SUMMARY)
    if account_id is None:
        raise Http404
    if request.method == "POST":
        services.stop_summary(account_id=account_id)
    stopped = selectors.summary_plan(account_id) is None
    return render(request, "feeds/summary_stop.html", {"stopped": stopped, "token": token})
