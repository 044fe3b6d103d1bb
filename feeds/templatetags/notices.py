"""What a line of the notifications says after the names, and where it leads."""

from django import template
from django.urls import reverse

from accounts.models import User
from feeds.selectors import Line

register = template.Library()


@register.filter
def said(line: Line) -> str:
    return _SAID[line.kind](line)


_SAID = {
    "new_video": lambda line: "posted a video" if line.events == 1 else f"posted {line.events:,} videos",
    "followed": lambda line: "follows you" if line.account else "follow you",
    "requested": lambda line: "asked to follow you",
    "approved": lambda line: "let you follow them",
    "imported": lambda line: "Your import is done",
    "appeared": lambda line: (
        "has a name here that you imported" if line.account else "have names here that you imported"
    ),
    "liked": lambda line: "liked your video",
    "commented": lambda line: (
        "commented on your video"
        if line.events == line.people_count
        else f"left {line.events:,} comments on your video"
    ),
    "replied": lambda line: (
        "replied to your comment"
        if line.events == line.people_count
        else f"left {line.events:,} replies to your comments"
    ),
    "comment_liked": lambda line: (
        "liked your comment" if line.events == line.people_count else f"liked your comments {line.events:,} times"
    ),
    "reposted": lambda line: "reposted your video",
    "mentioned": lambda line: "mentioned you" if line.events == 1 else f"mentioned you {line.events:,} times",
    "processed": lambda line: "Your video is ready",
    "failed": lambda line: "Your video could not be processed",
    "removed": lambda line: "A moderator removed your video",
}


@register.simple_tag
def target(line: Line, viewer: User) -> str:
    """The page about what the line says."""
    if line.kind in _PAGES:
        return reverse(_PAGES[line.kind])
    if line.video and line.kind == "processed" and line.video.state == "published":
        return reverse("feeds:delivery", args=[line.video.pk])
    if line.video:
        at_comments = line.kind in {"commented", "replied", "comment_liked"} or (line.kind == "mentioned" and line.text)
        return f"{line.video.get_absolute_url()}{'#comments' if at_comments else ''}"
    if line.account:
        return line.account.get_absolute_url()
    if line.kind == "followed":
        return reverse("follows:followers", args=[viewer.handle])
    return reverse(_FALLBACKS.get(line.kind, "videos:studio"))


_PAGES = {"requested": "follows:requests", "imported": "follows:imports", "appeared": "follows:offers"}
_FALLBACKS = {"approved": "follows:manager"}  # several
