"""Parts of a video for pages of every app."""

from typing import Any

from django import template
from django.template.context import Context

from videos import watching
from videos.models import Video

register = template.Library()


@register.inclusion_tag("components/_player.html", takes_context=True)
def player(context: Context, video: Video) -> dict[str, Any]:
    """The video, ready to play, reporting to its viewer's own address."""
    return {
        "hls_url": video.hls_url,
        "preview_url": video.preview_url,
        "poster_url": video.poster_url,
        "width": video.width,
        "height": video.height,
        "duration": video.duration_ms,
        "watch_url": watching.watch_url(context["request"].user.pk, video.pk),
        "view_after": watching.view_after_ms(video.duration_ms),
        "label": video.caption or f"Video by {video.creator.display_name}",
    }


@register.inclusion_tag("videos/_like_button.html", takes_context=True)
def like_button(context: Context, video: Video, liked: bool, place: str = "page") -> dict[str, Any]:
    """`place`: "page", or "rail" beside a feed's video."""
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "video": video,
        "liked": liked,
        "likes": video.count.likes,
        "place": place,
    }
