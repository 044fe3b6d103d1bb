"""What the events say in figures, as SQL: how many followers an account gained and lost in each quarter of an hour, by
what cause and from where, and how long those stayed who left. The roller, the rebuild and the audit ask the same.

A block by the follower is an unfollow, in everything that is counted here: nobody is told of it."""

from socialvideo.lib.quarters import quarter_sql

WEEKS = 12  # whoever stayed longer counts as having stayed

CHANGED = """("before" = 'active') <> ("after" = 'active')"""
OF_THE_ERASED = "EXISTS (SELECT 1 FROM accounts_user WHERE id = {} AND erased_at IS NOT NULL)"
CHANGE = """CASE WHEN "after" = 'active' THEN 'gained' ELSE 'lost' END"""
CAUSE = "CASE WHEN cause = 'blocked' AND actor_id IS DISTINCT FROM followee_id THEN 'unfollowed' ELSE cause END"
_PERIOD = "happened_at >= %(since)s AND happened_at < %(until)s"

# Whoever was let in came from where they asked, not from where that was granted.
_SOURCE = """
    CASE WHEN "after" <> 'active' THEN ''
         WHEN "before" = '' THEN source
         ELSE coalesce((SELECT asked.source FROM follows_followevent AS asked
                        WHERE asked.follower_id = event.follower_id AND asked.followee_id = event.followee_id
                          AND asked.id < event.id AND asked."before" = '' AND asked."after" <> ''
                        ORDER BY asked.id DESC LIMIT 1), '') END
"""
TALLIES = f"""
    SELECT followee_id AS account_id, {quarter_sql("happened_at")} AS quarter, {CHANGE} AS change, {CAUSE} AS cause,
           {_SOURCE} AS source, count(*) AS number
    FROM follows_followevent AS event
    WHERE {_PERIOD} AND {CHANGED} AND NOT {OF_THE_ERASED.format("followee_id")}
    GROUP BY 1, 2, 3, 4, 5
"""
# A loss ends what the pair's last gain began: the events say when, whatever date of following an edge was shown with.
LAPSES = f"""
    SELECT followee_id AS account_id, {quarter_sql("gained_at")} AS quarter, weeks, count(*) AS number
    FROM follows_followevent AS event
    CROSS JOIN LATERAL (
        SELECT happened_at AS gained_at FROM follows_followevent AS gain
        WHERE gain.follower_id = event.follower_id AND gain.followee_id = event.followee_id AND gain.id < event.id
          AND gain."after" = 'active' AND gain."before" <> 'active'
        ORDER BY gain.id DESC LIMIT 1) AS beginning
    CROSS JOIN LATERAL (
        SELECT greatest(0, floor(extract(epoch FROM happened_at - gained_at) / (7 * 86400)))::int AS weeks) AS stay
    WHERE {_PERIOD} AND gained_at >= %(gained_since)s AND "before" = 'active' AND "after" <> 'active' AND weeks < {WEEKS}
      AND NOT {OF_THE_ERASED.format("followee_id")}
    GROUP BY 1, 2, 3
"""
