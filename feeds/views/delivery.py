"""Delivery reports: for each video who was told and what they did, for its creator and nobody else."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import selectors
from feeds.delivery_files import as_csv
from socialvideo.lib.spreadsheets import csv_response
from videos.access import access_own_video


@require_safe
@never_cache
def delivery(request: HttpRequest, video_id: int) -> HttpResponse:
    """htmx asks for the report alone, again and again while followers are being told; who logged out meanwhile keeps
    what they see."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204) if request.htmx else redirect_to_login(request.get_full_path())  # type: ignore[attr-defined]
    report = selectors.delivery_report(access_own_video(request, video_id))
    part = "#report" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"feeds/delivery.html{part}", {"report": report, "delivery": report.delivery})


@login_required
@require_safe
@never_cache
def deliveries(request: HttpRequest) -> HttpResponse:
    creator_id: int = request.user.pk  # type: ignore[assignment]
    return render(request, "feeds/deliveries.html", {"deliveries": selectors.deliveries(creator_id)})


@login_required
@require_safe
def delivery_file(request: HttpRequest, video_id: int) -> StreamingHttpResponse:
    video = access_own_video(request, video_id)
    return csv_response(as_csv([selectors.delivery_report(video)]), name=f"delivery-{video_id}-{_today()}")


@login_required
@require_safe
def deliveries_file(request: HttpRequest) -> StreamingHttpResponse:
    """All of them, however many."""
    creator_id: int = request.user.pk  # type: ignore[assignment]
    return csv_response(as_csv(selectors.every_report(creator_id)), name=f"deliveries-{_today()}")


def _today() -> str:
    return f"{timezone.now():%Y-%m-%d}"
