"""Reads of videos, shaped like the pages and answers that show them. Each costs the same number of queries for one row
as for many."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from follows.relations import Counts, Relation
from follows.selectors import counts, relation
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Comment, Like, Upload, Video
from videos.querysets import VideoQuerySet

GRID_SIZE = 24
MOST_UNFINISHED = 20


@dataclass(frozen=True)
class Profile:
    """An account's page as one viewer sees it. `closed` says why there are no videos: "", "gone" (suspended or
    deactivated), "blocking" or "private"."""

    account: User
    relation: Relation
    counts: Counts
    video_count: int
    closed: str


def profile(account: User, viewer_id: int | None) -> Profile:
    mine = relation(viewer_id, account.pk)
    return Profile(
        account=account,
        relation=mine,
        counts=counts(account.pk),
        video_count=grid(account.pk, viewer_id).count(),
        closed=_closed(account, mine),
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


def grid_page(account_id: int, viewer_id: int | None, *, cursor: str = "") -> Page[Video]:
    videos = grid(account_id, viewer_id).by_age().with_card()
    return keyset_page(videos, order=["-shown_at", "-id"], cursor=cursor, size=GRID_SIZE)


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


def video_for(viewer_id: int | None, video_id: int) -> Video | None:
    """A video that the viewer may watch, or one of their own in whatever state."""
    videos = Video.objects.with_card().filter(pk=video_id)
    own = videos.of_creator(viewer_id).first() if viewer_id else None
    return own or videos.visible_to(viewer_id).first()


def liked_among(viewer_id: int | None, video_ids: Iterable[int]) -> set[int]:
    """Which of these videos the viewer likes, in one query."""
    if viewer_id is None:
        return set()
    return set(Like.objects.filter(account_id=viewer_id, video_id__in=video_ids).values_list("video_id", flat=True))


def comments_page(video: Video, viewer_id: int | None, *, cursor: str = "") -> Page[Comment]:
    """Newest first."""
    comments = Comment.objects.filter(video=video).visible_to(viewer_id).select_related("author")
    return keyset_page(comments, order=["-id"], cursor=cursor)


def hidden_comments(video: Video, viewer_id: int | None) -> int:
    """Comments that are counted but not shown to this viewer: by accounts that are away, or across a block."""
    comments = Comment.objects.filter(video=video)
    return comments.standing().count() - comments.visible_to(viewer_id).count()


def drafts_page(account_id: int, *, cursor: str = "") -> Page[Video]:
    """What is not let go out yet, files on their way among it."""
    drafts = Video.objects.of_creator(account_id).drafts().with_card().select_related("upload")
    return keyset_page(drafts, order=["-id"], cursor=cursor, size=GRID_SIZE)


def unfinished_uploads(account_id: int) -> list[Upload]:
    """Files that did not come whole yet, the newest first."""
    mine = Upload.objects.filter(video__creator=account_id, video__state=Video.State.UPLOADING)
    return list(mine.select_related("video__creator").order_by("-pk")[:MOST_UNFINISHED])


def deleted_page(account_id: int, *, cursor: str = "") -> Page[Video]:
    """What its creator can still bring back, deleted last first."""
    deleted = Video.objects.of_creator(account_id).recently_deleted(settings.KEEP_DELETED_DAYS).with_card()
    return keyset_page(deleted, order=["-removed_at", "-id"], cursor=cursor, size=GRID_SIZE)
