"""What people watched, and who reported without an account, is forgotten after the days that the settings say. A view that
was counted stays counted. Chunks, each a transaction; killed anywhere, or run twice at once, it goes on."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from videos.models import Notice

AT_ONCE = 1000
CHUNKS_A_TURN = 20  # then others get their turn

# Of the next rows in the order of their beginning those that nobody went on with, down to what began too late for that.
_FORGET = """
    WITH next AS MATERIALIZED (
        SELECT id, first_at FROM videos_watch WHERE id > %(after)s ORDER BY id LIMIT %(size)s
    ), gone AS (
        DELETE FROM videos_watch WHERE id = ANY(ARRAY(
            SELECT watch.id FROM videos_watch AS watch JOIN next USING (id)
            WHERE watch.last_at < now() - %(kept)s ORDER BY watch.id FOR UPDATE OF watch SKIP LOCKED
        )) RETURNING video_id
    ), number AS (
        SELECT video_id, count(*) AS gone FROM gone GROUP BY video_id
    )
    SELECT (SELECT max(id) FROM next WHERE first_at < now() - %(kept)s), (SELECT count(*) FROM next),
           ARRAY(SELECT video_id FROM number ORDER BY video_id), ARRAY(SELECT gone FROM number ORDER BY video_id)
"""
# The trigger has taken them off, and holds the counts.
_COUNT_ON = """
    UPDATE videos_videocount AS c SET views = views + past.gone, past_views = past_views + past.gone
    FROM unnest(%(videos)s::bigint[], %(gone)s::bigint[]) AS past (video_id, gone) WHERE c.video_id = past.video_id
"""


def prune_watches(after: int = 0) -> int | None:
    """One turn, from the row after that one on. Answers where to go on; None at the end, or where all is kept."""
    if not settings.KEEP_WATCHES_DAYS:
        return None
    for _ in range(CHUNKS_A_TURN):
        last, looked_at = _forget_some(after)
        if last is None or looked_at < AT_ONCE:
            return None
        after = last
    return after


@transaction.atomic
def _forget_some(after: int) -> tuple[int | None, int]:
    values: dict[str, Any] = {"after": after, "size": AT_ONCE, "kept": timedelta(days=settings.KEEP_WATCHES_DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        last, looked_at, video_ids, gone = cursor.fetchone()
        cursor.execute(_COUNT_ON, {"videos": video_ids, "gone": gone})
    return last, looked_at


def prune_notices() -> None:
    """The receipt goes on saying how it stands."""
    due = Notice.objects.filter(report__case__closed_at__lt=Now() - timedelta(days=settings.KEEP_NOTICES_DAYS))
    named = due.exclude(name="", email="").values("pk")
    while Notice.objects.filter(pk__in=named[:AT_ONCE]).update(name="", email=""):
        pass
