"""What must hold of the follow graph at any moment, checked on live data."""

import pgtrigger

from socialvideo.lib.audit import Check

EDGES_AS_LAST_SAID = """
    SELECT follower_id, followee_id
    FROM (SELECT DISTINCT ON (follower_id, followee_id) follower_id, followee_id, "after", notify
          FROM follows_followevent ORDER BY follower_id, followee_id, id DESC) AS last
    FULL JOIN follows_follow AS edge USING (follower_id, followee_id)
    WHERE coalesce(last."after", '') <> coalesce(edge.state, '') OR last.notify <> edge.notify
"""

EVENTS_JOIN_UP = """
    SELECT id FROM (
        SELECT id, "before", lag("after", 1, '') OVER (PARTITION BY follower_id, followee_id ORDER BY id) AS said_before
        FROM follows_followevent) AS event
    WHERE "before" <> said_before
"""

SINCE_IS_ITS_EVENT = """
    SELECT edge.id FROM follows_follow AS edge
    LEFT JOIN follows_followevent AS event ON event.id = edge.since
        AND event.follower_id = edge.follower_id AND event.followee_id = edge.followee_id AND event."after" = 'active'
    WHERE edge.state = 'active' AND event.id IS NULL
"""


def _count_is_rows(column: str, account: str, state: str) -> str:
    return f"""
        SELECT account_id
        FROM (SELECT account_id, sum(n) AS said
              FROM (SELECT account_id, {column} AS n FROM follows_followcount
                    UNION ALL SELECT account_id, {column} FROM follows_countdelta) AS part
              GROUP BY account_id) AS counted
        FULL JOIN (SELECT {account} AS account_id, count(*) AS stands
                   FROM follows_follow WHERE state = '{state}' GROUP BY {account}) AS edges USING (account_id)
        WHERE coalesce(said, 0) <> coalesce(stands, 0)
    """


EDGE_ACROSS_BLOCK = """
    SELECT edge.id FROM follows_follow AS edge
    JOIN follows_block AS b ON (b.blocker_id, b.blocked_id) IN
        ((edge.follower_id, edge.followee_id), (edge.followee_id, edge.follower_id))
"""


def _triggers() -> str:
    """Table, name and body of every trigger that the models declare, as rows of SQL."""
    compiled = [trigger.compile(model) for model, trigger in pgtrigger.registered()]
    rows = [(each.sql.table, each.sql.pgid, each.install_sql.split("$$")[1]) for each in compiled]
    return ", ".join(f"('{table}', '{name}', $body${body}$body$)" for table, name, body in rows)


# Missing, switched off, or made to do something else.
RULE_NOT_IN_FORCE = f"""
    SELECT rule.name FROM (VALUES {_triggers()}) AS rule (of_table, name, body)
    LEFT JOIN pg_trigger ON tgrelid = to_regclass(of_table) AND tgname = name AND tgenabled IN ('O', 'A')
    LEFT JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE prosrc IS DISTINCT FROM body
"""

EDGE_OF_ERASED = """
    SELECT erasure_id FROM accounts_erasurestep
    WHERE part = 'follows' AND confirmed_at IS NOT NULL
      AND (EXISTS (SELECT 1 FROM follows_follow WHERE follower_id = erasure_id)
           OR EXISTS (SELECT 1 FROM follows_follow WHERE followee_id = erasure_id))
"""

CHECKS = [
    Check("every edge is what its last event says", "2", EDGES_AS_LAST_SAID),
    Check("every event begins where the one before ended", "2", EVENTS_JOIN_UP),
    Check("every active edge stands since an event of its own", "2", SINCE_IS_ITS_EVENT),
    Check("the rules of the database are in force", "2", RULE_NOT_IN_FORCE),
    Check("no edge stands across a block", "2", EDGE_ACROSS_BLOCK),
    Check("follower counts equal active edges", "3", _count_is_rows("followers", "followee_id", "active")),
    Check("following counts equal active edges", "3", _count_is_rows("following", "follower_id", "active")),
    Check("request counts equal open requests", "3", _count_is_rows("requests", "followee_id", "requested")),
    Check("no edge leads to an erased account", "2", EDGE_OF_ERASED),
]
