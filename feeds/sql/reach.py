"""What recipients did with what they were told. An entry's state only grows, and a trigger counts what moves."""

from feeds.sql.edges import BY_BELL, LETS_THROUGH
from feeds.sql.feed import HORIZON

# What has no entry yet, or never gets one, is written as it is told, and noted for the fan-out that will come by. Whoever
# waits here for a fan-out finds its entry in the next statement.
WRITE_UNWRITTEN = f"""
    WITH unwritten AS (
        INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
        SELECT f.follower_id, p.id, p.creator_id, {BY_BELL}
        FROM videos_publication AS p JOIN follows_follow AS f ON {LETS_THROUGH} AND f.since < p.id
        WHERE p.id = ANY(%(publications)s) AND p.fanout_state <> 'done' AND p.id >= {HORIZON}
        ORDER BY p.id
        ON CONFLICT (recipient_id, publication_id) DO NOTHING
        RETURNING recipient_id, publication_id, state
    )
    INSERT INTO feeds_earlyentry (publication_id, recipient_id, state)
    SELECT publication_id, recipient_id, state
    FROM unwritten JOIN videos_publication AS p ON p.id = publication_id AND p.fanout_state <> 'pull_only'
    ON CONFLICT DO NOTHING
"""

# Upwards, in the order of ids: of two that meet, one waits. Answers how many of the entries were alerts until now.
MOVE = """
    WITH due AS MATERIALIZED (
        SELECT publication_id, state FROM feeds_inboxentry
        WHERE recipient_id = %(viewer)s AND publication_id = ANY(%(publications)s)
          AND state > 0 AND state < %(state)s
        ORDER BY publication_id FOR UPDATE
    ), moved AS (
        UPDATE feeds_inboxentry AS entry SET state = %(state)s FROM due
        WHERE entry.recipient_id = %(viewer)s AND entry.publication_id = due.publication_id
        RETURNING due.state AS was
    )
    SELECT count(*) FILTER (WHERE was = 2) FROM moved
"""

SEE_NOTIFICATIONS = """
    WITH due AS MATERIALIZED (
        SELECT id FROM feeds_notification
        WHERE recipient_id = %(viewer)s AND id = ANY(%(notifications)s) AND seen_at IS NULL
        ORDER BY id FOR UPDATE
    )
    UPDATE feeds_notification SET seen_at = now() WHERE id IN (SELECT id FROM due)
"""

# Deltas of what is not folded yet are counted with the rest, in one statement: the sum is the same before and after.
REACH = """
    SELECT publication_id, sum(seen)::bigint, sum(opened)::bigint, sum(watched)::bigint FROM (
        SELECT publication_id, seen, opened, watched FROM feeds_reach WHERE publication_id = ANY(%(publications)s)
        UNION ALL
        SELECT publication_id, seen, opened, watched FROM feeds_reachdelta
        WHERE publication_id = ANY(%(publications)s)
    ) AS parts GROUP BY publication_id
"""

FOLD_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('feeds fold', 0))"
FOLD = """
    WITH due AS MATERIALIZED (
        SELECT id FROM feeds_reachdelta ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ), folded AS (
        DELETE FROM feeds_reachdelta WHERE id IN (SELECT id FROM due)
        RETURNING publication_id, seen, opened, watched
    ), summed AS (
        INSERT INTO feeds_reach AS reach (publication_id, seen, opened, watched)
        SELECT publication_id, sum(seen), sum(opened), sum(watched) FROM folded
        GROUP BY publication_id ORDER BY publication_id
        ON CONFLICT (publication_id) DO UPDATE SET seen = reach.seen + EXCLUDED.seen,
            opened = reach.opened + EXCLUDED.opened, watched = reach.watched + EXCLUDED.watched
    )
    SELECT count(*) FROM folded
"""
