"""When the promises were last checked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import status as promises


@require_safe
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """What was checked when, for everybody."""
    waiting = promises.waiting()
    context = {"audit": promises.last_audit(), "waiting": waiting, "problems": promises.standing_still(left=waiting)}
    return render(request, "feeds/status.html", context)
