"""The Following feed: as it is defined, and as it is read. Below the horizon of retention (`feeds.services.retention`) there
are no entries any more: there each creator's publications are asked, and none of them is a notification.

It is read by functions of the database, because planning these statements costs five times as much as running them: a
session plans them once. Such a plan knows no values, so nothing is left for it to guess: every step is a walk along an
index or a probe of one, and the functions forbid the rest (`PROBES`). OFFSET 0 keeps each probe of an edge a probe."""

from feeds.sql.edges import BY_BELL, LETS_THROUGH

# The feed as it is defined, asking every publication. Says what feeds_following must answer.
PULLED_FEED = f"""
    SELECT p.id FROM videos_publication AS p JOIN follows_follow AS f ON {LETS_THROUGH}
    WHERE p.id < %(before)s ORDER BY p.id DESC LIMIT %(rows)s
"""

# Inside the functions: the viewer is their first argument.
_LETS_THROUGH = LETS_THROUGH % {"viewer": "viewer"}
PROBES = """SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off SET jit = off"""

# The first publication whose entries are kept; 0: all are.
HORIZON = "coalesce((SELECT first_kept FROM feeds_inboxhorizon), 0)"
_HORIZON = f"horizon CONSTANT bigint := {HORIZON};"

_PAGE = """
    inbox AS MATERIALIZED (
        SELECT publication_id AS id, creator_id, state FROM feeds_inboxentry
        WHERE recipient_id = viewer AND publication_id < below AND publication_id >= horizon AND state >= lowest
        ORDER BY publication_id DESC LIMIT at_most
    ), reach AS MATERIALIZED (
        SELECT CASE count(*) WHEN at_most THEN min(id) ELSE 0 END AS down_to FROM inbox
    )
"""
# Of the entries that the notifications list, only those in which an alert is unseen. `below` is above everything.
_OVERVIEW = """
    newest AS (
        SELECT publication_id AS id, creator_id, state FROM feeds_inboxentry
        WHERE recipient_id = viewer AND publication_id >= horizon ORDER BY publication_id DESC LIMIT at_most
    ), listed AS MATERIALIZED (
        SELECT publication_id AS id, creator_id, state FROM feeds_inboxentry
        WHERE recipient_id = viewer AND publication_id >= horizon AND state >= 1
        ORDER BY publication_id DESC LIMIT counted
    ), inbox AS MATERIALIZED (
        SELECT * FROM newest UNION SELECT * FROM listed WHERE state = 2
    ), reach AS MATERIALIZED (
        SELECT CASE count(*) WHEN counted THEN min(id) ELSE 0 END AS down_to FROM listed
    )
"""


# What is older than entries are kept, of everybody who is followed; asked when the entries come to their end.
_PAST = """
        UNION ALL
        SELECT past.id, past.creator_id, NULL
        FROM reach CROSS JOIN LATERAL (
            SELECT followee_id, shows_from FROM follows_follow
            WHERE follower_id = viewer AND state = 'active' AND horizon > down_to AND lowest = 0 OFFSET 0
        ) AS followed CROSS JOIN LATERAL (
            SELECT id, creator_id FROM videos_publication
            WHERE creator_id = followed.followee_id AND id < least(below, horizon) AND id >= followed.shows_from
            ORDER BY id DESC LIMIT at_most
        ) AS past
"""


def _read(inbox: str, *, below: str, each: str, past: str = "") -> str:
    """The entries of `inbox`, and down to where they are all the unfinished, the pull-only (at most `each` of a creator)
    and what a new follow brings; then what is `past` keeping. One statement, so that a fan-out, a backfill that ends
    meanwhile is seen either as unfinished or by its entries. What has no entry yet has the state that it will have."""
    return f"""
    WITH RECURSIVE {inbox}, pulled_creators (id) AS (
        (SELECT creator_id FROM videos_publication WHERE fanout_state = 'pull_only' ORDER BY creator_id LIMIT 1)
        UNION ALL
        SELECT (SELECT creator_id FROM videos_publication WHERE fanout_state = 'pull_only' AND creator_id > pulled.id
                ORDER BY creator_id LIMIT 1)
        FROM pulled_creators AS pulled WHERE pulled.id IS NOT NULL
    ), p AS (
        SELECT id, creator_id, state FROM inbox
        UNION ALL
        SELECT id, creator_id, NULL FROM videos_publication, reach
        WHERE fanout_state IN ('pending', 'running') AND id < {below} AND id >= down_to
        UNION ALL
        SELECT latest.id, latest.creator_id, NULL
        FROM reach, pulled_creators AS pulled CROSS JOIN LATERAL (
            SELECT followee_id, shows_from FROM follows_follow
            WHERE follower_id = viewer AND followee_id = pulled.id OFFSET 0
        ) AS followed CROSS JOIN LATERAL (
            SELECT id, creator_id FROM videos_publication
            WHERE creator_id = followed.followee_id AND fanout_state = 'pull_only' AND id < {below}
                AND id >= greatest(down_to, followed.shows_from)
            ORDER BY id DESC LIMIT {each}
        ) AS latest
        UNION ALL
        SELECT earlier.id, earlier.creator_id, NULL
        FROM reach, follows_followoutbox AS due JOIN follows_followevent AS e ON e.id = due.event_id
        JOIN follows_follow AS f ON f.follower_id = e.follower_id AND f.followee_id = e.followee_id AND f.since = e.id
        JOIN videos_publication AS earlier ON earlier.creator_id = f.followee_id
            AND earlier.id >= f.shows_from AND earlier.id < f.since
        WHERE due.follower_id = viewer AND earlier.id < {below} AND earlier.id >= down_to
        {past}
    ), let_through AS (
        SELECT DISTINCT ON (p.id) p.id, coalesce(
            p.state,
            (SELECT state FROM feeds_inboxentry WHERE recipient_id = viewer AND publication_id = p.id),
            CASE WHEN p.id < f.since THEN 0 ELSE {BY_BELL} END) * (p.id >= horizon)::int AS state
        FROM p CROSS JOIN LATERAL (
            SELECT since, notify FROM follows_follow AS f WHERE {_LETS_THROUGH} OFFSET 0
        ) AS f
        ORDER BY p.id DESC
    )"""


FUNCTIONS = f"""
-- A page of the feed and down to where it is all: publications, newest first, with the viewer's states.
CREATE OR REPLACE FUNCTION feeds_following(viewer bigint, below bigint, at_most bigint, lowest integer,
                                OUT read_down_to bigint, OUT publications bigint[], OUT states smallint[])
LANGUAGE plpgsql STABLE {PROBES} AS $$
DECLARE
    {_HORIZON}
BEGIN
    {_read(_PAGE, below="below", each="at_most", past=_PAST)}, page AS (
        SELECT id, state FROM let_through WHERE state >= lowest ORDER BY id DESC LIMIT at_most
    )
    SELECT down_to, ARRAY(SELECT id FROM page ORDER BY id DESC), ARRAY(SELECT state FROM page ORDER BY id DESC)
    INTO read_down_to, publications, states FROM reach;
END $$;

-- What every page shows of the feed: the newest publications, and those whose alert is unseen among the entries that are
-- counted.
CREATE OR REPLACE FUNCTION feeds_overview(viewer bigint, at_most bigint, counted bigint,
                               OUT newest bigint[], OUT alerted bigint[])
LANGUAGE plpgsql STABLE {PROBES} AS $$
DECLARE
    {_HORIZON}
BEGIN
    {_read(_OVERVIEW, below="9223372036854775807", each="counted")}
    SELECT ARRAY(SELECT id FROM let_through ORDER BY id DESC LIMIT at_most),
           ARRAY(SELECT id FROM let_through WHERE state = 2 AND id >= down_to ORDER BY id DESC)
    INTO newest, alerted FROM reach;
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION feeds_overview(bigint, bigint, bigint);
DROP FUNCTION feeds_following(bigint, bigint, bigint, integer);
"""
