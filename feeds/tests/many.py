"""Viewers who follow a hundred, a thousand and ten thousand creators, of whom some publish much (dense) and some hardly
ever (sparse). For whoever looks at what reading costs: the rows are put there past the rules, in no time, and the tables
are vacuumed as they are after a while."""

from typing import NamedTuple

from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account, make_crowd

SIZES = (100, 1_000, 10_000)
ENTRIES_OF_A_SPARSE_INBOX = 700
TABLES = [
    *("accounts_user", "follows_follow", "follows_mute", "follows_block", "feeds_inboxentry"),
    *("videos_video", "videos_videocount", "videos_publication"),
]

# Of twenty thousand creators the first half publish often, the fewer the more; a hundred of the others seven times.
_CREATORS = """
    CREATE TEMP TABLE creator AS
    SELECT id, n, CASE WHEN n < 100 THEN 100 WHEN n < 1000 THEN 10 WHEN n < 10000 THEN 2
                       WHEN n < 10100 THEN 7 ELSE 0 END AS videos
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_user WHERE handle LIKE 'p%') AS person
"""
_PUBLISHED = """
    CREATE TEMP TABLE published AS
    SELECT creator.id AS creator_id, creator.n, row_number() OVER (ORDER BY hashint8(creator.n * 1009 + time)) AS number
    FROM creator, generate_series(1, creator.videos) AS time
"""
_VIDEOS = """
    INSERT INTO videos_video (id, creator_id, upload_key, media_key, caption, visibility, state, original, uploaded_bytes,
        duration_ms, width, height, has_audio, rendition_key, progress, attempts, lease_key, failure_code,
        failure_reason, removal_reason, state_before_removal, created_at, published_at)
    SELECT number, creator_id, number, 'media' || number, 'A caption', 'everyone', 'published', '', 0, 8000, 720, 1280,
        true, 'made', 100, 1, '', '', '', '', '', now(), now() - (100000 - number) * interval '1 minute' FROM published
"""
_COUNTS = "INSERT INTO videos_videocount (video_id, likes, comments, views) SELECT number, 0, 0, 0 FROM published"
_PUBLICATIONS = """
    INSERT INTO videos_publication (id, video_id, creator_id, published_at, followers_at_publish, fanout_state,
        fanout_cursor, alerted, listed_quietly, muted, pull_only, left_first)
    SELECT 1000000 + number, number, creator_id, now() - (100000 - number) * interval '1 minute', 0,
        'done', 0, 0, 0, 0, 0, 0 FROM published
"""
_FOLLOW = """
    INSERT INTO follows_follow (follower_id, followee_id, state, notify, since, shows_from, followed_at)
    SELECT viewer.id, creator.id, 'active', 'all', creator.n, 0, now()
    FROM unnest(%(viewers)s::bigint[], %(sizes)s::bigint[], %(firsts)s::bigint[]) AS viewer (id, size, first)
    JOIN creator ON creator.n >= viewer.first AND creator.n < viewer.first + viewer.size
    ORDER BY hashint8(viewer.id * 31 + creator.id)
"""
_TELL = """
    INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
    SELECT f.follower_id, p.id, p.creator_id, 2 + (p.id % 3)::int
    FROM videos_publication AS p JOIN follows_follow AS f ON f.followee_id = p.creator_id
    WHERE p.fanout_state = 'done' ORDER BY p.id, f.since
"""
_PULL = """
    WITH pulled AS (
        UPDATE videos_publication SET fanout_state = 'pull_only' FROM accounts_user AS creator
        WHERE creator.id = creator_id AND CASE WHEN handle ~ '^p[0-9]+$' THEN substr(handle, 2)::int %% 100 < %(pulled)s END
        RETURNING videos_publication.id)
    DELETE FROM feeds_inboxentry WHERE publication_id IN (SELECT id FROM pulled)
"""


class Viewers(NamedTuple):
    """By how many they follow."""

    sparse: dict[int, User]
    dense: dict[int, User]


def make_viewers(*, pulled: int = 0) -> Viewers:
    """`pulled`: how many in a hundred creators are pull-only. Needs a test outside a transaction, whose database is
    emptied afterwards."""
    sparse = {size: make_account(f"sparse{size}") for size in SIZES}
    dense = {size: make_account(f"dense{size}") for size in SIZES}
    make_crowd(sparse[SIZES[0]], 20_000)
    viewers = [*sparse.values(), *dense.values()]
    values = {
        "viewers": [viewer.pk for viewer in viewers],
        "sizes": [*SIZES, *SIZES],
        "firsts": [10_000] * len(SIZES) + [0] * len(SIZES),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in (_CREATORS, _PUBLISHED, _VIDEOS, _COUNTS, _PUBLICATIONS, _FOLLOW, _TELL):
            cursor.execute(statement, values if "%(" in statement else None)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("DROP TABLE creator, published")
    pull(pulled)
    return Viewers(sparse, dense)


def pull(pulled: int) -> None:
    """So many in a hundred creators are pull-only from the beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_PULL, {"pulled": pulled})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
