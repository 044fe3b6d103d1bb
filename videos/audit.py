"""What must hold of videos and their publications at any moment, checked on live data."""

from django.conf import settings
from django.utils.translation import gettext_noop

from follows.horizon import FIRST_KEPT
from follows.triggers import ACT_SEQUENCE
from socialvideo.lib import rules
from socialvideo.lib.audit import Check
from videos.services.publishing import SHOWN_TO_NEW_FOLLOWERS
from videos.tallies import ALL, COLUMNS, COUNTED, SCHEMA, TALLIES, TOLD

OPEN_BUT_NOT_TOLD = """
    SELECT v.id FROM videos_video AS v LEFT JOIN videos_publication AS p ON p.video_id = v.id
    WHERE (v.state = 'published' OR v.state_before_removal = 'published') AND p.id IS NULL
"""
TOLD_BUT_NOT_OPEN = """
    SELECT p.id FROM videos_publication AS p JOIN videos_video AS v ON v.id = p.video_id
    WHERE coalesce(nullif(v.state_before_removal, ''), v.state) <> 'published'
       OR v.creator_id <> p.creator_id OR v.published_at IS DISTINCT FROM p.published_at
"""
# Who was a follower at a publication is whoever the events before it left active: one walk over each creator's events and
# publications in the order of their numbers. Where older events are forgotten, it begins with what each pair's last said.
FOLLOWERS_AS_REPLAYED = f"""
    SELECT id, said, replayed FROM (
        SELECT id, said, sum(step) OVER (PARTITION BY creator_id ORDER BY id) AS replayed
        FROM (SELECT creator_id, id, followers_at_publish AS said, 0 AS step FROM videos_publication WHERE id >= {FIRST_KEPT}
              UNION ALL
              SELECT followee_id, id, NULL, CASE "after" WHEN 'active' THEN 1 ELSE -1 END FROM follows_followevent
              WHERE ("before" = 'active') <> ("after" = 'active') AND id >= {FIRST_KEPT}
                AND followee_id IN (SELECT creator_id FROM videos_publication)
              UNION ALL
              SELECT followee_id, 0, NULL, ("after" = 'active')::int FROM (
                  SELECT DISTINCT ON (follower_id, followee_id) followee_id, "after" FROM follows_followevent
                  WHERE id < {FIRST_KEPT} ORDER BY follower_id, followee_id, id DESC) AS stood) AS line
    ) AS publication
    WHERE said <> replayed
"""
# By the event numbered just before it. Clocks may be set back a little.
NOT_IN_ORDER_OF_TIME = """
    SELECT p.id FROM videos_publication AS p CROSS JOIN LATERAL (
        SELECT happened_at FROM follows_followevent WHERE id < p.id ORDER BY id DESC LIMIT 1
    ) AS event
    WHERE p.published_at < event.happened_at - interval '10 minutes'
"""
TAGS_OUT_OF_ORDER = """
    SELECT t.id FROM videos_videotag AS t LEFT JOIN videos_publication AS p USING (video_id)
    WHERE t.publication_id IS DISTINCT FROM p.id
"""
# A new follow shows the creator's newest publications of then: the oldest of them is the one after which, by the time of
# the follow, just enough others had come; the first of all when they were fewer.
SHOWS_FROM = f"""
    WITH p AS (
        SELECT id, creator_id, lead(id, {SHOWN_TO_NEW_FOLLOWERS - 1}) OVER later AS from_act,
               lead(id, {SHOWN_TO_NEW_FOLLOWERS}) OVER later AS to_act, row_number() OVER later AS number
        FROM videos_publication WINDOW later AS (PARTITION BY creator_id ORDER BY id)
    )
    SELECT edge.follower_id, edge.followee_id, edge.shows_from FROM follows_follow AS edge
    LEFT JOIN p ON p.id = edge.shows_from AND p.creator_id = edge.followee_id
        AND p.from_act < edge.since AND coalesce(p.to_act > edge.since, TRUE)
    LEFT JOIN p AS enough ON enough.creator_id = edge.followee_id AND enough.number = {SHOWN_TO_NEW_FOLLOWERS}
    WHERE edge.state = 'active'
      AND CASE edge.shows_from WHEN 0 THEN enough.id < edge.since ELSE p.id IS NULL END
"""
PULSE = f"""
    SELECT account_id FROM (
        SELECT creator_id AS account_id, max(published_at) AS last_published_at,
               coalesce(max(id) FILTER (WHERE number = {SHOWN_TO_NEW_FOLLOWERS}), 0) AS recent_from
        FROM (SELECT *, row_number() OVER (PARTITION BY creator_id ORDER BY id DESC) AS number
              FROM videos_publication) AS p
        GROUP BY creator_id
    ) AS published FULL JOIN follows_creatorpulse AS pulse USING (account_id)
    WHERE (published.last_published_at, published.recent_from)
          IS DISTINCT FROM (pulse.last_published_at, pulse.recent_from)
      AND NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = account_id AND erased_at IS NOT NULL)
"""
DELIVERY_BEYOND = """
    SELECT id FROM videos_publication
    WHERE alerted + listed_quietly + muted + pull_only + left_first > followers_at_publish
"""
# Three attempts of the longest kind, and as long again for those waiting in front.
PROCESSING_OVERDUE = """
    SELECT id FROM videos_video
    WHERE (state = 'processing' AND created_at < now() - interval '6 hours'
           AND (lease_until IS NULL OR lease_until < now() - interval '10 minutes'))
       OR (awaits_more AND state IN ('ready', 'published') AND lease_until < now() - interval '6 hours')
"""
# An hour after it was to be given up, or passed on, at the latest.
UPLOAD_OVERDUE = """
    SELECT v.id FROM videos_video AS v LEFT JOIN videos_upload AS u ON u.video_id = v.id
    WHERE v.state = 'uploading' AND coalesce(u.expires_at, v.created_at) < now() - interval '1 hour'
"""
DELETED_OVERDUE = f"""
    SELECT id FROM videos_video
    WHERE state = 'removed' AND removed_by_id = creator_id AND coalesce(lease_until < statement_timestamp(), TRUE)
      AND removed_at < now() - interval '{settings.KEEP_DELETED_DAYS} days' - interval '1 day'
"""
# The sweep looks every ten seconds; a creator who has just come back is given that time too.
PAST_ITS_HOUR = """
    SELECT v.id FROM videos_video AS v JOIN accounts_user AS creator ON creator.id = v.creator_id
    WHERE v.state = 'ready' AND NOT v.is_draft AND v.visibility IN ('everyone', 'followers')
      AND v.publish_at < now() - interval '5 minutes'
      AND creator.suspended_at IS NULL AND creator.deactivated_at IS NULL AND creator.erased_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM accounts_standingevent AS event WHERE event.account_id = creator.id
                      AND event.happened_at > now() - interval '5 minutes')
"""


def _count_is_rows(column: str, table: str, where: str = "TRUE") -> str:
    return f"""
        SELECT c.video_id FROM videos_videocount AS c
        LEFT JOIN (SELECT video_id, count(*) AS stands FROM {table} WHERE {where} GROUP BY video_id) AS rows USING (video_id)
        WHERE c.{column} <> coalesce(stands, 0)
    """


COMMENT_COUNTS = """
    SELECT c.comment_id FROM videos_commentcount AS c
    LEFT JOIN (SELECT comment_id, count(*) AS stand FROM videos_commentlike GROUP BY comment_id) AS likes USING (comment_id)
    LEFT JOIN (SELECT parent_id AS comment_id, count(*) AS stand FROM videos_comment
               WHERE parent_id IS NOT NULL AND removed_at IS NULL GROUP BY parent_id) AS replies USING (comment_id)
    WHERE c.likes <> coalesce(likes.stand, 0) OR c.replies <> coalesce(replies.stand, 0)
"""
# What was counted up to the mark, and what has happened since, is what stands.
_HAPPENED = {name: f"coalesce(tally.{name}, 0) + coalesce(since.{name}, 0)" for name in COLUMNS}
_STANDS = {name: f"c.{name}" for name in ("likes", "comments", "reposts", "bookmarks")}
_UNLIKE = [f"{_HAPPENED[name]} <> {stands}" for name, stands in _STANDS.items()]
_UNLIKE.append(f"{_HAPPENED['views']} - ({_HAPPENED['gone']}) <> c.views - c.past_views")
FIGURES_AND_COUNTS = f"""
    WITH since AS MATERIALIZED (
        SELECT video_id, {", ".join(f"sum({name}) AS {name}" for name in COLUMNS)} FROM videos_videoevent
        WHERE happened_at >= coalesce((SELECT until FROM videos_tallymark), 'epoch') GROUP BY 1
    )
    SELECT c.video_id FROM videos_videocount AS c
    LEFT JOIN LATERAL (SELECT * FROM videos_videotally WHERE video_id = c.video_id AND source = '{ALL}'
                       ORDER BY quarter DESC LIMIT 1) AS tally ON TRUE
    LEFT JOIN since ON since.video_id = c.video_id
    WHERE ({" OR ".join(_UNLIKE)}) AND {COUNTED.format("c.video_id")}
"""
# Counted anew, row by row, as far back as there are events.
_EVENTS_FROM = "(SELECT coalesce(events_from, 'epoch') FROM videos_tallymark)"
_ANEW = TALLIES.replace("%(since)s", _EVENTS_FROM).replace("%(until)s", "(SELECT until FROM videos_tallymark)")
_ROW = f"SELECT video_id, source, quarter, ARRAY[{', '.join([*COLUMNS, *TOLD])}] AS figures"
FIGURES_AND_EVENTS = f"""
    SELECT video_id, source, quarter
    FROM ({_ROW} FROM videos_videotally WHERE quarter >= {_EVENTS_FROM}) AS said
    FULL JOIN ({_ROW} FROM ({_ANEW}) AS anew) AS counted USING (video_id, source, quarter)
    WHERE said.figures IS DISTINCT FROM counted.figures AND {COUNTED.format("video_id")}
"""
LEFT_BY_ERASED = """
    SELECT erasure_id FROM accounts_erasurestep
    WHERE part = 'videos' AND confirmed_at IS NOT NULL
      AND (EXISTS (SELECT 1 FROM videos_comment WHERE author_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_like WHERE account_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_commentlike WHERE account_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_bookmark WHERE account_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_repost WHERE account_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_hiddenreposts WHERE erasure_id IN (account_id, creator_id))
           OR EXISTS (SELECT 1 FROM videos_watch WHERE viewer_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_videotally JOIN videos_video AS v ON v.id = video_id
                      WHERE v.creator_id = erasure_id)
           OR EXISTS (SELECT 1 FROM videos_video AS v WHERE v.creator_id = erasure_id
                      AND (v.state <> 'removed' OR concat(v.caption, v.original, v.rendition_key) <> '')))
"""

RULE_NOT_IN_FORCE = rules.not_in_force(
    "videos", schema=SCHEMA, sequences=[(ACT_SEQUENCE, "SELECT max(id) FROM videos_publication")]
)

VIDEOS, PUBLICATIONS, TALLIED = "videos_video", "videos_publication", "videos_videotally"

CHECKS = [
    Check(gettext_noop("every published video has its publication"), "4", OPEN_BUT_NOT_TOLD, VIDEOS),
    Check(gettext_noop("every publication stands for a published video"), "4", TOLD_BUT_NOT_OPEN, PUBLICATIONS),
    Check(gettext_noop("followers at publishing are as the events say"), "4", FOLLOWERS_AS_REPLAYED, PUBLICATIONS),
    Check(gettext_noop("publications are numbered in the order of time"), "4", NOT_IN_ORDER_OF_TIME, PUBLICATIONS),
    Check(gettext_noop("no delivery counts more than there were followers"), "4", DELIVERY_BEYOND, PUBLICATIONS),
    Check(gettext_noop("every follow brings the videos it should into the feed"), "5", SHOWS_FROM, "follows_follow"),
    Check(gettext_noop("what is known of a creator's publishing is true"), "5", PULSE, "follows_creatorpulse"),
    Check(
        gettext_noop("the rules of publishing are in force"), "4", RULE_NOT_IN_FORCE, rules.how_many(RULE_NOT_IN_FORCE)
    ),
    Check(gettext_noop("every tag of a video carries its publication"), "4", TAGS_OUT_OF_ORDER, "videos_videotag"),
    Check(gettext_noop("like counts equal likes"), "3", _count_is_rows("likes", "videos_like"), "videos_like"),
    Check(
        gettext_noop("comment counts equal comments"),
        "3",
        _count_is_rows("comments", "videos_comment", "removed_at IS NULL"),
        "videos_comment",
    ),
    Check(gettext_noop("likes and replies of comments are counted"), "3", COMMENT_COUNTS, "videos_comment"),
    Check(
        gettext_noop("bookmark counts equal bookmarks"),
        "3",
        _count_is_rows("bookmarks", "videos_bookmark"),
        "videos_bookmark",
    ),
    Check(
        gettext_noop("repost counts equal reposts"), "3", _count_is_rows("reposts", "videos_repost"), "videos_repost"
    ),
    Check(
        gettext_noop("view counts equal viewers"),
        "3",
        _count_is_rows("views - c.past_views", "videos_watch"),
        "videos_watch",
    ),
    Check(gettext_noop("the figures of videos are the counts that stand"), "9", FIGURES_AND_COUNTS, VIDEOS),
    Check(gettext_noop("the figures of videos are what happened to them"), "9", FIGURES_AND_EVENTS, TALLIED),
    Check(gettext_noop("no upload is left without an end"), "8", PROCESSING_OVERDUE, VIDEOS),
    Check(gettext_noop("no file is on its way for longer than it is waited for"), "8", UPLOAD_OVERDUE, VIDEOS),
    Check(gettext_noop("what was deleted is erased in time"), "7", DELETED_OVERDUE, VIDEOS),
    Check(gettext_noop("no finished video waits past the hour it was to go out"), "8", PAST_ITS_HOUR, VIDEOS),
    Check(
        gettext_noop("nothing of an erased account's videos and of what it did to others' is left"),
        "7",
        LEFT_BY_ERASED,
        "accounts_erasurestep WHERE part = 'videos'",
    ),
]
