"""Why a video is in a feed: which source brought it there, and what that source may say to whoever is shown it. Names
are looked up when a card is read, and only those that may be told then are written. Pure: no database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from follows.relations import Relation
from videos.models import Video


class Source(TextChoices):
    """Where a card comes from."""

    FOLLOWING = "following", gettext_lazy("in the Following feed")
    FOLLOWED = "followed", gettext_lazy("new of somebody you follow")
    REPOSTED = "reposted", gettext_lazy("reposted by people you follow")
    ENGAGED = "engaged", gettext_lazy("liked by people you follow")
    RELATED = "related", gettext_lazy("like what you liked or watched")
    TASTE = "taste", gettext_lazy("has a tag that you watch")
    INTEREST = "interest", gettext_lazy("has a tag that you chose")
    POPULAR = "popular", gettext_lazy("popular now")
    EXPLORE = "explore", gettext_lazy("seen by few")
    NEW = "new", gettext_lazy("new")
    AGAIN = "again", gettext_lazy("seen before")


class Reason(NamedTuple):
    """`word`: the tag; or what the viewer did to the video that led here. `account_ids`: who reposted or liked it, or whose
    video led here."""

    source: str
    word: str = ""
    account_ids: tuple[int, ...] = ()


# By one of those followed, and by several.
REPOSTED = (
    gettext_lazy("Reposted by %(name)s"),
    ngettext_lazy(
        "Reposted by %(name)s and %(others)s other you follow",
        "Reposted by %(name)s and %(others)s others you follow",
        "others",
    ),
)
LIKED = (
    gettext_lazy("Liked by %(name)s, whom you follow"),
    ngettext_lazy(
        "Liked by %(name)s and %(others)s other you follow",
        "Liked by %(name)s and %(others)s others you follow",
        "others",
    ),
)
OTHERWISE = gettext_lazy("Picked for you")  # where the reason cannot be told, or is true no more
FRESH = timedelta(days=3)
_PLAIN: dict[str, Any] = {
    Source.TASTE: gettext_lazy("Because you watch #%(tag)s"),
    Source.INTEREST: gettext_lazy("You chose #%(tag)s"),
    Source.POPULAR: gettext_lazy("Popular now"),
    Source.EXPLORE: gettext_lazy("Seen by few"),
    Source.AGAIN: gettext_lazy("Once more"),
}
_LED_HERE: dict[str, Any] = {
    "liked": gettext_lazy("Because you liked a video by %(name)s"),
    "watched": gettext_lazy("Because you watched a video by %(name)s"),
}
SHOWN = 40  # characters of a name


def words(reason: Reason, video: Video, ties: Mapping[int, Relation], people: Mapping[int, User], now: datetime) -> str:
    """`people`: those of `account_ids` who are here. `now`: what is fresh depends on it."""
    return _about_people(reason, video, ties, people) or _about_video(reason, video, now) or str(OTHERWISE)


def _about_people(reason: Reason, video: Video, ties: Mapping[int, Relation], people: Mapping[int, User]) -> str:
    """Likes of private accounts are theirs, and so are those of accounts that the viewer shut out, is shut out by, or
    follows no more."""
    met = [people[each] for each in reason.account_ids if each in people and not _shut_out(ties[each])]
    match reason.source:
        case Source.FOLLOWING | Source.FOLLOWED | Source.AGAIN if ties[video.creator_id].following:
            return _("You follow %(name)s") % {"name": video.creator.display_name}
        case Source.REPOSTED if friends := [each for each in met if _passes_on(ties[each.pk])]:
            return _by(friends, *REPOSTED)
        case Source.ENGAGED if friends := [each for each in met if _may_be_named(each, ties[each.pk])]:
            return _by(friends, *LIKED)
        case Source.RELATED if met:
            return _LED_HERE.get(reason.word, OTHERWISE) % {"name": _short(met[0])}
    return ""


def _about_video(reason: Reason, video: Video, now: datetime) -> str:
    is_fresh = video.published_at is not None and now - video.published_at < FRESH
    if is_fresh and reason.source in {Source.EXPLORE, Source.NEW}:
        return _("New here")
    return str(_PLAIN.get(reason.source, "")) % {"tag": reason.word}


def _may_be_named(account: User, tie: Relation) -> bool:
    return tie.following and not account.is_private and not tie.muted


def _passes_on(tie: Relation) -> bool:
    """Private accounts too: a repost is for those who follow."""
    return tie.following and not tie.muted


def _by(friends: list[User], alone: Promise, together: Promise) -> str:
    names = {"name": _short(friends[0]), "others": len(friends) - 1}
    return str((together if names["others"] else alone) % names)


def _shut_out(tie: Relation) -> bool:
    return tie.blocking or tie.blocked_by


def _short(account: User) -> str:
    name = account.display_name
    return name if len(name) <= SHOWN else f"{name[: SHOWN - 1].rstrip()}…"
