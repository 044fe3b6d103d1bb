"""A video's own page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from follows.selectors import relation
from videos import selectors, services
from videos.access import access_own_video, access_video, moved
from videos.models import Video

UNFINISHED = {Video.State.UPLOADING, Video.State.PROCESSING, Video.State.FAILED, Video.State.REMOVED}


@require_safe
@never_cache
def detail(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_video(request, video_id)
    if elsewhere := moved(request, video, handle):
        return elsewhere
    if video.state in UNFINISHED or video.is_draft:
        return render(request, "videos/unfinished.html", {"video": video})
    if _is_opened(request):
        services.record_opening(viewer_id=request.user.pk, video=video)
    context: dict[str, Any] = {
        "video": video,
        "card": _card(video, request.user.pk),
        "own": request.user.pk == video.creator_id,
    }
    return render(request, "videos/detail.html", context)


def _card(video: Video, viewer_id: int | None) -> dict[str, Any]:
    """As feeds.selectors.Card: nothing but its address brought it here."""
    mine = selectors.reactions_of(viewer_id, [video.pk])
    return {
        "video": video,
        "relation": relation(viewer_id, video.creator_id),
        "liked": bool(mine.liked),
        "saved": bool(mine.saved),
        "reposted": bool(mine.reposted),
    }


def _is_opened(request: HttpRequest) -> bool:
    """By somebody: not asked for ahead by a browser that guesses, nor for the head alone, nor by htmx, which is led here by
    the answer to an act."""
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    is_page = request.method == "GET" and not request.htmx  # type: ignore[attr-defined]
    return is_page and "prefetch" not in ahead and "prerender" not in ahead


@login_required
@require_safe
@never_cache
def status(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """How far the processing is: asked every two seconds by the page that shows it."""
    return render(request, "videos/_processing_status.html", {"video": access_own_video(request, video_id)})
