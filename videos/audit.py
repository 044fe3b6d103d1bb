"""What must hold of videos and their publications at any moment, checked on live data."""

from socialvideo.lib.audit import Check

OPEN_BUT_NOT_TOLD = """
    SELECT v.id FROM videos_video AS v LEFT JOIN videos_publication AS p ON p.video_id = v.id
    WHERE (v.state = 'published' OR v.state_before_removal = 'published') AND p.id IS NULL
"""
TOLD_BUT_NOT_OPEN = """
    SELECT p.id FROM videos_publication AS p JOIN videos_video AS v ON v.id = p.video_id
    WHERE coalesce(nullif(v.state_before_removal, ''), v.state) <> 'published'
       OR v.creator_id <> p.creator_id OR v.published_at IS DISTINCT FROM p.published_at
"""
# Who was a follower at a publication is whoever the events before it left active.
FOLLOWERS_AS_REPLAYED = """
    SELECT p.id FROM videos_publication AS p
    WHERE p.followers_at_publish <> (
        SELECT count(*) FROM (
            SELECT DISTINCT ON (follower_id) "after" FROM follows_followevent
            WHERE followee_id = p.creator_id AND id < p.id ORDER BY follower_id, id DESC
        ) AS last WHERE "after" = 'active')
"""
DELIVERY_BEYOND = """
    SELECT id FROM videos_publication
    WHERE alerted + listed_quietly + muted + pull_only + left_first > followers_at_publish
"""
# Three attempts of the longest kind, and as long again for those waiting in front.
PROCESSING_OVERDUE = """
    SELECT id FROM videos_video
    WHERE state = 'processing' AND created_at < now() - interval '6 hours'
      AND (lease_until IS NULL OR lease_until < now() - interval '10 minutes')
"""


def _count_is_rows(column: str, table: str, where: str = "TRUE") -> str:
    return f"""
        SELECT c.video_id FROM videos_videocount AS c
        LEFT JOIN (SELECT video_id, count(*) AS stands FROM {table} WHERE {where} GROUP BY video_id) AS rows USING (video_id)
        WHERE c.{column} <> coalesce(stands, 0)
    """


LEFT_BY_ERASED = """
    SELECT erasure_id FROM accounts_erasurestep
    WHERE part = 'videos' AND confirmed_at IS NOT NULL
      AND (EXISTS (SELECT 1 FROM videos_comment WHERE author_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_like WHERE account_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_watch WHERE viewer_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_video AS v WHERE v.creator_id = erasure_id
                      AND (v.state <> 'removed' OR concat(v.caption, v.original, v.rendition_key) <> '')))
"""

CHECKS = [
    Check("every published video has its publication", "4", OPEN_BUT_NOT_TOLD),
    Check("every publication stands for a published video", "4", TOLD_BUT_NOT_OPEN),
    Check("followers at publishing are as the events say", "4", FOLLOWERS_AS_REPLAYED),
    Check("no delivery counts more than there were followers", "4", DELIVERY_BEYOND),
    Check("like counts equal likes", "3", _count_is_rows("likes", "videos_like")),
    Check("comment counts equal comments", "3", _count_is_rows("comments", "videos_comment", "removed_at IS NULL")),
    Check("view counts equal viewers", "3", _count_is_rows("views", "videos_watch")),
    Check("no upload is left without an end", "8", PROCESSING_OVERDUE),
    Check("nothing of an erased account's videos, comments, likes and views is left", "7", LEFT_BY_ERASED),
]
