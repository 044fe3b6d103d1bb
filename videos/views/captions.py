"""Captions of a video: its creator's forms on the edit page, and the files that players ask for."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from videos import services
from videos.access import access_own_video
from videos.forms import CaptionsForm
from videos.models import Captions, Video
from videos.subtitles import LANGUAGES
from videos.views.files import may_see_files


@login_required
@require_POST
def put(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video, form = access_own_video(request, video_id), CaptionsForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return _back(video)
    language = form.cleaned_data["language"]
    said = _("Captions added: %(language)s.") % {"language": LANGUAGES[language]}
    return _done(request, video, said, services.put_captions, **form.cleaned_data)


@login_required
@require_POST
def remove(request: HttpRequest, handle: str, video_id: int) -> HttpResponse:
    video = access_own_video(request, video_id)
    language = request.POST.get("language", "")
    return _done(request, video, _("Captions deleted."), services.remove_captions, language=language)


def _done(request: HttpRequest, video: Video, words: str, act: Any, **given: Any) -> HttpResponse:
    try:
        act(creator=request.user, video=video, **given)
        messages.success(request, words)
    except services.Refused as refused:
        messages.error(request, refused.message)
    return _back(video)


def _back(video: Video) -> HttpResponse:
    response = redirect("videos:edit", video.creator.handle, video.pk)
    response["Location"] += "#captions"
    return response


def _changed_at(request: HttpRequest, media_key: str, language: str) -> str | None:
    """Whoever may not see them learns nothing of them, not even that they are as before."""
    if not may_see_files(request, Video.objects.filter(media_key=media_key)):
        raise Http404
    row = Captions.objects.filter(video__media_key=media_key, language=language).only("pk", "changed_at").first()
    return f'"{row.pk}-{row.changed_at.timestamp()}"' if row else None


@require_safe
@condition(etag_func=_changed_at)
def track(request: HttpRequest, media_key: str, language: str) -> HttpResponse:
    """Who may see the video's files sees these, asked each time."""
    row = Captions.objects.filter(video__media_key=media_key, language=language).first()
    if row is None:
        raise Http404
    response = HttpResponse(row.text, content_type="text/vtt; charset=utf-8")
    patch_cache_control(response, private=True, no_cache=True)
    return response
