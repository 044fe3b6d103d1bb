"""Parts of a video for pages of every app."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from socialvideo.lib.templatetags.words import lines_of
from videos import texts, watching
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
        "watch_token": watching.watch_token(context["request"].user.pk, video.pk),
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


@register.filter
def linked(value: str | None) -> SafeString:
    """A caption or comment: line breaks kept, what it mentions and its tags turned into links, all else escaped."""
    return mark_safe("<br>".join(_linked(line) for line in lines_of(value)))  # noqa: S308 — escaped part by part


def _linked(line: str) -> str:
    parts, done = [], 0
    for mark in texts.marks(line):
        parts += [escape(line[done : mark.start]), _link(mark, line[mark.start : mark.end])]
        done = mark.end
    return "".join([*parts, escape(line[done:])])


def _link(mark: texts.Mark, written: str) -> SafeString:
    if mark.sign == "@":
        return format_html('<a href="{}">{}</a>', reverse("videos:profile", args=[mark.name]), written)
    return format_html('<a href="{}">{}</a>', reverse("feeds:tag", args=[mark.name]), written)
