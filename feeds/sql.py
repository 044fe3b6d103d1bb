"""The statements of telling and of the Following feed. Each rule is written once: who receives a publication
(RECIPIENTS) and what an edge lets through (LETS_THROUGH); all else is put together from these two.

Whether a video may be seen is not asked here but of `Video.objects.visible_to`, when the cards are read."""

MUTED = """EXISTS (SELECT 1 FROM follows_mute AS mute WHERE mute.muter_id = f.follower_id
    AND mute.muted_id = f.followee_id AND (mute.until IS NULL OR mute.until > now()))"""

# How the bell of an edge f decides: InboxEntry.State QUIET or ALERTED.
BY_BELL = "CASE f.notify WHEN 'none' THEN 1 ELSE 2 END"

# Who is told of a publication, and how. Who mutes the creator gets it into the feed alone, for when the mute ends.
RECIPIENTS = f"""
    SELECT f.follower_id AS recipient_id, f.since, CASE WHEN {MUTED} THEN 0 ELSE {BY_BELL} END AS state
    FROM follows_follow AS f
    WHERE f.followee_id = %(creator)s AND f.state = 'active' AND f.since < %(publication)s
"""

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

# What an edge f of the viewer lets into the feed of the publications p: the Following feed's one predicate.
LETS_THROUGH = f"""f.follower_id = %(viewer)s AND f.followee_id = p.creator_id AND f.state = 'active'
    AND p.id >= f.shows_from AND NOT {MUTED}"""

# The feed as it is defined, asking every publication. Says what FEED must answer; FEED is how it is read.
PULLED_FEED = f"""
    SELECT p.id FROM videos_publication AS p JOIN follows_follow AS f ON {LETS_THROUGH}
    WHERE p.id < %(before)s ORDER BY p.id DESC LIMIT %(rows)s
"""

# The feed's next rows and down to where they are all. One statement, so that a fan-out, a backfill that ends meanwhile
# is seen either as unfinished or by its inbox entries. What has no entry yet has the state that it is going to have.
# OFFSET 0 keeps each probe of an edge a probe: joined freely, the planner would walk all edges of the viewer.
FEED = f"""
    WITH RECURSIVE inbox AS MATERIALIZED (
        SELECT publication_id AS id, creator_id, state FROM feeds_inboxentry
        WHERE recipient_id = %(viewer)s AND publication_id < %(before)s AND state >= %(least)s
        ORDER BY publication_id DESC LIMIT %(rows)s
    ), reach AS MATERIALIZED (
        SELECT CASE count(*) WHEN %(rows)s THEN min(id) ELSE 0 END AS down_to FROM inbox
    ), pulled_creators (id) AS (
        (SELECT creator_id FROM videos_publication WHERE fanout_state = 'pull_only' ORDER BY creator_id LIMIT 1)
        UNION ALL
        SELECT (SELECT creator_id FROM videos_publication WHERE fanout_state = 'pull_only' AND creator_id > pulled.id
                ORDER BY creator_id LIMIT 1)
        FROM pulled_creators AS pulled WHERE pulled.id IS NOT NULL
    ), p AS (
        SELECT id, creator_id, state FROM inbox
        UNION ALL
        SELECT id, creator_id, NULL FROM videos_publication, reach
        WHERE fanout_state IN ('pending', 'running') AND id < %(before)s AND id >= down_to
        UNION ALL
        SELECT latest.id, latest.creator_id, NULL
        FROM reach, pulled_creators AS pulled CROSS JOIN LATERAL (
            SELECT followee_id FROM follows_follow WHERE follower_id = %(viewer)s AND followee_id = pulled.id OFFSET 0
        ) AS followed CROSS JOIN LATERAL (
            SELECT id, creator_id FROM videos_publication
            WHERE creator_id = followed.followee_id AND fanout_state = 'pull_only' AND id < %(before)s AND id >= down_to
            ORDER BY id DESC LIMIT %(rows)s
        ) AS latest
        UNION ALL
        SELECT earlier.id, earlier.creator_id, NULL
        FROM reach, follows_followoutbox AS due JOIN follows_followevent AS e ON e.id = due.event_id
        JOIN follows_follow AS f ON f.follower_id = e.follower_id AND f.followee_id = e.followee_id AND f.since = e.id
        JOIN videos_publication AS earlier ON earlier.creator_id = f.followee_id
            AND earlier.id >= f.shows_from AND earlier.id < f.since
        WHERE due.follower_id = %(viewer)s AND earlier.id < %(before)s AND earlier.id >= down_to
    ), let_through AS (
        SELECT DISTINCT ON (p.id) p.id,
               coalesce(p.state, CASE WHEN p.id < f.since THEN 0 ELSE {BY_BELL} END) AS state
        FROM p CROSS JOIN LATERAL (
            SELECT since, notify FROM follows_follow AS f WHERE {LETS_THROUGH} OFFSET 0
        ) AS f
        ORDER BY p.id DESC, p.state
    ), rows AS (
        SELECT id, state FROM let_through WHERE state = ANY(%(states)s) ORDER BY id DESC LIMIT %(rows)s
    )
    SELECT down_to, ARRAY(SELECT id FROM rows ORDER BY id DESC), ARRAY(SELECT state FROM rows ORDER BY id DESC)
    FROM reach
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
