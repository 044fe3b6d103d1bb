"""A video in other people's pages: the player's page, and oEmbed, which says how to embed it. Neither knows who asks: no
cookie is read or set, and what not everybody may see is not available, to its creator neither."""

from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from socialvideo.lib.addresses import absolute, is_ours
from videos import previews, selectors

ADDRESSES = {"videos:detail", "videos:embed"}
LARGEST = 4000  # pixels


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@cache_control(no_cache=True)
def embed(request: HttpRequest, video_id: int) -> HttpResponse:
    video = selectors.public_video(video_id)
    # Without the request's context: what the site's own pages show is made from cookies.
    context = {
        "request": request,
        "video": video,
        "captions": selectors.captions_of(video) if video else [],
        "address": absolute(video.get_absolute_url()) if video else absolute("/"),
        "title": previews.title(video) if video else _("This video is not available"),
        "SITE_NAME": settings.SITE_NAME,
    }
    return HttpResponse(render_to_string("videos/embed.html", context), status=200 if video else 404)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """404: no address of a video. 401: a video that not everybody may see; one that never was looks the same. 501: XML."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse(_("Only format=json."), status=501, content_type="text/plain")
    video_id = _video_meant(request.GET.get("url", ""))
    if video_id is None:
        raise Http404
    video = selectors.public_video(video_id)
    if video is None:
        return HttpResponse(_("Not everybody may see this video."), status=401, content_type="text/plain")
    size = previews.fitted(video, width=_most(request, "maxwidth"), height=_most(request, "maxheight"))
    return JsonResponse(previews.oembed(video, size), headers={"Access-Control-Allow-Origin": "*"})


def _video_meant(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    return int(match.kwargs["video_id"]) if is_ours(parts.netloc) and match.view_name in ADDRESSES else None


def _most(request: HttpRequest, name: str) -> int:
    asked = request.GET.get(name, "")
    return min(int(asked), LARGEST) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else previews.BOX
