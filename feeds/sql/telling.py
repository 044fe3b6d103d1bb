"""The statements by which followers are told, and follow events acted upon."""

from feeds.sql.edges import FOLLOWED_THEN, RECIPIENTS, THEIR_MUTES, TOLD_AS
from feeds.sql.feed import HORIZON
from feeds.sql.pushing import PUSH_CHUNK


def _tell_chunk(where_one_is: str, passed: str) -> str:
    """The next followers by age of their edge. Counts what the chunk holds, not what was new: a row that is already
    there was read, and told, before its chunk. `passed`: of whom there was one."""
    return f"""
        WITH edges AS (
            SELECT f.follower_id, f.since, f.notify FROM follows_follow AS f
            WHERE {FOLLOWED_THEN} AND f.since > %(cursor)s ORDER BY f.since LIMIT %(size)s
        ), early AS MATERIALIZED (
            SELECT recipient_id, state FROM feeds_earlyentry WHERE publication_id = %(publication)s
        ), chunk AS MATERIALIZED (
            SELECT told.recipient_id, told.since, coalesce(early.state, told.state) AS state,
                   early.state IS NOT NULL AS is_early
            FROM (SELECT {TOLD_AS} FROM edges AS f {THEIR_MUTES}) AS told LEFT JOIN early USING (recipient_id)
        ), told AS (
            INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
            SELECT recipient_id, %(publication)s, %(creator)s, state FROM chunk
            WHERE NOT is_early ORDER BY recipient_id {where_one_is}
        ), pushed AS ({PUSH_CHUNK})
        SELECT count(*), coalesce(max(since), %(cursor)s), count(*) FILTER (WHERE state = 2),
               count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 0), {passed}
        FROM chunk
    """


# An insert that looks first whether each row is there takes twice as long. It is not needed but for an entry that comes
# at this moment, and for a publication that was set back: then the first of these fails.
TELL_CHUNK = _tell_chunk("", "array_agg(recipient_id) FILTER (WHERE is_early)")
TELL_CHUNK_AGAIN = _tell_chunk(
    "ON CONFLICT (recipient_id, publication_id) DO NOTHING RETURNING recipient_id",
    "ARRAY(SELECT recipient_id FROM chunk EXCEPT SELECT recipient_id FROM told)",
)

# A server that falls may forget the chunks of its last half second, cursor and entries alike: they are told again. Whatever
# was done about one of them, a push for example, is a later commit, and that one waits for all before it.
NOT_WAITING_FOR_THE_DISK = "SET LOCAL synchronous_commit = off"

# Of those who have a page open, the ones who are told.
RECIPIENTS_AMONG = f"{RECIPIENTS} AND f.follower_id = ANY(%(accounts)s)"

# One consumer at a time, so that a pair's events are acted upon in their order.
OUTBOX_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('feeds outbox', 0))"

# What follow events leave to do: entries for what the creator published before (without notice), and telling the
# other side, as long as the edge stands. Of a pair's events the last counts; whatever was told of the pair before and is
# still unseen is taken back. A follow that is taken up again is news only for whoever did not see its beginning. Notices and
# entries are taken in the order in which their recipients take them when they look: of two that meet, one waits.
CONSUME_OUTBOX = """
    WITH consumed AS (
        DELETE FROM follows_followoutbox
        WHERE event_id IN (SELECT event_id FROM follows_followoutbox ORDER BY event_id LIMIT %(size)s)
        RETURNING event_id
    ), changed AS MATERIALIZED (
        SELECT DISTINCT ON (e.follower_id, e.followee_id) e.*
        FROM consumed JOIN follows_followevent AS e ON e.id = consumed.event_id
        WHERE e.before <> e.after
        ORDER BY e.follower_id, e.followee_id, e.id DESC
    ), event AS (
        SELECT e.*, f.shows_from FROM changed AS e
        JOIN follows_follow AS f ON f.follower_id = e.follower_id AND f.followee_id = e.followee_id
            AND f.state = e.after AND coalesce(f.since, e.id) = e.id
    ), earlier AS MATERIALIZED (
        SELECT notice.id FROM feeds_notification AS notice JOIN (
            SELECT follower_id AS actor_id, followee_id AS recipient_id, '{followed,requested}'::text[] AS kinds FROM changed
            UNION ALL
            SELECT followee_id, follower_id, '{approved}' FROM changed
        ) AS pair USING (actor_id, recipient_id)
        WHERE notice.kind = ANY (pair.kinds) AND notice.seen_at IS NULL
        ORDER BY notice.id FOR UPDATE OF notice
    ), taken_back AS (
        DELETE FROM feeds_notification WHERE id IN (SELECT id FROM earlier)
    ), backfilled AS (
        INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
        SELECT event.follower_id, p.id, p.creator_id, 0
        FROM event JOIN videos_publication AS p ON p.creator_id = event.followee_id
            AND p.id >= event.shows_from AND p.id < event.id AND p.id >= {HORIZON}
        ORDER BY event.follower_id, p.id
        ON CONFLICT (recipient_id, publication_id) DO NOTHING
    ), told AS (
        INSERT INTO feeds_notification (recipient_id, actor_id, kind, event_key, text, created_at)
        SELECT CASE kind WHEN 'approved' THEN follower_id ELSE followee_id END,
               CASE kind WHEN 'approved' THEN followee_id ELSE follower_id END,
               kind, 'follow:' || id, '', happened_at
        FROM (SELECT *, CASE WHEN after = 'requested' THEN 'requested' WHEN before = 'requested' THEN 'approved'
                             ELSE 'followed' END AS kind FROM event
              WHERE cause <> 'restored' OR after <> 'active' OR NOT EXISTS (
                  SELECT 1 FROM feeds_notification AS notice
                  WHERE notice.actor_id = follower_id AND notice.recipient_id = followee_id
                    AND notice.kind IN ('followed', 'requested') AND notice.seen_at IS NOT NULL)) AS event
        ON CONFLICT (recipient_id, event_key) DO NOTHING
    )
    SELECT e.follower_id, e.followee_id, e.id, e.before = e.after
    FROM consumed JOIN follows_followevent AS e ON e.id = consumed.event_id
""".replace("{HORIZON}", HORIZON)
