"""How a writing statement is run, and what it says about itself: cause, actor, limit, origin."""

from typing import Any

from django.conf import settings
from django.db import connection

from follows.origins import Origin

# Evaluated in the statement that writes: the triggers believe nothing that was said in another one.
SAYING = "follows_say(%(cause)s, %(actor)s, %(limit)s, %(source)s, %(device)s, %(session)s)"


# Edges that their follower ended come back as they were: with their bell and date.
RESTORE = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING})
    INSERT INTO follows_follow (follower_id, followee_id, notify, followed_at)
    SELECT %(follower)s, ended.followee_id, last.notify, last.followed_at
    FROM said, unnest(%(followees)s::bigint[]) AS ended (followee_id)
    CROSS JOIN LATERAL (
        SELECT * FROM follows_followevent WHERE follower_id = %(follower)s AND followee_id = ended.followee_id
        ORDER BY id DESC LIMIT 1) AS last
    WHERE last.cause IN ('unfollowed', 'cancelled')
    ORDER BY ended.followee_id
    ON CONFLICT (follower_id, followee_id) DO NOTHING
    RETURNING followee_id
"""

FOLLOW_AGAIN = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING}), ended AS (
        SELECT notify, followed_at FROM (
            SELECT * FROM follows_followevent
            WHERE follower_id = %(follower)s AND followee_id = %(followee)s AND ("before", "after") <> ('', '')
            ORDER BY id DESC LIMIT 1) AS last
        WHERE "after" = '' AND cause = 'blocked' AND actor_id = %(follower)s)
    INSERT INTO follows_follow (follower_id, followee_id, notify, followed_at)
    SELECT %(follower)s, %(followee)s, coalesce(ended.notify, 'all'), coalesce(ended.followed_at, now())
    FROM said LEFT JOIN ended ON TRUE
    ON CONFLICT (follower_id, followee_id) DO NOTHING
"""

Values = dict[str, Any]


def run(statement: str, **values: Any) -> int:
    """Runs one writing statement; returns how many rows it changed or answered."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Runs one writing statement; returns what it answered."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def said(cause: str, actor_id: int | None, origin: Origin) -> Values:
    """What a statement says about itself."""
    return {
        "cause": cause,
        "actor": actor_id,
        "limit": settings.FOLLOW_LIMIT,
        "source": origin.source,
        "device": origin.device,
        "session": origin.session,
    }
