"""What people do to a video: like and watch. Each is insert-or-ignore against a constraint, the counts are moved
by triggers in the same transaction, and the reply is read afterwards."""

from django.db import connection, transaction

from accounts.models import User
from follows.services import report_watch
from videos.models import Like, Video
from videos.services.acts import Mark, Tally, must_see
from videos.signals import video_liked, video_opened, video_watched, videos_unliked
from videos.watching import Source, view_after_ms

LIKES = Mark(Like, "likes")

# A first report cannot be longer than the video; later ones neither than that nor than the time since the last.
_BEGIN_WATCH = """
    INSERT INTO videos_watch (viewer_id, video_id, watched_ms, source)
    VALUES (%(viewer)s, %(video)s, least(%(ms)s, %(duration)s), %(source)s)
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
def like(*, account: User, video: Video) -> Tally:
    """Twice is once. Raises Refused."""
    must_see(account, video)
    if LIKES.set(account, video):
        video_liked.send(Video, video_id=video.pk, account_id=account.pk)
    return LIKES.tally(account, video)


@transaction.atomic
def unlike(*, account: User, video: Video) -> Tally:
    """Twice is once; a like of a video that is out of sight can be taken back too."""
    if LIKES.take_off(account, video):
        videos_unliked.send(Video, video_ids=[video.pk], account_id=account.pk)
    return LIKES.tally(account, video)


@transaction.atomic
def record_watch(*, viewer: User, video: Video, ms: int, source: str = Source.UNKNOWN) -> None:
    """Adds what the viewer says to have watched, as far as it is possible. The first report that is long enough makes the
    view, and counts for the viewer's tie to the creator. Creators watching their own videos are no viewers. Raises
    Refused."""
    if viewer.pk == video.creator_id or ms <= 0:
        return
    must_see(viewer, video)
    values: dict[str, int | str | None] = {
        "viewer": viewer.pk,
        "video": video.pk,
        "ms": ms,
        "duration": video.duration_ms,
        "source": source,
    }
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


def _changed(statement: str, values: dict[str, int | str | None]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount > 0
