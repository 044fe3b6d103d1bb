"""Promise 4 on live data. Who was a follower at publishing is decided by a replay of the follow events before it, not by
anything that the fan-out wrote. Asked of what is kept: entries below the horizon of retention are gone, and so are older
events than `follows.horizon` says."""

from django.utils.translation import gettext_noop

from feeds.sql.feed import HORIZON
from feeds.sql.waiting import FAN_OUT_OVERDUE
from follows.horizon import FIRST_KEPT
from socialvideo.lib import rules
from socialvideo.lib.audit import Check

# As far back as entries are kept, and the events that say what they should be.
KEPT = f"greatest({HORIZON}, {FIRST_KEPT})"

# What the events before publication p left of the pair.
_REPLAYED = """(SELECT "after" FROM follows_followevent AS event WHERE event.follower_id = {follower}
    AND event.followee_id = p.creator_id AND event.id < p.id ORDER BY event.id DESC LIMIT 1)"""

# Since when an edge stands is checked against its history by `follows`.
NOT_TOLD = f"""
    SELECT edge.follower_id, p.id FROM videos_publication AS p
    JOIN follows_follow AS edge ON edge.followee_id = p.creator_id AND edge.state = 'active' AND edge.since < p.id
    LEFT JOIN feeds_inboxentry AS entry ON entry.recipient_id = edge.follower_id AND entry.publication_id = p.id
    WHERE p.fanout_state = 'done' AND entry.recipient_id IS NULL AND p.id >= {HORIZON}
"""

# What is in the feed only may be from before the follow, but not from somebody never followed. Who follows since before
# the publication needs no replay.
TOLD_FOR_NOTHING = f"""
    SELECT entry.recipient_id, p.id FROM feeds_inboxentry AS entry
    JOIN videos_publication AS p ON p.id = entry.publication_id
    LEFT JOIN follows_follow AS edge ON edge.follower_id = entry.recipient_id AND edge.followee_id = p.creator_id
        AND edge.state = 'active'
    WHERE (edge.id IS NULL OR edge.since > p.id AND entry.state > 0)
      AND {_REPLAYED.format(follower="entry.recipient_id")} IS DISTINCT FROM 'active' AND p.id >= {KEPT}
      AND (entry.state > 0 OR NOT EXISTS (
          SELECT 1 FROM follows_followevent AS event
          WHERE event.follower_id = entry.recipient_id AND event.followee_id = p.creator_id AND event."after" = 'active'))
"""

TOLD_TWICE = """
    SELECT recipient_id, publication_id FROM feeds_inboxentry
    GROUP BY recipient_id, publication_id HAVING count(*) > 1
"""

# Whoever has left since keeps their entries, so that these are never fewer than were counted. An erased account keeps
# none; of the followers of then, those that are erased now may be missing.
COUNTED_BUT_NOT_TOLD = f"""
    SELECT p.id FROM videos_publication AS p
    LEFT JOIN feeds_inboxentry AS entry ON entry.publication_id = p.id
        AND (entry.state > 0 OR {_REPLAYED.format(follower="entry.recipient_id")} = 'active')
    WHERE p.fanout_state = 'done' AND p.id >= {KEPT}
    GROUP BY p.id HAVING count(entry.publication_id) < p.alerted + p.listed_quietly + p.muted
       AND count(entry.publication_id) + (
           SELECT count(*) FROM accounts_user AS gone
           WHERE gone.erased_at IS NOT NULL AND {_REPLAYED.format(follower="gone.id")} = 'active'
       ) < p.alerted + p.listed_quietly + p.muted
"""

# What a fan-out writes as alerted or quiet can only become seen, so that neither state ever has more rows than were
# counted, and both and what was seen together never fewer. Of erased accounts none is left.
DELIVERY_AND_STATES = f"""
    SELECT p.id FROM videos_publication AS p
    LEFT JOIN (SELECT publication_id, count(*) FILTER (WHERE state = 1) AS quiet,
                      count(*) FILTER (WHERE state = 2) AS alerted, count(*) FILTER (WHERE state > 0) AS told
               FROM feeds_inboxentry GROUP BY publication_id) AS rows ON rows.publication_id = p.id
    WHERE p.fanout_state IN ('running', 'done') AND p.id >= {KEPT}
      AND (quiet > p.listed_quietly OR rows.alerted > p.alerted
           OR coalesce(told, 0) < p.alerted + p.listed_quietly AND coalesce(told, 0) + (
               SELECT count(*) FROM accounts_user AS gone
               WHERE gone.erased_at IS NOT NULL AND {_REPLAYED.format(follower="gone.id")} = 'active'
           ) < p.alerted + p.listed_quietly)
"""

# What was counted as seen, opened, watched are the entries in those states. Counts are of people who were reached then: an
# erased account's entries are gone, its part in the counts stays. So there may be more counted than stands, by no more
# than the followers of then who are erased now; never less.
REACH_AND_STATES = f"""
    SELECT publication_id FROM (
        SELECT publication_id, sum(seen) AS seen, sum(opened) AS opened, sum(watched) AS watched FROM (
            SELECT publication_id, seen, opened, watched FROM feeds_reach
            UNION ALL SELECT publication_id, seen, opened, watched FROM feeds_reachdelta
        ) AS parts GROUP BY publication_id
    ) AS reach FULL JOIN (
        SELECT publication_id, count(*) AS seen, count(*) FILTER (WHERE state >= 4) AS opened,
               count(*) FILTER (WHERE state >= 5) AS watched
        FROM feeds_inboxentry WHERE state >= 3 GROUP BY publication_id
    ) AS rows USING (publication_id) CROSS JOIN LATERAL (
        SELECT coalesce(reach.seen, 0) - coalesce(rows.seen, 0) AS seen,
               coalesce(reach.opened, 0) - coalesce(rows.opened, 0) AS opened,
               coalesce(reach.watched, 0) - coalesce(rows.watched, 0) AS watched
    ) AS more
    WHERE (more.seen, more.opened, more.watched) <> (0, 0, 0) AND publication_id >= {KEPT}
      AND (least(more.seen, more.opened, more.watched) < 0 OR greatest(more.seen, more.opened, more.watched) > (
          SELECT count(*) FROM accounts_user AS gone JOIN videos_publication AS p ON p.id = publication_id
          WHERE gone.erased_at IS NOT NULL AND {_REPLAYED.format(follower="gone.id")} = 'active'))
"""

SUMS_DO_NOT_ADD_UP = """
    SELECT id FROM videos_publication
    WHERE fanout_state IN ('done', 'pull_only')
      AND (followers_at_publish <> alerted + listed_quietly + muted + pull_only + left_first OR left_first < 0)
"""

OVERDUE = f"SELECT id FROM videos_publication WHERE {FAN_OUT_OVERDUE}"

ENTRY_OF_ANOTHER_CREATOR = """
    SELECT entry.recipient_id, entry.publication_id FROM feeds_inboxentry AS entry
    LEFT JOIN videos_publication AS p ON p.id = entry.publication_id
    WHERE p.creator_id IS DISTINCT FROM entry.creator_id
"""

TOLD_AN_ERASED_ACCOUNT = """
    SELECT erasure_id FROM accounts_erasurestep
    WHERE part = 'feeds' AND confirmed_at IS NOT NULL
      AND (EXISTS (SELECT 1 FROM feeds_inboxentry WHERE recipient_id = erasure_id)
           OR EXISTS (SELECT 1 FROM feeds_notification WHERE recipient_id = erasure_id)
           OR EXISTS (SELECT 1 FROM feeds_notification WHERE actor_id = erasure_id))
"""

RULE_NOT_IN_FORCE = rules.not_in_force("feeds")

ENTRIES, PUBLICATIONS = "feeds_inboxentry", "videos_publication"

CHECKS = [
    Check(gettext_noop("every follower at publishing who still follows was told"), "4", NOT_TOLD, PUBLICATIONS),
    Check(gettext_noop("nobody was told who did not follow at publishing"), "4", TOLD_FOR_NOTHING, ENTRIES),
    Check(gettext_noop("nobody was told twice"), "4", TOLD_TWICE, ENTRIES),
    Check(gettext_noop("every delivery stands in entries"), "4", COUNTED_BUT_NOT_TOLD, PUBLICATIONS),
    Check(gettext_noop("every delivery says how its entries were told"), "4", DELIVERY_AND_STATES, PUBLICATIONS),
    Check(
        gettext_noop("every delivery says what its entries have come to"),
        "4",
        REACH_AND_STATES,
        "feeds_inboxentry WHERE state >= 3",
    ),
    Check(gettext_noop("every delivery adds up"), "4", SUMS_DO_NOT_ADD_UP, PUBLICATIONS),
    Check(gettext_noop("every entry is of its publication's creator"), "4", ENTRY_OF_ANOTHER_CREATOR, ENTRIES),
    Check(gettext_noop("no fan-out is overdue"), "4", OVERDUE, PUBLICATIONS),
    Check(gettext_noop("the rules of telling are in force"), "4", RULE_NOT_IN_FORCE, rules.how_many(RULE_NOT_IN_FORCE)),
    Check(
        gettext_noop("nothing that an erased account was told is left"),
        "7",
        TOLD_AN_ERASED_ACCOUNT,
        "accounts_erasurestep WHERE part = 'feeds'",
    ),
]
