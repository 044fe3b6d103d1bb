"""What a feed reports: which cards were in view, which were played on purpose."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.throttling import UserRateThrottle

from feeds import seeing, services


class SeenRate(UserRateThrottle):
    """A report in four seconds, from several tabs."""

    scope = "seen"
    rate = "120/min"


@csrf_exempt
@require_POST
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """Counts only from the very viewer that the address was made for, and only of what they may see; nothing is
    answered."""
    viewer_id = request.user.pk
    if viewer_id is not None and seeing.whose(token) == viewer_id and SeenRate().allow_request(request, None):  # type: ignore[arg-type]
        services.report_cards(
            viewer_id=viewer_id,
            shown=seeing.shown(request.POST.getlist("seen")),
            opened=seeing.ids(request.POST.getlist("opened")),
        )
    return HttpResponse(status=204)
