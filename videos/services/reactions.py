"""What people do to a video: like, comment, watch. Each is insert-or-ignore against a constraint, the counts are moved
by triggers in the same transaction, and the reply is read afterwards."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from follows.services import report_watch
from videos.models import Comment, Like, Video, VideoCount
from videos.services.refusals import GONE, Refused, not_yours
from videos.signals import comment_removed, commented, video_liked, video_opened, video_unliked, video_watched
from videos.watching import view_after_ms

COMMENTS_A_MINUTE = 10


@dataclass(frozen=True)
class Reaction:
    """Whether the account likes the video, and how many do, as of now."""

    liked: bool
    likes: int


_LIKE = """
    INSERT INTO videos_like (account_id, video_id) VALUES (%s, %s)
    ON CONFLICT (video_id, account_id) DO NOTHING RETURNING id
"""
_COMMENT = """
    INSERT INTO videos_comment (author_id, video_id, text, submit_key) VALUES (%s, %s, %s, %s)
    ON CONFLICT (author_id, submit_key) DO NOTHING RETURNING id
"""
# A first report cannot be longer than the video; later ones neither than that nor than the time since the last.
_BEGIN_WATCH = """
    INSERT INTO videos_watch (viewer_id, video_id, watched_ms)
    VALUES (%(viewer)s, %(video)s, least(%(ms)s, %(duration)s))
    ON CONFLICT (viewer_id, video_id) DO NOTHING
"""
_GO_ON_WATCHING = """
    UPDATE videos_watch SET
        watched_ms = watched_ms + least(
            %(ms)s, %(duration)s, greatest(0, extract(epoch FROM clock_timestamp() - last_at) * 1000)::bigint),
        last_at = clock_timestamp()
    WHERE viewer_id = %(viewer)s AND video_id = %(video)s
"""


@transaction.atomic
def like(*, account: User, video: Video) -> Reaction:
    """Twice is once. Raises Refused."""
    _must_see(account, video)
    if _inserted(_LIKE, [account.pk, video.pk]):
        video_liked.send(Video, video_id=video.pk, account_id=account.pk)
    return _reaction(account, video)


@transaction.atomic
def unlike(*, account: User, video: Video) -> Reaction:
    """Twice is once; a like of a video that is out of sight can be taken back too."""
    if Like.objects.filter(account=account, video=video).delete()[0]:
        video_unliked.send(Video, video_id=video.pk, account_id=account.pk)
    return _reaction(account, video)


@transaction.atomic
def comment(*, author: User, video: Video, text: str, submit_key: str) -> Comment:
    """The same key is the same comment, however often it is sent. Raises Refused: the video is out of sight, nothing
    was written, or too much was in the last minute."""
    if earlier := Comment.objects.filter(author=author, submit_key=submit_key).first():
        return earlier
    _must_see(author, video)
    if not text.strip():
        raise Refused("empty", "Write something first.")
    _must_not_flood(author)
    if comment_id := _inserted(_COMMENT, [author.pk, video.pk, text.strip(), submit_key]):
        commented.send(Comment, comment_id=comment_id)
    return Comment.objects.get(author=author, submit_key=submit_key)


@transaction.atomic
def remove_comment(*, by: User, comment: Comment) -> None:
    """By its author, the video's creator or a moderator. Twice is once. Raises Refused."""
    if by.pk not in {comment.author_id, comment.video.creator_id} and not by.has_perm("videos.remove_comment"):
        raise not_yours()
    if Comment.objects.standing().filter(pk=comment.pk).update(removed_at=timezone.now(), removed_by=by):
        comment_removed.send(Comment, comment_id=comment.pk)


@transaction.atomic
def record_watch(*, viewer: User, video: Video, ms: int) -> None:
    """Adds what the viewer says to have watched, as far as it is possible. The first report that is long enough makes the
    view, and counts for the viewer's tie to the creator. Creators watching their own videos are no viewers. Raises
    Refused."""
    if viewer.pk == video.creator_id or ms <= 0:
        return
    _must_see(viewer, video)
    values = {"viewer": viewer.pk, "video": video.pk, "ms": ms, "duration": video.duration_ms}
    if _changed(_GO_ON_WATCHING, values):
        report_watch(viewer_id=viewer.pk, creator_id=video.creator_id, videos=0)
    elif ms >= view_after_ms(video.duration_ms) and _changed(_BEGIN_WATCH, values):
        report_watch(viewer_id=viewer.pk, creator_id=video.creator_id)
        video_watched.send(Video, video_id=video.pk, viewer_id=viewer.pk)


@transaction.atomic
def record_opening(*, viewer_id: int | None, video: Video) -> None:
    """That somebody who may see the video opened its page, or played it on purpose. Only of accounts, and not of its
    creator."""
    if viewer_id not in {None, video.creator_id}:
        video_opened.send(Video, video_id=video.pk, viewer_id=viewer_id)


def _must_see(account: User, video: Video) -> None:
    if not account.is_present or not Video.objects.visible_to(account.pk).filter(pk=video.pk).exists():
        raise Refused(*GONE)


def _must_not_flood(author: User) -> None:
    """Meant against floods: who writes at the very same moment may get a few more through."""
    lately = Comment.objects.filter(author=author).order_by("-pk")[COMMENTS_A_MINUTE - 1 : COMMENTS_A_MINUTE].first()
    if lately and lately.created_at > timezone.now() - timedelta(minutes=1):
        raise Refused("too_fast", "You have written many comments in the last minute. Wait a moment.")


def _changed(statement: str, values: dict[str, int | None]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount > 0


def _inserted(statement: str, values: list[int | str]) -> int | None:
    """The new row's id, or None where it stood already."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None


def _reaction(account: User, video: Video) -> Reaction:
    return Reaction(
        liked=Like.objects.filter(account=account, video=video).exists(),
        likes=VideoCount.objects.values_list("likes", flat=True).get(pk=video.pk),
    )
