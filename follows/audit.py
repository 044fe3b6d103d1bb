"""What must hold of the follow graph at any moment, checked on live data."""

from django.utils.translation import gettext_noop

from follows.horizon import FIRST_KEPT
from follows.tallies import CAUSE, CHANGE, CHANGED, OF_THE_ERASED
from follows.triggers import ACT_SEQUENCE, SCHEMA
from socialvideo.lib import rules
from socialvideo.lib.audit import Check

# One walk through the whole history, pair by pair: every event begins where the one before ended, as far back as the history
# is whole, and the edge is what the last one says, since the event that made it active. Clocks may be set back a little. The
# + 0 makes the walk a sort: in the order of its index, each event would be fetched by itself.
EDGES_AND_HISTORY = f"""
    SELECT * FROM (
        SELECT follower_id, followee_id,
            CASE WHEN "before" <> said_before AND history.id >= {FIRST_KEPT} THEN 'events do not join up'
                 WHEN happened_at < earlier - interval '1 minute' THEN 'events are not in the order of time'
                 WHEN coalesce(history."after", '') <> coalesce(edge.state, '') THEN 'the edge is not as the last event says'
                 WHEN edge.notify <> history.notify THEN 'the bell is not as the last event says'
                 WHEN edge.state = 'active' AND edge.since IS DISTINCT FROM activation THEN 'since is of another event'
            END AS fault
        FROM (
            SELECT * FROM (
                SELECT id, follower_id, followee_id, "before", "after", notify, happened_at,
                       lag("after", 1, '') OVER pair AS said_before, lag(happened_at) OVER pair AS earlier,
                       max(id) FILTER (WHERE "after" = 'active' AND "before" <> 'active') OVER pair AS activation,
                       lead(id) OVER pair IS NULL AS is_last
                FROM (SELECT follower_id + 0 AS follower_id, followee_id, id, "before", "after", notify, happened_at
                      FROM follows_followevent) AS event
                WINDOW pair AS (PARTITION BY follower_id, followee_id ORDER BY id)
            ) AS event
            WHERE is_last OR ("before" <> said_before AND id >= {FIRST_KEPT}) OR happened_at < earlier - interval '1 minute'
        ) AS history
        FULL JOIN follows_follow AS edge USING (follower_id, followee_id)
    ) AS pair
    WHERE fault IS NOT NULL
"""

# Folded counts, changes not folded yet, and the edges taken away leave nothing, for any account.
COUNTS_AND_EDGES = """
    SELECT account_id, sum(followers) AS followers, sum(following) AS following, sum(requests) AS requests
    FROM (SELECT account_id, followers, following, requests FROM follows_followcount
          UNION ALL
          SELECT account_id, followers, following, requests FROM follows_countdelta
          UNION ALL
          SELECT followee_id, -count(*) FILTER (WHERE state = 'active'), 0, -count(*) FILTER (WHERE state = 'requested')
          FROM follows_follow GROUP BY followee_id
          UNION ALL
          SELECT follower_id, 0, -count(*), 0 FROM follows_follow WHERE state = 'active' GROUP BY follower_id) AS part
    GROUP BY account_id
    HAVING sum(followers) <> 0 OR sum(following) <> 0 OR sum(requests) <> 0
"""

REQUEST_AT_PUBLIC_ACCOUNT = """
    SELECT edge.follower_id, edge.followee_id FROM follows_follow AS edge
    JOIN accounts_user AS account ON account.id = edge.followee_id
    WHERE edge.state = 'requested' AND NOT account.is_private
"""

EDGE_ACROSS_BLOCK = """
    SELECT edge.follower_id, edge.followee_id FROM follows_follow AS edge
    JOIN follows_block AS b ON (b.blocker_id, b.blocked_id) IN
        ((edge.follower_id, edge.followee_id), (edge.followee_id, edge.follower_id))
"""

# An erased account's blocks end with it.
BLOCKS_AND_HISTORY = """
    SELECT blocker_id, blocked_id
    FROM (SELECT DISTINCT ON (follower_id, followee_id) follower_id AS blocker_id, followee_id AS blocked_id, cause
          FROM follows_followevent WHERE cause IN ('blocked', 'unblocked') AND actor_id = follower_id
          ORDER BY follower_id, followee_id, id DESC) AS last
    FULL JOIN follows_block AS block USING (blocker_id, blocked_id)
    WHERE (last.cause IS NOT DISTINCT FROM 'blocked') <> (block.id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM accounts_user WHERE id IN (blocker_id, blocked_id) AND erased_at IS NOT NULL)
"""

# By account, change and cause, of what happened before the mark and is still kept. As edges are what the history says and
# counts what edges are, gained less lost is then the number of followers.
TALLIES_AND_HISTORY = f"""
    SELECT account_id, change, cause, sum(number) AS too_many
    FROM (SELECT account_id, change, cause, number
          FROM follows_followtally, follows_tallymark WHERE quarter >= coalesce(events_from, 'epoch')
          UNION ALL
          SELECT followee_id, {CHANGE}, {CAUSE}, -count(*)
          FROM follows_followevent, follows_tallymark
          WHERE {CHANGED} AND happened_at < until AND happened_at >= coalesce(events_from, 'epoch')
          GROUP BY 1, 2, 3) AS part
    WHERE NOT {OF_THE_ERASED.format("account_id")}
    GROUP BY 1, 2, 3
    HAVING sum(number) <> 0
"""

EDGE_OF_ERASED = """
    SELECT erasure_id FROM accounts_erasurestep
    WHERE part = 'follows' AND confirmed_at IS NOT NULL
      AND (EXISTS (SELECT 1 FROM follows_follow WHERE follower_id = erasure_id)
           OR EXISTS (SELECT 1 FROM follows_follow WHERE followee_id = erasure_id))
"""

RULE_NOT_IN_FORCE = rules.not_in_force(
    "accounts",
    "follows",
    schema=SCHEMA,
    sequences=[(ACT_SEQUENCE, "SELECT max(id) FROM follows_followevent")],
)

EDGES, EVENTS, BLOCKS, TALLIES = "follows_follow", "follows_followevent", "follows_block", "follows_followtally"

CHECKS = [
    Check(gettext_noop("every follow is what its whole history says"), "2", EDGES_AND_HISTORY, EVENTS),
    Check(gettext_noop("every block is what its history says"), "2", BLOCKS_AND_HISTORY, BLOCKS),
    Check(
        gettext_noop("the rules of following are in force"), "2", RULE_NOT_IN_FORCE, rules.how_many(RULE_NOT_IN_FORCE)
    ),
    Check(gettext_noop("no follow leads to an erased account"), "2", EDGE_OF_ERASED, EDGES),
    Check(gettext_noop("all counts equal the follows and requests that stand"), "3", COUNTS_AND_EDGES, EDGES),
    Check(gettext_noop("the figures of followers are what the history says"), "9", TALLIES_AND_HISTORY, TALLIES),
    Check(
        gettext_noop("no request waits at a public account"),
        "1",
        REQUEST_AT_PUBLIC_ACCOUNT,
        f"{EDGES} WHERE state = 'requested'",
    ),
    Check(gettext_noop("no follow stands across a block"), "7", EDGE_ACROSS_BLOCK, BLOCKS),
]
