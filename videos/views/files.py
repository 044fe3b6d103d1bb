"""Media files. A video's finished files are served to whoever may watch it at this very moment, asked for every file;
its original, to nobody. Avatars are public."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from socialvideo.lib.serving import IMMUTABLE, serve
from videos.models import Video
from videos.querysets import VideoQuerySet

ASKED_AGAIN = "private, no-cache"  # kept by the browser, but checked with us each time


@require_safe
def avatar(request: HttpRequest, name: str) -> HttpResponseBase:
    return serve(request, f"avatars/{name}", cache_control=IMMUTABLE)


@require_safe
def video_file(request: HttpRequest, media_key: str, rendition_key: str, name: str) -> HttpResponseBase:
    """One query decides. Moderators at their desk see what others could ever see."""
    if not may_see_files(request, Video.objects.of_file(media_key, rendition_key)):
        raise Http404
    return serve(request, f"videos/{media_key}/{rendition_key}/{name}", cache_control=ASKED_AGAIN)


def may_see_files(request: HttpRequest, videos: VideoQuerySet) -> bool:
    shown = videos.visible_to(_viewer_id(request)).exists()
    return shown or (_moderates(request) and videos.for_moderators().exists())


def _moderates(request: HttpRequest) -> bool:
    return request.user.is_staff and request.user.has_perm("videos.view_video")


def _viewer_id(request: HttpRequest) -> int | None:
    """By session, or by the API's token: players send along what their page or program was let in with."""
    if "Authorization" not in request.headers:
        return request.user.pk
    try:
        user_and_token = TokenAuthentication().authenticate(request)  # type: ignore[arg-type]
    except AuthenticationFailed:
        return None
    return user_and_token[0].pk if user_and_token else None
