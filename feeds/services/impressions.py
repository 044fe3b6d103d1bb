"""That cards were in view: by which source, so that what each source brings can be counted."""

from collections.abc import Iterable

from django.db import connection

from feeds.reasons import Source

_SHOWN = """
    INSERT INTO feeds_impression (viewer_id, video_id, source)
    SELECT %(viewer)s, shown.video_id, shown.source
    FROM unnest(%(videos)s::bigint[], %(sources)s::text[]) AS shown (video_id, source)
    JOIN videos_video AS video ON video.id = shown.video_id AND video.creator_id <> %(viewer)s
    ORDER BY shown.video_id
    ON CONFLICT (viewer_id, video_id) DO NOTHING
"""


def count_impressions(*, viewer_id: int, shown: Iterable[tuple[int, str]]) -> int:
    """Videos that were in the viewer's view, each with its source. Unknown sources and videos, and the viewer's own, are
    left out; the first time counts. Returns how many were new."""
    known = {video_id: source for video_id, source in shown if source in Source.values}
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, {"viewer": viewer_id, "videos": list(known), "sources": list(known.values())})
        return cursor.rowcount
