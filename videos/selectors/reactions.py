"""What a viewer did to videos, and the lists that the viewer keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, QuerySet, Value

from socialvideo.lib import lookups  # noqa: F401  # registers __among
from socialvideo.lib.pagination import Page, keyset_page
from socialvideo.lib.prepared import Prepared
from videos.models import Bookmark, HiddenReposts, Like, Repost, Video
from videos.selectors.profile import GRID_SIZE


@dataclass(frozen=True)
class Reactions:
    """Which of some videos a viewer likes, saved and reposted."""

    liked: frozenset[int] = frozenset()
    saved: frozenset[int] = frozenset()
    reposted: frozenset[int] = frozenset()


def reactions_of(viewer_id: int | None, video_ids: Iterable[int]) -> Reactions:
    """In one query, however many videos."""
    if viewer_id is None:
        return Reactions()
    found = list(_mine(account_id=viewer_id, video_ids=list(video_ids)))
    return Reactions(*(frozenset(video_id for kind, video_id in found if kind == each) for each in range(len(_KINDS))))


_KINDS: tuple[Any, ...] = (Like, Bookmark, Repost)


def _done_to(account_id: int, video_ids: list[int]) -> QuerySet[Any, Any]:
    mine = {"account_id": account_id, "video__id__among": video_ids}
    kinds = (
        model.objects.filter(**mine).values_list(Value(kind, IntegerField()), "video_id")
        for kind, model in enumerate(_KINDS)
    )
    first, *others = kinds
    return first.union(*others, all=True)


_mine: Prepared[Any] = Prepared(_done_to, account_id=int, video_ids=list)


def kept_page(account_id: int, *, liked: bool, cursor: str = "") -> Page[Video]:
    """What the account liked, or saved, the newest first, as far as it may still see it."""
    kept = (Like if liked else Bookmark).objects.filter(account_id=account_id).in_sight(account_id)
    rows = kept.select_related("video__creator", "video__count")
    return keyset_page(rows, order=["-id"], cursor=cursor, size=GRID_SIZE).map(lambda row: row.video)


def lost(account_id: int, *, liked: bool) -> int:
    """How many of those it can see no longer."""
    return (Like if liked else Bookmark).objects.filter(account_id=account_id).out_of_sight(account_id).count()


def hides_reposts(account_id: int | None, creator_id: int) -> bool:
    return HiddenReposts.objects.filter(account_id=account_id, creator_id=creator_id).exists()


def reposters(viewer_id: int | None, video_ids: Iterable[int], account_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Which of these videos (first) are reposted now by which of these accounts, of those whose reposts the viewer wants
    to be shown."""
    hidden = HiddenReposts.objects.filter(account_id=viewer_id).values("creator_id")
    rows = Repost.objects.filter(video_id__in=list(video_ids), account_id__in=list(account_ids))
    return set(rows.exclude(account_id__in=hidden).values_list("video_id", "account_id"))
