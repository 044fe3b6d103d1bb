"""Likes, bookmarks, reposts, and what players report. A button's answer is the whole button as the database now has it."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from socialvideo.lib import toasts
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Action, Toast
from videos import services, watching
from videos.access import access_video
from videos.buttons import button_context


@login_required
@require_POST
def like(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    return _react(request, video_id, services.like, "like")


@login_required
@require_POST
def unlike(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    return _react(request, video_id, services.unlike, "like")


@login_required
@require_POST
def save(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    return _react(request, video_id, services.save, "save")


@login_required
@require_POST
def unsave(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    return _react(request, video_id, services.unsave, "save")


@login_required
@require_POST
def repost(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    undo = Action(_("Undo"), reverse("videos:unrepost", args=[handle, video_id]))
    toast = Toast(_("Your followers see this in For You, and on your profile."), undo, about=f"repost {video_id}")
    return _react(request, video_id, services.repost, "repost", toast)


@login_required
@require_POST
def unrepost(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    return _react(request, video_id, services.unrepost, "repost")


def _react(
    request: HttpRequest, video_id: int, act: Callable[..., services.Tally], name: str, done: Toast | None = None
) -> HttpResponse:
    """A tap that comes from elsewhere than the button, such as a toast's, renews the button out of band."""
    video = access_video(request, video_id)
    back = redirect_back(request, video.get_absolute_url())
    try:
        tally = act(account=request.user, video=video)
    except services.Refused as refused:
        answer = HttpResponse(status=204) if request.htmx else back  # type: ignore[attr-defined]
        return toasts.show(request, answer, Toast(refused.message, level="error"))
    if not request.htmx:  # type: ignore[attr-defined]
        return toasts.show(request, back, done)
    context = button_context(name, video, request.user.pk, is_mine=tally.is_mine, total=tally.number)
    context["elsewhere"] = not request.htmx.target  # type: ignore[attr-defined]
    return toasts.show(request, render(request, "videos/_reaction.html", context), done)


@require_POST
def share(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """That a link to the video was copied or passed on, by somebody who may see it; nothing is answered."""
    video = access_video(request, video_id)
    if watching.ShareRate().allow_request(request, None):  # type: ignore[arg-type]
        services.record_share(sharer_id=request.user.pk, video=video)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """What players report. It counts only from the very viewer that it was made for; nothing is answered."""
    viewer_id = request.user.pk
    if viewer_id is not None and watching.WatchRate().allow_request(request, None):  # type: ignore[arg-type]
        reports = watching.reports(viewer_id, request.POST.getlist("watched"))
        services.record_watches(viewer=request.user, reports=reports)  # type: ignore[arg-type]
    return HttpResponse(status=204)
