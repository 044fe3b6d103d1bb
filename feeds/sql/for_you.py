"""What the sources of For You look through, each bounded. A row is a video, how strongly the source speaks for it (from 0 to
1, or just an order), the word and the accounts of its reason. FOUND asks of each row, in the source's own order, whether the
viewer may be shown it: `probe` is made of `Video.objects.visible_to`."""

from feeds.sql.edges import MUTED

FOUND = """
    SELECT c.video_id, v.creator_id, c.strength, c.word, c.account_ids
    FROM ({source}) AS c (video_id, strength, word, account_ids)
    CROSS JOIN LATERAL ({probe}) AS v (id, creator_id)
    LIMIT %(size)s
"""

# For each creator whom the viewer follows their newest video that the viewer has not seen; first those of whom the viewer
# has watched nothing for the longest time, and of these who published last. OFFSET 0 keeps that order, and so no more
# creators are looked at than it takes.
WAITING = """
    SELECT newest.video_id, f.followee_id, 1.0, '', '{{}}'::bigint[]
    FROM (
        SELECT f.followee_id, f.shows_from FROM follows_follow AS f
        LEFT JOIN follows_tie AS tie ON tie.follower_id = f.follower_id AND tie.followee_id = f.followee_id
        LEFT JOIN follows_creatorpulse AS pulse ON pulse.account_id = f.followee_id
        WHERE f.follower_id = %(viewer)s AND f.state = 'active'
        ORDER BY tie.last_watched_at NULLS FIRST, pulse.last_published_at DESC NULLS LAST, f.followee_id DESC OFFSET 0
    ) AS f CROSS JOIN LATERAL (
        SELECT c.video_id FROM videos_publication AS c CROSS JOIN LATERAL ({probe}) AS v
        WHERE c.creator_id = f.followee_id AND c.id >= f.shows_from ORDER BY c.id DESC LIMIT 1
    ) AS newest
    WHERE newest.video_id <> ALL(%(without)s::bigint[])
    LIMIT %(size)s
"""

# Of those whom the viewer follows three hundred, the ones they watch most before those followed last. Both are walked along
# an index for no more than it takes: who follows ten thousand has them all looked at nowhere. "Last" are the newest
# thousand by the day that each follow shows (an import, or following again, keeps an earlier one), among them by when they
# began here.
_FRIENDS = """
    SELECT id FROM ((
        SELECT a.id, tie.watched, a.since
        FROM (SELECT followee_id, watched FROM follows_tie WHERE follower_id = %(viewer)s AND watched > 0
              ORDER BY watched DESC, followee_id DESC LIMIT 1000) AS tie
        CROSS JOIN LATERAL ({followed} AND f.followee_id = tie.followee_id OFFSET 0) AS a LIMIT 300
    ) UNION ALL (
        SELECT a.id, 0, a.since
        FROM (SELECT followee_id FROM follows_follow WHERE follower_id = %(viewer)s
              ORDER BY followed_at DESC, id DESC LIMIT 1000) AS latest
        CROSS JOIN LATERAL ({followed} AND f.followee_id = latest.followee_id OFFSET 0) AS a LIMIT 300
    )) AS near GROUP BY id ORDER BY max(watched) DESC, max(since) DESC LIMIT 300
"""
_FOLLOWED = f"""
    SELECT a.id, f.since FROM follows_follow AS f JOIN accounts_user AS a ON a.id = f.followee_id
        AND a.suspended_at IS NULL AND a.deactivated_at IS NULL AND a.erased_at IS NULL
    WHERE f.follower_id = %(viewer)s AND f.state = 'active' AND NOT {MUTED} AND {{but}}
"""
_WANTED = """
    NOT EXISTS (SELECT 1 FROM videos_hiddenreposts AS hidden
                WHERE hidden.account_id = %(viewer)s AND hidden.creator_id = a.id)
"""

# What friends did to the videos of others, each one's newest. OFFSET 0 keeps the look at each video a look at one.
_OF_FRIENDS = """
    WITH friend AS MATERIALIZED ({friends})
    SELECT act.video_id, count(*) / (count(*) + 2.0), '', (array_agg(friend.id ORDER BY act.id DESC))[1:20]
    FROM friend CROSS JOIN LATERAL (
        SELECT id, video_id, created_at FROM {table} WHERE account_id = friend.id ORDER BY id DESC LIMIT 20
    ) AS act CROSS JOIN LATERAL (
        SELECT 1 FROM videos_video AS own {open_to_all} WHERE own.id = act.video_id AND own.creator_id <> friend.id OFFSET 0
    ) AS of_others
    WHERE act.created_at > now() - interval '14 days' AND act.video_id <> ALL(%(without)s::bigint[])
    GROUP BY act.video_id ORDER BY count(*) DESC, max(act.id) DESC LIMIT 600
"""


def _of_friends(table: str, *, but: str, open_to_all: str = "") -> str:
    friends = _FRIENDS.format(followed=_FOLLOWED.format(but=but))
    return _OF_FRIENDS.format(friends=friends, table=table, open_to_all=open_to_all)


# What private accounts like is theirs; what they repost is for those who follow them.
ENGAGED = _of_friends("videos_like", but="NOT a.is_private")
REPOSTED = _of_friends(
    "videos_repost",
    but=_WANTED,
    open_to_all="""JOIN accounts_user AS creator ON creator.id = own.creator_id AND NOT creator.is_private
        AND own.visibility = 'everyone'""",
)

# What those engaged with who engaged with what the viewer liked or watched last.
RELATED = """
    WITH seed AS MATERIALIZED (
        SELECT DISTINCT ON (video_id) video_id, word FROM (
            (SELECT video_id, 'liked' AS word FROM videos_like WHERE account_id = %(viewer)s ORDER BY id DESC LIMIT 20)
            UNION ALL
            (SELECT video_id, 'watched' FROM videos_watch WHERE viewer_id = %(viewer)s ORDER BY id DESC LIMIT 20)
        ) AS act ORDER BY video_id, word
    )
    SELECT r.other_id, least(1.0, sum(r.weight)), (array_agg(seed.word ORDER BY r.weight DESC, r.video_id DESC))[1],
           (array_agg(led.creator_id ORDER BY r.weight DESC, r.video_id DESC))[1:1]
    FROM seed JOIN feeds_related AS r ON r.video_id = seed.video_id JOIN videos_video AS led ON led.id = seed.video_id
    WHERE r.other_id <> ALL(%(without)s::bigint[]) AND led.creator_id <> %(viewer)s
    GROUP BY r.other_id ORDER BY sum(r.weight) DESC, r.other_id DESC LIMIT 600
"""

_TAGGED = """
    SELECT t.video_id, least(1.0, sum(mine.weight)), (array_agg(tag.name ORDER BY mine.weight DESC, tag.name))[1],
           '{{}}'::bigint[]
    FROM ({mine}) AS mine JOIN videos_tag AS tag ON tag.id = mine.tag_id CROSS JOIN LATERAL (
        SELECT video_id, publication_id FROM videos_videotag WHERE tag_id = mine.tag_id AND publication_id IS NOT NULL
            AND video_id <> ALL(%(without)s::bigint[])
        ORDER BY publication_id DESC LIMIT 60
    ) AS t
    GROUP BY t.video_id ORDER BY sum(mine.weight) DESC, max(t.publication_id) DESC LIMIT 600
"""
TASTE = _TAGGED.format(
    mine="SELECT tag_id, weight FROM feeds_taste WHERE account_id = %(viewer)s ORDER BY weight DESC LIMIT 10"
)
INTEREST = _TAGGED.format(
    mine="SELECT tag_id, 1.0 AS weight FROM feeds_interest WHERE account_id = %(viewer)s LIMIT 50"
)

# What three people liked within a day, or as much as that: less is not popular.
POPULAR = """
    SELECT video_id, heat, '', '{}'::bigint[] FROM feeds_heat
    WHERE heat > log(2, 9) + extract(epoch FROM now()) / 86400 AND video_id <> ALL(%(without)s::bigint[])
    ORDER BY heat DESC LIMIT 2000
"""

_NEWEST = """
    SELECT id, published_at FROM videos_video
    WHERE state = 'published' AND visibility = 'everyone' AND id <> ALL(%(without)s::bigint[])
    ORDER BY published_at DESC
"""
NEW = f"SELECT id, extract(epoch FROM published_at), '', '{{}}'::bigint[] FROM ({_NEWEST} LIMIT 5000) AS newest"

# Of the newest, those shown least; what many were shown already explores nothing.
EXPLORE = f"""
    SELECT newest.id, 1 - shown.times / 20.0, '', '{{}}'::bigint[]
    FROM ({_NEWEST} LIMIT 1000) AS newest CROSS JOIN LATERAL (
        SELECT count(*) FROM (SELECT 1 FROM feeds_impression WHERE video_id = newest.id LIMIT 20) AS counted
    ) AS shown (times)
    WHERE shown.times < 20 ORDER BY shown.times, newest.published_at DESC LIMIT 600
"""
