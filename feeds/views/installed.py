"""The site as an app on a phone or desk: its manifest, its one service worker, and the page for when there is no network."""

import json
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from socialvideo.lib.languages import known

DARK = "#0a0c13"
# What the offline page needs, and nothing else is ever kept by the worker.
SHELL = (
    "css/tokens.css",
    "css/base.css",
    "css/components/button.css",
    "css/components/state.css",
    "css/offline.css",
    "fonts/inter-latin-5.3.0.woff2",
    "icons/favicon.svg",
    "js/offline-page.js",
)


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it may stand for every page. Browsers ask for it at every visit."""
    script = (_worker.__wrapped__ if settings.DEBUG else _worker)(translation.get_language())
    etag = quote_etag(sha256(script.encode()).hexdigest()[:20])
    answer = get_conditional_response(request, etag) or HttpResponse(script, content_type="text/javascript")
    answer["ETag"] = etag
    return answer


@require_safe
@cache_control(max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    """The same for everyone, in the language of its address: the worker keeps it, and shows it at whatever address could
    not be reached."""
    with translation.override(known(request.GET.get("language", "")) or settings.LANGUAGE_CODE):
        return render(request, "feeds/offline.html")


@csrf_exempt
@require_POST
def shared(request: HttpRequest) -> HttpResponse:
    """A file that another app shared. The worker takes it before it gets here; without one, it is to be picked again."""
    return HttpResponseRedirect(reverse("videos:upload"), status=303)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """By which a phone puts the site on its home screen; some phones have push only there."""
    return JsonResponse(_manifest(), content_type="application/manifest+json")


def _manifest() -> dict[str, Any]:
    return {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": _("Short videos from the people you follow."),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": DARK,
        "theme_color": DARK,
        "categories": ["social", "video"],
        "icons": [
            _icon("icon", 192),
            _icon("icon", 512),
            _icon("maskable", 512) | {"purpose": "maskable"},
        ],
        "shortcuts": [
            _shortcut(_("Following"), "feeds:following_feed"),
            _shortcut(_("Upload"), "videos:upload"),
            _shortcut(_("Inbox"), "feeds:notifications"),
        ],
        "share_target": {
            "action": reverse("feeds:shared"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"text": "text", "files": [{"name": "file", "accept": ["video/*", ".mkv"]}]},
        },
    }


def _icon(name: str, size: int) -> dict[str, str]:
    return {"src": static(f"icons/{name}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}


def _shortcut(name: str, page: str) -> dict[str, Any]:
    return {"name": name, "url": reverse(page), "icons": [_icon("icon", 192)]}


@cache
def _worker(language: str) -> str:
    """Another shell is another script, and so another version, which replaces what the former kept."""
    page = render_to_string("feeds/offline.html", {"SITE_NAME": settings.SITE_NAME})
    addresses = [f"{reverse('feeds:offline')}?language={language}", *map(static, SHELL)]
    version = sha256("\n".join([page, *addresses]).encode()).hexdigest()[:12]
    given = {"version": version, "addresses": json.dumps(addresses), "shared": reverse("feeds:shared")}
    return render_to_string("feeds/worker.js", given | {"upload": reverse("videos:upload")})
