"""What the head of a public page tells those who preview it elsewhere."""

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from socialvideo.lib.addresses import absolute
from videos import previews
from videos.models import Video

register = template.Library()

_NO_MARKUP = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.inclusion_tag("components/_head.html")
def page_head(path: str, title: str, description: str = "") -> dict[str, Any]:
    """Of any public page: where it really is, and how a link to it looks."""
    image = {"image": absolute(static("icons/social-1200x630.png")), "image_width": 1200, "image_height": 630}
    return _head(path, title, description) | image


@register.inclusion_tag("components/_head.html")
def profile_head(account: User, *, is_open: bool = True) -> dict[str, Any]:
    """`is_open`: whether everybody may read what it says of itself."""
    title = f"{account.display_name} (@{account.handle})"
    path = account.get_absolute_url()
    if not is_open:
        return _head(path, title) | {"noindex": True}
    picture = account.avatar.url if account.avatar else static("icons/maskable-512.png")
    feed = absolute(reverse("videos:creator_feed", args=[account.handle]))
    return _head(path, title, account.bio) | {"kind": "profile", "image": absolute(picture), "feed": feed}


@register.inclusion_tag("videos/_head.html")
def video_head(video: Video) -> dict[str, Any]:
    """Of a video that not everybody may see: nothing but where it is."""
    if not previews.is_public(video):
        return {"canonical": absolute(video.get_absolute_url())}
    canonical = absolute(video.get_absolute_url())
    return {
        "canonical": canonical,
        "video": video,
        "title": previews.title(video),
        "description": previews.description(video),
        "image": absolute(video.poster_url),
        "player": previews.embed_url(video),
        "size": previews.fitted(video),
        "oembed": absolute(f"{reverse('videos:oembed')}?{urlencode({'url': canonical, 'format': 'json'})}"),
        "structured": _data(previews.structured(video)),
    }


@register.filter
def embed_code(video: Video) -> str:
    """What one copies to show a video on a page of one's own, as an attribute holds it; empty where not everybody may see
    it."""
    return escape(previews.embed_code(video, previews.fitted(video))) if previews.is_public(video) else ""


def _head(path: str, title: str, description: str = "") -> dict[str, Any]:
    return {"canonical": absolute(path), "title": title, "description": description, "SITE_NAME": settings.SITE_NAME}


def _data(value: dict[str, Any]) -> SafeString:
    """Data, which no browser runs, whatever the words in it look like."""
    words = json.dumps(value, ensure_ascii=False).translate(_NO_MARKUP)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(words))  # noqa: S308 — no markup left
