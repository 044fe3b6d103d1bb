"""What a creator does with a video that stands or stood: change it, let a draft go, delete it, bring it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from socialvideo.lib import toasts
from socialvideo.lib.redirects import redirect_back
from socialvideo.lib.toasts import Action, Toast
from videos import services
from videos.access import access_own_video
from videos.forms import EditForm
from videos.models import Video
from videos.services import clearing, uploads

ACTS = {"post": False, "draft": True}  # the button by which a draft's form was sent: whether it stays one


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    if video.state == Video.State.REMOVED:
        return redirect(video)
    form = EditForm(request.POST or None, video=video)
    if form.is_valid():
        try:
            return _edited(request, video, form)
        except services.Refused as refused:
            form.add_error(None, refused.message)
    return render(request, "videos/edit.html", {"form": form, "video": video}, status=422 if form.errors else 200)


def stays_a_draft(request: HttpRequest) -> bool:
    """By the button that was pressed. Without one nothing goes out."""
    return ACTS.get(request.POST.get("act", ""), True)


def _edited(request: HttpRequest, video: Video, form: EditForm) -> HttpResponse:
    given = form.cleaned_data
    if video.is_draft:
        given["is_draft"] = stays_a_draft(request)
    edited = services.edit(creator=request.user, video=video, **given)  # type: ignore[arg-type]
    too_late = "when" in form.data and "when" not in form.fields
    if edited.is_draft:
        messages.success(request, _("Saved as a draft. Only you see it."))
        return redirect("videos:drafts")
    if not video.is_draft:
        messages.success(request, _said(edited, too_late=too_late))
    return redirect(edited)


def _said(video: Video, *, too_late: bool) -> str:
    if too_late:
        return _("Saved. Its time stays: it had gone out already.")
    return _("Saved. Your new cover is being made.") if video.cover_awaited else _("Saved.")


@login_required
@require_POST
def delete(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """Asks nothing, because it can be undone; but what has not come whole is thrown away."""
    video = access_own_video(request, video_id)
    answer = redirect_back(request, reverse("videos:drafts") if video.is_draft else video.creator.get_absolute_url())
    return toasts.show(request, answer, _deleted(request, video))


def _deleted(request: HttpRequest, video: Video) -> Toast:
    try:
        if video.state == Video.State.UPLOADING:
            uploads.cancel_upload(creator=request.user, video=video)  # type: ignore[arg-type]
            return Toast(_("Upload cancelled. What was sent is thrown away."))
        services.remove(by=request.user, video=video)  # type: ignore[arg-type]
    except services.Refused as refused:
        return Toast(refused.message, level="error")
    undo = Action(_("Undo"), reverse("videos:restore", args=[video.creator.handle, video.pk]))
    return Toast(_("Draft discarded.") if video.is_draft else _("Video deleted."), undo, about=f"video {video.pk}")


@login_required
@require_POST
def restore(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    try:
        services.restore(by=request.user, video=video)  # type: ignore[arg-type]
        messages.success(request, _("Your draft is back.") if video.is_draft else _("Your video is back."))
    except services.Refused as refused:
        messages.error(request, refused.message)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(video.get_absolute_url())
    return redirect(video)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def delete_for_good(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    """Asks first: this cannot be undone."""
    video = access_own_video(request, video_id)
    if request.method == "GET" or request.POST.get("confirmed") != "yes":
        return render(request, "videos/delete_for_good.html", {"video": video})
    try:
        clearing.delete_for_good(creator=request.user, video=video)  # type: ignore[arg-type]
        messages.success(request, _("Deleted for good."))
    except services.Refused as refused:
        messages.error(request, refused.message)
    return redirect("videos:deleted")


@login_required
@require_POST
def retry(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    try:
        services.retry(creator=request.user, video=video)  # type: ignore[arg-type]
    except services.Refused as refused:
        messages.error(request, refused.message)
    return redirect(video)
