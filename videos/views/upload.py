"""Sending a video: a plain multipart form, which `<upload-form>` sends with progress when it can."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from videos import services
from videos.forms import UploadForm
from videos.services.uploads import too_large


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """Afterwards the video's own page shows how it is getting on."""
    if request.method == "GET":
        return _page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if getattr(request, "too_large", 0):
        form.add_error("file", too_large(request.too_large))  # type: ignore[attr-defined]
    elif form.is_valid():
        try:
            video = services.start_upload(creator=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except services.Refused as refused:
            form.add_error("file", refused.message)
        else:
            url = video.get_absolute_url()
            return JsonResponse({"url": url}) if _wants_json(request) else redirect(url)
    if _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=422)
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: UploadForm, **options: Any) -> HttpResponse:
    seconds = settings.MAX_VIDEO_SECONDS
    limits = {"max_bytes": settings.MAX_UPLOAD_BYTES, "max_seconds": seconds, "max_ms": seconds * 1000}
    return render(request, "videos/upload.html", {"form": form, **limits}, **options)


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
