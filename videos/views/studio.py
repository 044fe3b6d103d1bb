"""The creator's desk: how they stand, what became of each video, what is not out yet, what was deleted."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from videos import stats
from videos.selectors import deleted_page, drafts_page


@login_required
@require_safe
@never_cache
def studio(request: HttpRequest) -> HttpResponse:
    page = stats.videos_page(request.user.pk, cursor=request.GET.get("after", ""))
    if request.htmx and request.GET.get("after"):  # type: ignore[attr-defined]
        return render(request, "videos/studio.html#rows", {"page": page})
    return render(request, "videos/studio.html", {"page": page, "overview": stats.overview(request.user.pk)})


@login_required
@require_safe
@never_cache
def drafts(request: HttpRequest) -> HttpResponse:
    page = drafts_page(request.user.pk, cursor=request.GET.get("after", ""))
    return render(request, f"videos/drafts.html{_part(request)}", {"page": page})


@login_required
@require_safe
@never_cache
def deleted(request: HttpRequest) -> HttpResponse:
    page = deleted_page(request.user.pk, cursor=request.GET.get("after", ""))
    context = {"page": page, "days": settings.KEEP_DELETED_DAYS}
    return render(request, f"videos/deleted.html{_part(request)}", context)


def _part(request: HttpRequest) -> str:
    return "#rows" if request.htmx and request.GET.get("after") else ""  # type: ignore[attr-defined]
