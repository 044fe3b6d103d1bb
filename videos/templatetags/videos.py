"""Parts of a video for pages of every app."""

from collections.abc import Callable
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import escape, format_html, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from socialvideo.lib.templatetags.words import lines_of
from videos import selectors, texts, watching
from videos.buttons import button_context
from videos.models import Video
from videos.selectors import captions_of

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
        "watch_token": _watch_token(context, video),
        "view_after": watching.view_after_ms(video.duration_ms),
        "captions": captions_of(video),
        "label": video.caption or _("Video by %(name)s") % {"name": video.creator.display_name},
    }


def _watch_token(context: Context, video: Video) -> str:
    """A feed says `which` it is; on a video's own page it matters what led there."""
    request = context["request"]
    return watching.watch_token(request.user.pk, video.pk, context.get("which") or watching.opened_from(request))


@register.inclusion_tag("videos/_reaction.html", takes_context=True)
def like_button(context: Context, video: Video, liked: bool) -> dict[str, Any]:
    return _button(context, "like", video, is_mine=liked, total=video.count.likes)


@register.inclusion_tag("videos/_reaction.html", takes_context=True)
def save_button(context: Context, video: Video, saved: bool) -> dict[str, Any]:
    return _button(context, "save", video, is_mine=saved, total=video.count.bookmarks)


@register.inclusion_tag("videos/_reaction.html", takes_context=True)
def repost_button(context: Context, video: Video, reposted: bool) -> dict[str, Any]:
    """Where it may not be reposted, the number alone."""
    return _button(context, "repost", video, is_mine=reposted, total=video.count.reposts)


def _button(context: Context, name: str, video: Video, *, is_mine: bool, total: int) -> dict[str, Any]:
    request = context["request"]
    page = {"request": request, "csrf_token": context.get("csrf_token"), "here": context.get("here")}
    return page | button_context(name, video, request.user.pk, is_mine=is_mine, total=total)


@register.simple_tag(takes_context=True)
def hides_reposts(context: Context, creator: User) -> bool:
    """Whether the viewer is not to be shown what the creator reposts."""
    return selectors.hides_reposts(context["request"].user.pk, creator.pk)


@register.filter
def linked(value: str | None, also: str = "") -> SafeString:
    """A caption or comment: line breaks kept, what it mentions and its tags turned into links, all else escaped. With
    "addresses", those of other sites too."""
    plain = _with_addresses if also == "addresses" else escape
    return mark_safe("<br>".join(_linked(line, plain) for line in lines_of(value)))  # noqa: S308 — escaped part by part


def _linked(line: str, plain: Callable[[str], str]) -> str:
    parts, done = [], 0
    for mark in texts.marks(line):
        parts += [plain(line[done : mark.start]), _link(mark, line[mark.start : mark.end])]
        done = mark.end
    return "".join([*parts, plain(line[done:])])


def _with_addresses(text: str) -> str:
    """What leads to other sites is not vouched for."""
    return str(urlize(text, nofollow=True, autoescape=True))


def _link(mark: texts.Mark, written: str) -> SafeString:
    if mark.sign == "@":
        return format_html('<a href="{}">{}</a>', reverse("videos:profile", args=[mark.name]), written)
    return format_html('<a href="{}">{}</a>', reverse("feeds:tag", args=[mark.name]), written)
