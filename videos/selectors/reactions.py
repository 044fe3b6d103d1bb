"""What a viewer did to videos, and the lists that the viewer keeps."""

from collections.abc import Iterable
from dataclasses import dataclass

from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Bookmark, HiddenReposts, Like, Repost, Video
from videos.selectors.profile import GRID_SIZE


@dataclass(frozen=True)
class Reactions:
    """Which of some videos a viewer likes, saved and reposted."""

    liked: frozenset[int] = frozenset()
    saved: frozenset[int] = frozenset()
    reposted: frozenset[int] = frozenset()


def reactions_of(viewer_id: int | None, video_ids: Iterable[int]) -> Reactions:
    """In three queries, however many videos."""
    if viewer_id is None:
        return Reactions()
    mine = {"account_id": viewer_id, "video_id__in": list(video_ids)}
    found = (model.objects.filter(**mine).values_list("video_id", flat=True) for model in (Like, Bookmark, Repost))
    return Reactions(*map(frozenset, found))


def liked_among(viewer_id: int | None, video_ids: Iterable[int]) -> frozenset[int]:
    """Which of these videos the viewer likes, in one query."""
    if viewer_id is None:
        return frozenset()
    mine = Like.objects.filter(account_id=viewer_id, video_id__in=list(video_ids))
    return frozenset(mine.values_list("video_id", flat=True))


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
