"""The statements by which followers are told, and follow events acted upon."""

from feeds.sql.edges import RECIPIENTS

# The next followers by age of their edge. Counts what the chunk holds, not what was new: a row that is already there
# was read, and told, before its chunk.
TELL_CHUNK = f"""
    WITH chunk AS MATERIALIZED (
        {RECIPIENTS} AND f.since > %(cursor)s ORDER BY f.since LIMIT %(size)s
    ), told AS (
        INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
        SELECT recipient_id, %(publication)s, %(creator)s, state FROM chunk
        ON CONFLICT (recipient_id, publication_id) DO NOTHING
    )
    SELECT count(*), coalesce(max(since), %(cursor)s), count(*) FILTER (WHERE state = 2),
           count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 0)
    FROM chunk
"""

# What follow events leave to do: entries for what the creator published before (without notice), and telling the
# other side, as long as the edge stands. Two consumers never take the same event.
CONSUME_OUTBOX = """
    WITH due AS MATERIALIZED (
        SELECT event_id FROM follows_followoutbox ORDER BY event_id LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ), consumed AS (
        DELETE FROM follows_followoutbox WHERE event_id IN (SELECT event_id FROM due)
        RETURNING event_id
    ), event AS (
        SELECT e.*, f.shows_from FROM consumed JOIN follows_followevent AS e ON e.id = consumed.event_id
        JOIN follows_follow AS f ON f.follower_id = e.follower_id AND f.followee_id = e.followee_id
            AND f.state = e.after AND coalesce(f.since, e.id) = e.id
        WHERE e.before <> e.after
    ), backfilled AS (
        INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
        SELECT event.follower_id, p.id, p.creator_id, 0
        FROM event JOIN videos_publication AS p ON p.creator_id = event.followee_id
            AND p.id >= event.shows_from AND p.id < event.id
        ON CONFLICT (recipient_id, publication_id) DO NOTHING
    ), told AS (
        INSERT INTO feeds_notification (recipient_id, actor_id, kind, event_key, text, created_at)
        SELECT CASE kind WHEN 'approved' THEN follower_id ELSE followee_id END,
               CASE kind WHEN 'approved' THEN followee_id ELSE follower_id END,
               kind, 'follow:' || id, '', happened_at
        FROM (SELECT *, CASE WHEN after = 'requested' THEN 'requested' WHEN before = 'requested' THEN 'approved'
                             ELSE 'followed' END AS kind FROM event
              WHERE NOT (cause = 'restored' AND after = 'active')) AS event -- they were told when it was made
        ON CONFLICT (recipient_id, event_key) DO NOTHING
    )
    SELECT e.follower_id, e.followee_id, e.id, e.before = e.after
    FROM consumed JOIN follows_followevent AS e ON e.id = consumed.event_id
"""
