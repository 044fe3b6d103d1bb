"""Whom to follow, in one statement each. Resource allocation: every go-between shares itself out evenly among those whom
it follows, so that following thousands says little about each, and following a few says no more than `FEWEST` do. What
is looked at is bounded, newest first; whoever is in the way (EXCLUDED) is asked of what is left."""

PRESENT = "{account}.suspended_at IS NULL AND {account}.deactivated_at IS NULL AND {account}.erased_at IS NULL"

MUTED = """EXISTS (SELECT 1 FROM follows_mute AS mute WHERE mute.muter_id = %(viewer)s AND mute.muted_id = {account}
    AND (mute.until IS NULL OR mute.until > now()))"""

# Who is never suggested to the viewer, whatever speaks for it.
EXCLUDED = f"""
    found.id = %(viewer)s
    OR EXISTS (SELECT 1 FROM follows_follow AS mine WHERE mine.follower_id = %(viewer)s AND mine.followee_id = found.id)
    OR EXISTS (SELECT 1 FROM follows_block AS b WHERE b.blocker_id = %(viewer)s AND b.blocked_id = found.id)
    OR EXISTS (SELECT 1 FROM follows_block AS b WHERE b.blocked_id = %(viewer)s AND b.blocker_id = found.id)
    OR EXISTS (SELECT 1 FROM feeds_dismissal AS d WHERE d.account_id = %(viewer)s AND d.dismissed_id = found.id)
    OR {MUTED.format(account="found.id")}
"""

# What one account gives to each whom it follows: a share of its own exact count.
_SHARE = """%(whole)s / greatest(%(fewest)s, coalesce(
        (SELECT c.following FROM follows_followcount AS c WHERE c.account_id = {account}), 0) + coalesce(
        (SELECT sum(d.following) FROM follows_countdelta AS d WHERE d.account_id = {account}), 0))::bigint"""

# A go-between is followed actively and present: then its own list may be read by the viewer, private or not
# (`follows.selectors.may_see_lists`). Those of whom the viewer watches most come first, then those followed last. Who is
# excluded is asked down from the best, of no more than it takes: OFFSET 0 keeps that order.
SUGGESTED = f"""
    WITH edges AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY watched DESC, followed_at DESC, edge_id DESC) AS place
        FROM (
            SELECT f.followee_id AS id, coalesce(tie.watched, 0) AS watched, f.followed_at, f.id AS edge_id
            FROM follows_follow AS f
            LEFT JOIN follows_tie AS tie ON tie.follower_id = f.follower_id AND tie.followee_id = f.followee_id
            WHERE f.follower_id = %(viewer)s AND f.state = 'active'
            ORDER BY watched DESC, f.followed_at DESC, f.id DESC LIMIT %(go_betweens)s + 1
        ) AS closest
    ), go_betweens AS MATERIALIZED (
        SELECT edges.id, edges.place, {_SHARE.format(account="edges.id")} AS share
        FROM edges JOIN accounts_user AS account ON account.id = edges.id
        WHERE edges.place <= %(go_betweens)s AND {PRESENT.format(account="account")}
          AND NOT {MUTED.format(account="edges.id")}
    ), given AS MATERIALIZED (
        SELECT followed.id, g.share AS points, g.id AS by_id, g.place
        FROM go_betweens AS g CROSS JOIN LATERAL (
            SELECT f.followee_id AS id FROM follows_follow AS f
            WHERE f.follower_id = g.id AND f.state = 'active'
            ORDER BY f.followed_at DESC, f.id DESC LIMIT %(of_each)s
        ) AS followed
        UNION ALL
        SELECT followers.id, %(follow_back)s * ({_SHARE.format(account="followers.id")}), NULL, NULL FROM (
            SELECT f.follower_id AS id FROM follows_follow AS f
            WHERE f.followee_id = %(viewer)s AND f.state = 'active' ORDER BY f.since DESC LIMIT %(followers)s
        ) AS followers
    ), best AS MATERIALIZED (
        SELECT found.id, found.points
        FROM (SELECT id, sum(points) AS points FROM given GROUP BY id ORDER BY points DESC, id DESC OFFSET 0) AS found
        JOIN accounts_user AS account ON account.id = found.id
        WHERE {PRESENT.format(account="account")} AND NOT account.is_limited AND NOT ({EXCLUDED})
        ORDER BY found.points DESC, found.id DESC LIMIT %(size)s
    )
    SELECT best.id, coalesce((array_agg(given.by_id ORDER BY given.place) FILTER (WHERE given.by_id IS NOT NULL))
                             [:%(named)s], '{{}}'), count(given.by_id),
           coalesce((SELECT max(place) > %(go_betweens)s FROM edges), FALSE)
               OR EXISTS (SELECT 1 FROM go_betweens WHERE share < %(whole)s / %(of_each)s)
    FROM best JOIN given USING (id)
    GROUP BY best.id, best.points
    ORDER BY best.points DESC, best.id DESC
"""

# Who made what is liked, discussed and seen most among the newest videos for everyone.
POPULAR = f"""
    WITH newest AS (
        SELECT video_id, creator_id FROM videos_publication ORDER BY id DESC LIMIT %(newest)s
    ), found AS (
        SELECT newest.creator_id AS id, sum(3 * c.likes + 5 * c.comments + c.views) AS warmth
        FROM newest JOIN videos_video AS v ON v.id = newest.video_id JOIN videos_videocount AS c ON c.video_id = v.id
        WHERE v.state = 'published' AND v.visibility = 'everyone' AND NOT v.is_limited AND NOT v.for_adults
        GROUP BY newest.creator_id
    )
    SELECT found.id FROM found JOIN accounts_user AS account ON account.id = found.id
    WHERE {PRESENT.format(account="account")} AND NOT account.is_private AND NOT account.is_limited AND NOT ({EXCLUDED})
    ORDER BY found.warmth DESC, found.id DESC LIMIT %(size)s
"""
