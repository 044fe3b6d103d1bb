"""What is shown of a video elsewhere: in messengers, in search engines, embedded in other people's pages. Only of videos
that everybody may see. Pure: takes a video with its creator and count."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from socialvideo.lib.addresses import absolute
from videos.models import Video

BOX = 640  # pixels, where nobody asks for less
SMALLEST = 120


def is_public(video: Video) -> bool:
    """As `visible_to(None)` says, of a video that is at hand."""
    creator = video.creator
    return (
        video.state == "published"
        and video.visibility == "everyone"
        and not video.for_adults
        and creator.is_present
        and not creator.is_private
    )


def title(video: Video) -> str:
    words = Truncator(" ".join(video.caption.split())).chars(90)
    return (
        f"{words} · {video.creator.display_name}"
        if words
        else _("Video by %(name)s") % {"name": video.creator.display_name}
    )


def description(video: Video) -> str:
    words = Truncator(" ".join(video.caption.split())).chars(200)
    values = {"name": video.creator.display_name, "handle": video.creator.handle, "site": settings.SITE_NAME}
    if not words:
        return _("A video by %(name)s (@%(handle)s) on %(site)s") % values
    return _("%(words)s by %(name)s (@%(handle)s) on %(site)s") % {"words": words, **values}


def embed_url(video: Video) -> str:
    return absolute(reverse("videos:embed", args=[video.pk]))


@dataclass(frozen=True)
class Size:
    width: int
    height: int


def fitted(video: Video, *, width: int = BOX, height: int = BOX) -> Size:
    """As large as fits, in the video's shape; never too small to be played."""
    own_width, own_height = video.width or 9, video.height or 16
    scale = min(width / own_width, height / own_height)
    return Size(max(round(own_width * scale), SMALLEST), max(round(own_height * scale), SMALLEST))


def embed_code(video: Video, size: Size) -> str:
    """The player for other people's pages, as HTML."""
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" frameborder="0" loading="lazy"'
        ' allow="fullscreen; picture-in-picture" allowfullscreen></iframe>',
        embed_url(video),
        size.width,
        size.height,
        title(video),
    )


def oembed(video: Video, size: Size) -> dict[str, Any]:
    """https://oembed.com, type "video"."""
    return {
        "version": "1.0",
        "type": "video",
        "title": title(video),
        "author_name": video.creator.display_name,
        "author_url": absolute(video.creator.get_absolute_url()),
        "provider_name": settings.SITE_NAME,
        "provider_url": absolute("/"),
        "cache_age": 3600,
        "thumbnail_url": absolute(video.poster_url),
        "thumbnail_width": video.width,
        "thumbnail_height": video.height,
        "html": embed_code(video, size),
        "width": size.width,
        "height": size.height,
    }


def structured(video: Video) -> dict[str, Any]:
    """https://schema.org/VideoObject."""
    watched = {"@type": "InteractionCounter", "interactionType": {"@type": "WatchAction"}}
    return {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": title(video),
        "description": description(video),
        "url": absolute(video.get_absolute_url()),
        "thumbnailUrl": [absolute(video.poster_url)],
        "uploadDate": video.published_at.isoformat(timespec="seconds") if video.published_at else None,
        "duration": f"PT{max((video.duration_ms or 0) // 1000, 1)}S",
        "embedUrl": embed_url(video),
        "interactionStatistic": watched | {"userInteractionCount": video.count.views},
        "author": {
            "@type": "Person",
            "name": video.creator.display_name,
            "url": absolute(video.creator.get_absolute_url()),
        },
    }
