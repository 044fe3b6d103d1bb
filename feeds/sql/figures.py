"""What For You is computed from. Each statement looks at a bounded number of the newest acts and replaces what it is about
in one go: killed, it leaves the old figures; run twice, it changes nothing.

An account's act on a video weighs 3 for a like or a comment, up to 1 for watching it to its end, and of several on one video
the heaviest counts alone. Each day halves it."""

IMPRESSION_DAYS = 30  # for which it is known what was in view

# A watch weighs as much of the video as was watched.
_WATCHED = "least(1.0, watch.watched_ms / greatest(video.duration_ms, 1)::float8)"

# The newest acts of everybody.
_ACTS = f"""
    (SELECT video_id, account_id, created_at AS at, 3.0 AS weight FROM videos_like ORDER BY id DESC LIMIT %(acts)s)
    UNION ALL
    (SELECT video_id, author_id, created_at, 3.0 FROM videos_comment WHERE removed_at IS NULL
     ORDER BY id DESC LIMIT %(acts)s)
    UNION ALL
    (SELECT watch.video_id, watch.viewer_id, watch.last_at, {_WATCHED}
     FROM (SELECT * FROM videos_watch ORDER BY id DESC LIMIT %(acts)s) AS watch
     JOIN videos_video AS video ON video.id = watch.video_id)
"""


def _acts_of(account: str, *, newest: int) -> str:
    """Likes and watches of one account."""
    return f"""
        (SELECT video_id, created_at AS at, 3.0 AS weight FROM videos_like
         WHERE account_id = {account} ORDER BY id DESC LIMIT {newest})
        UNION ALL
        (SELECT watch.video_id, watch.last_at, {_WATCHED}
         FROM (SELECT * FROM videos_watch WHERE viewer_id = {account} ORDER BY id DESC LIMIT {newest}) AS watch
         JOIN videos_video AS video ON video.id = watch.video_id)
    """


# Heat is the logarithm of all that weight as if it had been measured in 1970: so it stands still, and nothing is written,
# while nothing happens. What has not been done anything to for a week has none.
HEAT = f"""
    WITH act AS (
        SELECT video_id, account_id, max(weight * exp(ln(2) * extract(epoch FROM at - now()) / 86400)) AS weight
        FROM ({_ACTS}) AS act WHERE at > now() - interval '7 days' AND weight > 0 GROUP BY video_id, account_id
    ), fresh AS MATERIALIZED (
        SELECT act.video_id, round((log(2, sum(act.weight)::numeric) + extract(epoch FROM now()) / 86400), 6)::float8 AS heat
        FROM act JOIN videos_video AS video ON video.id = act.video_id AND video.state = 'published'
            AND video.visibility = 'everyone' AND video.creator_id <> act.account_id
        JOIN accounts_user AS account ON account.id = act.account_id
            AND account.suspended_at IS NULL AND account.erased_at IS NULL
        GROUP BY act.video_id
    ), cooled AS (
        DELETE FROM feeds_heat WHERE NOT EXISTS (SELECT 1 FROM fresh WHERE fresh.video_id = feeds_heat.video_id)
        RETURNING 1
    ), written AS (
        INSERT INTO feeds_heat (video_id, heat) SELECT video_id, heat FROM fresh ORDER BY video_id
        ON CONFLICT (video_id) DO UPDATE SET heat = EXCLUDED.heat WHERE abs(feeds_heat.heat - EXCLUDED.heat) > 0.00001
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM written) + (SELECT count(*) FROM cooled)
"""

# --- Taste ----------------------------------------------------------------------------------------------------

# Who did something since their taste was computed.
TASTE_DUE = """
    WITH act AS (
        (SELECT account_id, created_at AS at FROM videos_like ORDER BY id DESC LIMIT %(acts)s)
        UNION ALL
        (SELECT viewer_id, last_at FROM videos_watch ORDER BY id DESC LIMIT %(acts)s)
    ), active AS (
        SELECT account_id, max(at) AS at FROM act WHERE at > now() - interval '7 days' GROUP BY account_id
    )
    SELECT account_id FROM active WHERE NOT EXISTS (
        SELECT 1 FROM feeds_taste AS taste WHERE taste.account_id = active.account_id AND taste.computed_at >= active.at)
    ORDER BY account_id
"""

# Of each account's newest likes and watches: which part was about which tag. The strongest twenty.
TASTE = f"""
    WITH act AS (
        SELECT account.id AS account_id, own.video_id, max(own.weight * exp(ln(2) * extract(epoch FROM own.at - now())
               / 86400 / 14)) AS weight
        FROM accounts_user AS account CROSS JOIN LATERAL ({_acts_of("account.id", newest=200)}) AS own
        WHERE account.id = ANY(%(accounts)s) AND account.erased_at IS NULL AND own.at > now() - interval '90 days'
        GROUP BY account.id, own.video_id
    ), leaning AS (
        SELECT act.account_id, tagged.tag_id, sum(act.weight) AS weight,
               row_number() OVER (PARTITION BY act.account_id ORDER BY sum(act.weight) DESC, tagged.tag_id) AS place
        FROM act JOIN videos_videotag AS tagged ON tagged.video_id = act.video_id WHERE act.weight > 0
        GROUP BY act.account_id, tagged.tag_id
    ), fresh AS MATERIALIZED (
        SELECT account_id, tag_id, weight / sum(weight) OVER (PARTITION BY account_id) AS weight
        FROM leaning WHERE place <= 20
    ), lost AS (
        DELETE FROM feeds_taste AS old WHERE account_id = ANY(%(accounts)s) AND NOT EXISTS (
            SELECT 1 FROM fresh WHERE fresh.account_id = old.account_id AND fresh.tag_id = old.tag_id)
    )
    INSERT INTO feeds_taste (account_id, tag_id, weight)
    SELECT account_id, tag_id, weight FROM fresh ORDER BY account_id, tag_id
    ON CONFLICT (account_id, tag_id) DO UPDATE SET weight = EXCLUDED.weight, computed_at = statement_timestamp()
"""

# --- Related --------------------------------------------------------------------------------------------------

# Videos that somebody did something to since their kin was computed; those computed longest ago first.
RELATED_DUE = """
    WITH act AS (
        (SELECT video_id, created_at AS at FROM videos_like ORDER BY id DESC LIMIT %(acts)s)
        UNION ALL
        (SELECT video_id, last_at FROM videos_watch ORDER BY id DESC LIMIT %(acts)s)
    ), active AS (
        SELECT video_id, max(at) AS at FROM act WHERE at > now() - interval '7 days' GROUP BY video_id
    )
    SELECT active.video_id FROM active
    JOIN videos_video AS video ON video.id = active.video_id AND video.state = 'published'
    CROSS JOIN LATERAL (
        SELECT max(computed_at) AS at FROM feeds_related WHERE video_id = active.video_id) AS computed
    WHERE computed.at IS NULL OR computed.at < active.at
    ORDER BY computed.at NULLS FIRST, active.video_id DESC LIMIT %(videos)s
"""

# Of those who did something to a video last: what else they did last. Two people at least, so that nobody's watching can be
# read from it; against what everybody watches.
RELATED = f"""
    WITH engaged AS (
        SELECT video.id AS video_id, one.account_id, max(one.weight) AS weight
        FROM videos_video AS video CROSS JOIN LATERAL (
            (SELECT account_id, 3.0 AS weight FROM videos_like WHERE video_id = video.id
             ORDER BY account_id DESC LIMIT 100)
            UNION ALL
            (SELECT watch.viewer_id, {_WATCHED} FROM videos_watch AS watch
             WHERE watch.video_id = video.id ORDER BY watch.id DESC LIMIT 100)
        ) AS one
        WHERE video.id = ANY(%(videos)s) AND video.state = 'published' AND one.account_id <> video.creator_id
        GROUP BY video.id, one.account_id
    ), other AS (
        SELECT account.account_id, own.video_id, max(own.weight) AS weight
        FROM (SELECT DISTINCT account_id FROM engaged WHERE weight > 0) AS account
        CROSS JOIN LATERAL ({_acts_of("account.account_id", newest=50)}) AS own
        GROUP BY account.account_id, own.video_id
    ), together AS (
        SELECT engaged.video_id, other.video_id AS other_id, sum(least(engaged.weight, other.weight)) AS weight
        FROM engaged JOIN other USING (account_id)
        WHERE engaged.weight > 0 AND other.weight > 0 AND other.video_id <> engaged.video_id
        GROUP BY engaged.video_id, other.video_id HAVING count(*) >= 2
    ), kin AS (
        SELECT together.video_id, together.other_id,
               together.weight / 3
                   / sqrt((1.0 + greatest(mine.views, mine.likes)) * (1.0 + greatest(its.views, its.likes))) AS weight
        FROM together JOIN videos_video AS it ON it.id = together.other_id AND it.state = 'published'
        JOIN videos_videocount AS mine ON mine.video_id = together.video_id
        JOIN videos_videocount AS its ON its.video_id = together.other_id
    ), fresh AS MATERIALIZED (
        SELECT * FROM (
            SELECT *, row_number() OVER (PARTITION BY video_id ORDER BY weight DESC, other_id DESC) AS place FROM kin
        ) AS placed WHERE place <= 20
    ), lost AS (
        DELETE FROM feeds_related AS old WHERE video_id = ANY(%(videos)s) AND NOT EXISTS (
            SELECT 1 FROM fresh WHERE fresh.video_id = old.video_id AND fresh.other_id = old.other_id)
    )
    INSERT INTO feeds_related (video_id, other_id, weight)
    SELECT video_id, other_id, least(1.0, weight) FROM fresh ORDER BY video_id, other_id
    ON CONFLICT (video_id, other_id) DO UPDATE SET weight = EXCLUDED.weight, computed_at = statement_timestamp()
"""

# --- What is too old, and what came of it ---------------------------------------------------------------------

PRUNE = [
    "DELETE FROM feeds_related WHERE computed_at < now() - interval '60 days'",
    """DELETE FROM feeds_related WHERE EXISTS (
        SELECT 1 FROM videos_video AS video WHERE video.id IN (feeds_related.video_id, feeds_related.other_id)
        AND video.state = 'removed')""",
    "DELETE FROM feeds_taste WHERE computed_at < now() - interval '180 days'",
    f"DELETE FROM feeds_impression WHERE at < now() - interval '{IMPRESSION_DAYS} days'",
    "DELETE FROM feeds_sourcehour WHERE hour < now() - interval '400 days'",
]

# One hour's impressions by source, and how many of their videos the viewer watched, liked, since then.
SOURCES = """
    INSERT INTO feeds_sourcehour (hour, source, shown, watched, liked)
    SELECT %(hour)s, shown.source, count(*), count(watch.id), count(own.id)
    FROM feeds_impression AS shown
    LEFT JOIN videos_watch AS watch ON watch.viewer_id = shown.viewer_id AND watch.video_id = shown.video_id
        AND watch.last_at >= shown.at
    LEFT JOIN videos_like AS own ON own.account_id = shown.viewer_id AND own.video_id = shown.video_id
        AND own.created_at >= shown.at
    WHERE shown.at >= %(hour)s AND shown.at < %(hour)s + interval '1 hour'
    GROUP BY shown.source
    ON CONFLICT (hour, source) DO UPDATE
    SET shown = EXCLUDED.shown, watched = EXCLUDED.watched, liked = EXCLUDED.liked
"""
