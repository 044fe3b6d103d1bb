"""A video's own page, and what its creator does there."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from follows.selectors import relation
from videos import selectors, services
from videos.access import access_own_video, access_video
from videos.forms import VideoForm
from videos.models import Video
from videos.views.comments import comments_context

UNFINISHED = {Video.State.PROCESSING, Video.State.FAILED, Video.State.REMOVED}


@require_safe
@never_cache
def detail(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_video(request, video_id)
    if video.creator.handle != handle:
        return redirect(video, permanent=True)
    if video.state in UNFINISHED:
        return render(request, "videos/unfinished.html", {"video": video})
    if _is_opened(request):
        services.record_opening(viewer_id=request.user.pk, video=video)
    context: dict[str, Any] = {
        "video": video,
        "relation": relation(request.user.pk, video.creator_id),
        "liked": video.pk in selectors.liked_among(request.user.pk, [video.pk]),
        "own": request.user.pk == video.creator_id,
    }
    return render(request, "videos/detail.html", context | comments_context(request, video))


def _is_opened(request: HttpRequest) -> bool:
    """By somebody: not asked for ahead by a browser that guesses, nor for the head alone."""
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method == "GET" and "prefetch" not in ahead and "prerender" not in ahead


@login_required
@require_safe
@never_cache
def status(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """How far the processing is: asked every two seconds by the page that shows it."""
    return render(request, "videos/_processing_status.html", {"video": access_own_video(request, video_id)})


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    if video.state == Video.State.REMOVED:
        return redirect(video)
    form = VideoForm(request.POST or None, video=video)
    if form.is_valid():
        return _edited(request, video, form)
    return render(request, "videos/edit.html", {"form": form, "video": video}, status=422 if form.errors else 200)


def _edited(request: HttpRequest, video: Video, form: VideoForm) -> HttpResponse:
    try:
        services.edit(creator=request.user, video=video, **form.cleaned_data)  # type: ignore[arg-type]
        too_late = "when" in form.data and "when" not in form.fields
        messages.success(request, "Saved. Its time stays: it had gone out already." if too_late else "Saved.")
    except services.Refused as refused:
        messages.error(request, refused.message)
    return redirect(video)


@login_required
@require_POST
def delete(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """Its page says so afterwards and offers to undo it."""
    video = access_own_video(request, video_id)
    services.remove(by=request.user, video=video)  # type: ignore[arg-type]
    return redirect(video)


@login_required
@require_POST
def restore(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    try:
        services.restore(by=request.user, video=video)  # type: ignore[arg-type]
        messages.success(request, "Your video is back.")
    except services.Refused as refused:
        messages.error(request, refused.message)
    return redirect(video)


@login_required
@require_POST
def retry(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    services.retry(creator=request.user, video=video)  # type: ignore[arg-type]
    return redirect(video)
