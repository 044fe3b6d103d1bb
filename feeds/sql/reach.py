"""What recipients did with what they were told."""

from feeds.sql.edges import LETS_THROUGH

# New-video notices that the recipient has now seen. The second covers what has no entry yet, or never gets one.
SEE_ENTRIES = """
    UPDATE feeds_inboxentry SET state = 3
    WHERE recipient_id = %(viewer)s AND publication_id = ANY(%(publications)s) AND state IN (1, 2)
"""
SEE_UNWRITTEN = f"""
    INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
    SELECT f.follower_id, p.id, p.creator_id, 3
    FROM videos_publication AS p JOIN follows_follow AS f ON {LETS_THROUGH} AND f.since < p.id
    WHERE p.id = ANY(%(publications)s) AND p.fanout_state <> 'done'
    ON CONFLICT (recipient_id, publication_id) DO NOTHING
"""
