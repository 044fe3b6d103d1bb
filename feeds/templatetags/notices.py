"""What a line of the notifications says after the names, and where it leads."""

from collections.abc import Callable

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, npgettext

from accounts.models import User
from feeds.selectors import Line
from socialvideo.lib.numbers import exact

register = template.Library()


@register.filter
def said(line: Line) -> str:
    """What follows the names: in many languages its verb depends on how many people they are."""
    return _SAID[line.kind](line) if line.kind in _SAID else str(_HAPPENED[line.kind])


def _counted(deed: str, deeds: str, line: Line) -> str:
    """`deeds`, where people did it more often than once each."""
    return deed if line.events == line.people_count else deeds % {"number": exact(line.events)}


_SAID: dict[str, Callable[[Line], str]] = {
    "new_video": lambda line: (
        npgettext("one person", "posted a video", "posted %(number)s videos", line.events)
        % {"number": exact(line.events)}
    ),
    "followed": lambda line: ngettext("follows you", "follow you", _people(line)),
    "requested": lambda line: ngettext("asked to follow you", "asked to follow you", _people(line)),
    "approved": lambda line: ngettext("let you follow them", "let you follow them", _people(line)),
    "appeared": lambda line: ngettext(
        "has a name here that you imported", "have names here that you imported", _people(line)
    ),
    "liked": lambda line: ngettext("liked your video", "liked your video", _people(line)),
    "commented": lambda line: _counted(
        ngettext("commented on your video", "commented on your video", _people(line)),
        ngettext("left %(number)s comments on your video", "left %(number)s comments on your video", _people(line)),
        line,
    ),
    "replied": lambda line: _counted(
        ngettext("replied to your comment", "replied to your comment", _people(line)),
        ngettext("left %(number)s replies to your comments", "left %(number)s replies to your comments", _people(line)),
        line,
    ),
    "comment_liked": lambda line: _counted(
        ngettext("liked your comment", "liked your comment", _people(line)),
        ngettext("liked your comments %(number)s times", "liked your comments %(number)s times", _people(line)),
        line,
    ),
    "reposted": lambda line: ngettext("reposted your video", "reposted your video", _people(line)),
    "mentioned": lambda line: (
        ngettext("mentioned you", "mentioned you", _people(line))
        if line.events == 1
        else ngettext("mentioned you %(number)s times", "mentioned you %(number)s times", _people(line))
        % {"number": exact(line.events)}
    ),
}
_HAPPENED = {
    "held": gettext_lazy(
        "Some of those you mentioned are told later, because you mentioned many who do not follow you"
    ),
    "imported": gettext_lazy("Your import is done"),
    "processed": gettext_lazy("Your video is ready"),
    "failed": gettext_lazy("Your video could not be processed"),
    "removed": gettext_lazy("A moderator removed your video"),
    "decided": gettext_lazy("A moderator decided about you or what you made"),
    "lifted": gettext_lazy("A decision about you or what you made was lifted"),
    "upheld": gettext_lazy("Your appeal was looked at: the decision stands"),
    "outcome": gettext_lazy("What you reported was looked at"),
}


def _people(line: Line) -> int:
    return max(1, line.people_count)


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


_PAGES = {
    "requested": "follows:requests",
    "imported": "follows:imports",
    "appeared": "follows:offers",
    "removed": "videos:decisions",
    "decided": "videos:decisions",
    "lifted": "videos:decisions",
    "upheld": "videos:decisions",
    "outcome": "videos:reports",
}
_FALLBACKS = {"approved": "follows:manager"}  # several
