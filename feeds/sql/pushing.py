"""Which browsers hear of an event: their rows are written by the statement that tells their account."""

from feeds.sql.choices import topic_of, wants
from feeds.sql.edges import RECIPIENTS
from feeds.sql.leases import claim
from feeds.topics import Channel

# Part of the statement that tells a chunk: a row for each browser of those whom it alerts. While nobody has one, nothing
# is looked up; OFFSET 0 keeps the wish from being asked for of followers who have none.
PUSH_CHUNK = f"""
    INSERT INTO feeds_push (subscription_id, event_key)
    SELECT device.id, 'video:' || %(publication)s
    FROM (SELECT device.id, device.account_id
          FROM chunk JOIN feeds_pushsubscription AS device ON device.account_id = chunk.recipient_id
          WHERE EXISTS (SELECT 1 FROM feeds_pushsubscription) AND chunk.state = 2 OFFSET 0) AS device
    WHERE {wants("device.account_id", "'new_videos'", Channel.PUSH)}
    ON CONFLICT (subscription_id, event_key) DO NOTHING
"""

# The same for notifications, whatever statement inserts them: the body of a trigger.
PUSH_NOTIFICATIONS = f"""
    INSERT INTO feeds_push (subscription_id, event_key)
    SELECT device.id, 'notice:' || n.id
    FROM new_rows AS n JOIN feeds_pushsubscription AS device ON device.account_id = n.recipient_id
    WHERE n.seen_at IS NULL AND {wants("n.recipient_id", topic_of("n.kind"), Channel.PUSH)}
    ON CONFLICT (subscription_id, event_key) DO NOTHING;
    RETURN NULL;
"""

# And for a publication that nobody gets an entry of: the next browsers, each asked whether its account is a recipient.
# OFFSET 0 keeps it a probe of the pair: joined freely, the planner would walk all followers of the creator.
PUSH_SUBSCRIBERS = f"""
    WITH device AS MATERIALIZED (
        SELECT id, account_id FROM feeds_pushsubscription WHERE id > %(cursor)s ORDER BY id LIMIT %(size)s
    ), pushed AS (
        INSERT INTO feeds_push (subscription_id, event_key)
        SELECT device.id, 'video:' || %(publication)s
        FROM device CROSS JOIN LATERAL ({RECIPIENTS} AND f.follower_id = device.account_id OFFSET 0) AS recipient
        WHERE recipient.state = 2 AND {wants("device.account_id", "'new_videos'", Channel.PUSH)}
        ON CONFLICT (subscription_id, event_key) DO NOTHING
    )
    SELECT count(*), coalesce(max(id), %(cursor)s) FROM device
"""

CLAIM = claim("feeds_push")

# What is settled and older than anybody asks for, the oldest rows first.
PRUNE = """
    WITH oldest AS MATERIALIZED (SELECT id, created_at, state FROM feeds_push ORDER BY id LIMIT %(size)s),
    gone AS (
        DELETE FROM feeds_push USING oldest
        WHERE feeds_push.id = oldest.id AND oldest.state <> 'waiting' AND oldest.created_at < %(before)s
        RETURNING 1
    )
    SELECT count(*) FROM gone
"""
