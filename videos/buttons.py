"""What the buttons of likes, bookmarks and reposts are told, on a page as in an answer."""

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from socialvideo.lib.numbers import exact
from videos.models import Video


class Reaction(NamedTuple):
    """`undo`: the address that takes it back. `invitation`: what it says to who is not logged in."""

    undo: str
    symbol: str
    key: str  # that taps it
    label: Promise
    invitation: Promise


REACTIONS = {
    "like": Reaction(
        "videos:unlike",
        "heart",
        "l",
        ngettext_lazy("Like, %(number)s like", "Like, %(number)s likes", "count"),
        ngettext_lazy("Like, %(number)s like. Log in first", "Like, %(number)s likes. Log in first", "count"),
    ),
    "save": Reaction(
        "videos:unsave",
        "bookmark",
        "",
        ngettext_lazy("Save, %(number)s save", "Save, %(number)s saves", "count"),
        ngettext_lazy("Save, %(number)s save. Log in first", "Save, %(number)s saves. Log in first", "count"),
    ),
    "repost": Reaction(
        "videos:unrepost",
        "repost",
        "",
        ngettext_lazy("Repost, %(number)s repost", "Repost, %(number)s reposts", "count"),
        ngettext_lazy("Repost, %(number)s repost. Log in first", "Repost, %(number)s reposts. Log in first", "count"),
    ),
}


def button_context(name: str, video: Video, viewer_id: int | None, *, is_mine: bool, total: int) -> dict[str, Any]:
    """`name`: a key of `REACTIONS`."""
    reaction = REACTIONS[name]
    label = reaction.label if viewer_id else reaction.invitation
    act = reaction.undo if is_mine else f"videos:{name}"
    return {
        "name": name,
        "video": video,
        "reaction": reaction,
        "label": label % {"count": total, "number": exact(total)},
        "action": reverse(act, args=[video.creator.handle, video.pk]),
        "is_mine": is_mine,
        "total": total,
        "is_number": name == "repost" and not _may_be_reposted(video, viewer_id),
    }


def _may_be_reposted(video: Video, viewer_id: int | None) -> bool:
    creator = video.creator
    return viewer_id != creator.pk and video.visibility == Video.Visibility.EVERYONE and not creator.is_private
