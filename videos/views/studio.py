"""The creator's desk: followers won and lost, and what became of each video."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from socialvideo.lib import charts
from videos import stats


@login_required
@require_safe
@never_cache
def studio(request: HttpRequest) -> HttpResponse:
    page = stats.videos_page(request.user.pk, cursor=request.GET.get("after", ""))
    if request.htmx and request.GET.get("after"):  # type: ignore[attr-defined]
        return render(request, "videos/studio.html#rows", {"page": page})
    overview = stats.overview(request.user.pk)
    chart = charts.bars([(date_format(day.begins, "j F"), day.gained, day.lost) for day in overview.growth.periods])
    return render(request, "videos/studio.html", {"page": page, "overview": overview, "chart": chart})
