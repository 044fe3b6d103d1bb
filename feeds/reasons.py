"""Why a video is in a feed: which source brought it there, and what that source may say to whoever is shown it. Names
are looked up when a card is read, and only those that may be told then are written. Pure: no database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import TextChoices

from accounts.models import User
from follows.relations import Relation
from videos.models import Video


class Source(TextChoices):
    """Where a card comes from."""

    FOLLOWING = "following", "in the Following feed"
    FOLLOWED = "followed", "new of somebody you follow"
    REPOSTED = "reposted", "reposted by people you follow"
    ENGAGED = "engaged", "liked by people you follow"
    RELATED = "related", "like what you liked or watched"
    TASTE = "taste", "has a tag that you watch"
    INTEREST = "interest", "has a tag that you chose"
    POPULAR = "popular", "popular now"
    EXPLORE = "explore", "seen by few"
    NEW = "new", "new"
    AGAIN = "again", "seen before"


class Reason(NamedTuple):
    """`word`: the tag; or what the viewer did to the video that led here. `account_ids`: who reposted or liked it, or whose
    video led here."""

    source: str
    word: str = ""
    account_ids: tuple[int, ...] = ()


OTHERWISE = "Picked for you"  # where the reason cannot be told, or is true no more
FRESH = timedelta(days=3)
_PLAIN: dict[str, str] = {
    Source.TASTE: "Because you watch #{}",
    Source.INTEREST: "You chose #{}",
    Source.POPULAR: "Popular now",
    Source.EXPLORE: "Seen by few",
    Source.AGAIN: "Once more",
}
SHOWN = 40  # characters of a name


def words(reason: Reason, video: Video, ties: Mapping[int, Relation], people: Mapping[int, User], now: datetime) -> str:
    """`people`: those of `account_ids` who are here. `now`: what is fresh depends on it."""
    return _about_people(reason, video, ties, people) or _about_video(reason, video, now) or OTHERWISE


def _about_people(reason: Reason, video: Video, ties: Mapping[int, Relation], people: Mapping[int, User]) -> str:
    """Likes of private accounts are theirs, and so are those of accounts that the viewer shut out, is shut out by, or
    follows no more."""
    met = [people[each] for each in reason.account_ids if each in people and not _shut_out(ties[each])]
    match reason.source:
        case Source.FOLLOWING | Source.FOLLOWED | Source.AGAIN if ties[video.creator_id].following:
            return f"You follow {video.creator.display_name}"
        case Source.REPOSTED if friends := [each for each in met if _passes_on(ties[each.pk])]:
            return f"Reposted by {_short(friends[0])}{_more(len(friends) - 1)}"
        case Source.ENGAGED if friends := [each for each in met if _may_be_named(each, ties[each.pk])]:
            return f"Liked by {_names(friends)}"
        case Source.RELATED if met:
            return f"Because you {reason.word} a video by {_short(met[0])}"
    return ""


def _about_video(reason: Reason, video: Video, now: datetime) -> str:
    is_fresh = video.published_at is not None and now - video.published_at < FRESH
    if is_fresh and reason.source in {Source.EXPLORE, Source.NEW}:
        return "New here"
    return _PLAIN.get(reason.source, "").format(reason.word)


def _may_be_named(account: User, tie: Relation) -> bool:
    return tie.following and not account.is_private and not tie.muted


def _passes_on(tie: Relation) -> bool:
    """Private accounts too: a repost is for those who follow."""
    return tie.following and not tie.muted


def _more(others: int) -> str:
    return f" and {others} other{'s' if others > 1 else ''} you follow" if others else ""


def _shut_out(tie: Relation) -> bool:
    return tie.blocking or tie.blocked_by


def _names(friends: list[User]) -> str:
    return _short(friends[0]) + (_more(len(friends) - 1) or ", whom you follow")


def _short(account: User) -> str:
    name = account.display_name
    return name if len(name) <= SHOWN else f"{name[: SHOWN - 1].rstrip()}…"
