"""Browsers that show what happens though no page is open: turned on, tried and removed in the notification settings. What
shows it is the service worker (installed.py)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.throttling import UserRateThrottle

from accounts.models import User
from feeds import selectors, services, tasks
from feeds.services.devices import THIS_DEVICE
from feeds.webpush import public_key
from follows.access import origin_of
from socialvideo.lib import toasts
from socialvideo.lib.toasts import Toast


class PushRate(UserRateThrottle):
    """Subscriptions and tests of one account, or of one address that is not logged in."""

    scope = "push"
    rate = "20/min"


def section(request: HttpRequest) -> dict[str, Any]:
    """What the part of the settings shows."""
    return {
        "push_key": public_key(),
        "push_devices": selectors.devices(request.user.pk),  # type: ignore[arg-type]
        "push_here": request.session.get(THIS_DEVICE),
    }


def device_of(request: HttpRequest) -> str:
    return origin_of(request, "").device


@login_required
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    if _is_too_much(request):
        return render(request, "429.html", status=429)
    account: User = request.user  # type: ignore[assignment]
    try:
        subscription = services.subscribe(account=account, **_sent(request), device=device_of(request))
    except services.DeviceRefused as refused:
        messages.error(request, refused.message)
        return redirect("feeds:notification_settings")
    former = request.session.get(THIS_DEVICE)
    if former not in (None, subscription.pk):
        services.remove_device(account=account, subscription_id=former)
    request.session[THIS_DEVICE] = subscription.pk
    return toasts.show(request, redirect("feeds:notification_settings"), Toast(_("Push is on for this device.")))


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a device that is gone already, too."""
    services.remove_device(account=request.user, subscription_id=pk)  # type: ignore[arg-type]
    if request.session.get(THIS_DEVICE) == pk:
        del request.session[THIS_DEVICE]
    return toasts.show(request, redirect("feeds:notification_settings"), Toast(_("Push is off for that device.")))


@login_required
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    if _is_too_much(request):
        return render(request, "429.html", status=429)
    account: User = request.user  # type: ignore[assignment]
    if services.ask_for_test(account=account, subscription_id=pk, moment=int(timezone.now().timestamp())):
        tasks.send_pushes.delay_on_commit()
        toast = Toast(_("A test is on its way. It arrives within a minute."))
    else:
        toast = Toast(_("That device does not get pushes any more."), level="error")
    return toasts.show(request, redirect("feeds:notification_settings"), toast)


@csrf_exempt
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Asked by the service worker, which has no token of a form; it says the former address, which nobody else knows."""
    if _is_too_much(request):
        return HttpResponse(status=429)
    try:
        services.renew(former=request.POST.get("former", ""), **_sent(request))
    except services.DeviceRefused:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


def _is_too_much(request: HttpRequest) -> bool:
    return not PushRate().allow_request(request, None)  # type: ignore[arg-type]


def _sent(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
