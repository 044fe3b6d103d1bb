"""The Following feed: as it is defined, and as it is read."""

from feeds.sql.edges import BY_BELL, LETS_THROUGH

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
