"""Making a video: the page that sends a file while its creator says what it is. Without JavaScript it is a plain form."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.throttling import UserRateThrottle

from socialvideo.lib import toasts
from socialvideo.lib.rates import limited
from socialvideo.lib.toasts import Toast
from videos import completing, services
from videos.access import access_own_video
from videos.forms import UploadForm, VideoForm
from videos.models import Video
from videos.selectors import unfinished_uploads
from videos.services.multipart import storage_uploads_directly
from videos.services.uploads import too_large
from videos.views.making import stays_a_draft


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """With `video` it is about one that was begun. Afterwards its own page, or the list of drafts, shows how it is getting
    on."""
    video = _begun(request)
    if request.method == "GET":
        return _page(request, UploadForm(video=video), video)
    form = _form(request, video)
    if getattr(request, "too_large", 0):
        form.add_error("file", too_large(request.too_large))  # type: ignore[attr-defined]
    elif form.is_valid():
        try:
            return _done(request, _kept(request, form, video))
        except services.Refused as refused:
            form.add_error("file" if "file" in form.fields else None, refused.message)
    if _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=422)
    return _page(request, form, video, status=422)


def _begun(request: HttpRequest) -> Video | None:
    named = request.POST.get("video") or request.GET.get("video", "")
    return access_own_video(request, int(named)) if named.isascii() and named.isdecimal() and len(named) < 18 else None


def _form(request: HttpRequest, video: Video | None) -> VideoForm:
    """A form that brings a file, or one that says something of a file that comes another way."""
    if video and not request.FILES:
        return VideoForm(request.POST, video=video)
    data = request.POST.copy()
    if video:
        data["upload_key"] = video.upload_key
    return UploadForm(data, request.FILES, video=video)


def _kept(request: HttpRequest, form: VideoForm, video: Video | None) -> Video:
    """As said, and let out, or kept as a draft."""
    given = form.cleaned_data | {"is_draft": stays_a_draft(request)}
    if video and video.published_at:
        del given["is_draft"]
    key, file = given.pop("upload_key", ""), given.pop("file", None)
    if file:
        begun = services.start_upload(creator=request.user, upload_key=key, file=file, **given)  # type: ignore[arg-type]
        video = video and begun
        if video is None:
            return begun
    return services.edit(creator=request.user, video=video, **given)  # type: ignore[arg-type]


def _done(request: HttpRequest, video: Video) -> HttpResponse:
    url = reverse("videos:drafts") if video.is_draft else video.get_absolute_url()
    if _wants_json(request):
        return JsonResponse({"url": url, "state": video.state})
    said = Toast(_("Saved as a draft. Only you see it.")) if video.is_draft else None
    return toasts.show(request, redirect(url), said)


def _page(request: HttpRequest, form: VideoForm, video: Video | None, **options: Any) -> HttpResponse:
    seconds = settings.MAX_VIDEO_SECONDS
    context = {
        "form": form,
        "video": video,
        "waiting": [each for each in unfinished_uploads(request.user.pk) if each.pk != (video and video.pk)],
        "kind": "s3" if storage_uploads_directly() else "tus",
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_seconds": seconds,
        "max_ms": seconds * 1000,
    }
    return render(request, "videos/upload.html", context, **options)


@login_required
@limited(UserRateThrottle)
@require_safe
@never_cache
def complete(request: HttpRequest) -> HttpResponse:
    """Handles and tags that begin with what somebody is typing."""
    found = completing.complete(request.user.pk, request.GET.get("q", "")[: completing.LONGEST])
    return JsonResponse({"found": [{"text": each.text, "about": each.about} for each in found]})


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
