"""What search engines may read: the newest public profiles and videos, and which addresses are not worth their time."""

from datetime import datetime

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from socialvideo.lib.addresses import absolute
from videos import selectors
from videos.models import Video

MOST = 2000  # addresses in a map, so that each has one page
KEPT = 600  # seconds
CLOSED = ["/accounts/", "/admin/", "/api/", "/settings/", "/studio/", "/search/?", "/inbox/", "/interests/", "/upload/"]


class _Ours(Sitemap):  # type: ignore[type-arg]
    limit = MOST

    def get_domain(self, site: object = None) -> str:
        return settings.SITE_URL.split("://")[1]

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.split("://")[0]


class Profiles(_Ours):
    def items(self) -> list[User]:
        return selectors.public_creators(at_most=MOST)


class Videos(_Ours):
    def items(self) -> list[Video]:
        return selectors.public_videos(at_most=MOST)

    def lastmod(self, video: Video) -> datetime | None:
        return video.published_at


MAPS = {"profiles": Profiles, "videos": Videos}


@require_safe
@cache_control(max_age=3600)
def section(request: HttpRequest, name: str) -> HttpResponse:
    """Made at most once in some minutes, however often it is asked for."""
    if name not in MAPS or request.GET.get("p", "1") != "1":
        raise Http404
    made = cache.get_or_set(f"sitemap:{name}", lambda: sitemap(request, MAPS, section=name).rendered_content, KEPT)
    return HttpResponse(made, content_type="application/xml", headers={"X-Robots-Tag": "noindex, noodp, noarchive"})


@require_safe
@cache_control(max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    lines += [f"Sitemap: {absolute(reverse('videos:sitemap', args=[name]))}" for name in MAPS]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
