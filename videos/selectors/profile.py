"""An account's page, and what is on its grids."""

from dataclasses import dataclass
from typing import ClassVar

from accounts.models import User
from follows.relations import Counts, Relation
from follows.selectors import counts, relation
from socialvideo.lib.pagination import Page, keyset_page, page_of
from socialvideo.lib.prepared import Prepared
from videos.models import Repost, Video
from videos.querysets import RepostQuerySet, VideoQuerySet

GRID_SIZE = 24
COUNTED = 10_000  # videos, and reposts


@dataclass(frozen=True)
class Profile:
    """An account's page as one viewer sees it. `closed` says why there are no videos: "", "gone" (suspended or
    deactivated), "blocking" or "private". Videos and reposts are counted up to `counted`."""

    account: User
    relation: Relation
    counts: Counts
    video_count: int
    repost_count: int
    closed: str
    counted: ClassVar = COUNTED

    @property
    def is_public(self) -> bool:
        """Whether everybody may read what it says of itself."""
        return self.account.is_present and not self.account.is_private


def profile(account: User, viewer_id: int | None) -> Profile:
    mine = relation(viewer_id, account.pk)
    closed = _closed(account, mine)
    return Profile(
        account=account,
        relation=mine,
        counts=counts(account.pk),
        video_count=_video_count(account.pk, viewer_id),
        repost_count=0 if closed else _reposts.count(most=COUNTED, account_id=account.pk, viewer_id=viewer_id),
        closed=closed,
    )


def _closed(account: User, mine: Relation) -> str:
    if mine.is_self:
        return ""
    if not account.is_present:
        return "gone"
    if mine.blocking:
        return "blocking"
    return "private" if account.is_private and not mine.following else ""


def grid(account_id: int, viewer_id: int | None) -> VideoQuerySet:
    """An account's videos for a viewer; the creator also sees what is not finished, at once."""
    videos = Video.objects.of_creator(account_id)
    return videos.standing() if viewer_id == account_id else videos.visible_to(viewer_id)


_grid = Prepared(grid, account_id=int, viewer_id=int)  # of others


def _video_count(account_id: int, viewer_id: int | None) -> int:
    if viewer_id == account_id:
        return grid(account_id, viewer_id)[:COUNTED].count()
    return _grid.count(most=COUNTED, account_id=account_id, viewer_id=viewer_id)


def grid_page(account_id: int, viewer_id: int | None, *, cursor: str = "") -> Page[Video]:
    if not cursor and viewer_id != account_id:
        return page_of(list(_first_rows(account_id=account_id, viewer_id=viewer_id)), order=_GRID_ORDER, size=GRID_SIZE)
    return keyset_page(_grid_rows(account_id, viewer_id), order=_GRID_ORDER, cursor=cursor, size=GRID_SIZE)


def _grid_rows(account_id: int, viewer_id: int | None) -> VideoQuerySet:
    return grid(account_id, viewer_id).by_age().with_card()


def _top_of_grid(account_id: int, viewer_id: int | None) -> VideoQuerySet:
    return _grid_rows(account_id, viewer_id).order_by(*_GRID_ORDER)[: GRID_SIZE + 1]


_GRID_ORDER = ["-shown_at", "-id"]
_first_rows = Prepared(_top_of_grid, account_id=int, viewer_id=int)


def reposts(account_id: int, viewer_id: int | None) -> RepostQuerySet:
    return Repost.objects.filter(account_id=account_id).shown_to(viewer_id)


_reposts = Prepared(reposts, account_id=int, viewer_id=int)


def reposts_page(account_id: int, viewer_id: int | None, *, cursor: str = "") -> Page[Video]:
    """What an account passed on, the newest first."""
    rows = reposts(account_id, viewer_id).select_related("video__creator", "video__count")
    return keyset_page(rows, order=["-id"], cursor=cursor, size=GRID_SIZE).map(lambda row: row.video)


@dataclass(frozen=True)
class Holdings:
    """What an account would lose by being deleted."""

    followers: int
    following: int
    videos: int


def holdings(account_id: int) -> Holdings:
    ties = counts(account_id)
    videos = Video.objects.of_creator(account_id).standing().count()
    return Holdings(followers=ties.followers, following=ties.following, videos=videos)
