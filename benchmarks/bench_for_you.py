"""For You for viewers who follow a hundred, a thousand and ten thousand creators, on a site of a hundred thousand videos
with likes, tags, popularity and what each viewer had in view: making a slate, reading a page of one that stands, and
each source by itself, beside one plain indexed query. Only ratios of one run count. A minute or two:

    make bench ARGS="-k for_you"
"""

from collections.abc import Callable
from functools import partial

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.bench_feeds import costs
from feeds.for_you import for_you_page, sources
from feeds.reasons import Source
from feeds.tests.many import SIZES, make_viewers

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]
ROUNDS = 10

# Beside the videos that the viewers follow, as many of others as make a hundred thousand.
OTHERS = """
    CREATE TEMP TABLE other AS
    SELECT creator.id AS creator_id, 100000 + row_number() OVER (ORDER BY hashint8(creator.id * 31 + time)) AS number
    FROM (SELECT id FROM accounts_user WHERE handle LIKE 'p%' ORDER BY id OFFSET 10100) AS creator,
        generate_series(1, 6) AS time;
    INSERT INTO videos_video (creator_id, id, upload_key, media_key, caption, visibility, state, original, uploaded_bytes,
        duration_ms, width, height, has_audio, rendition_key, progress, attempts, lease_key, failure_code,
        failure_reason, removal_reason, state_before_removal, created_at, published_at)
    SELECT creator_id, number, number, 'media' || number, '', 'everyone', 'published', '', 0, 8000, 720, 1280, true, 'made',
        100, 1, '', '', '', '', '', now(), now() - (200000 - number) * interval '1 minute' FROM other;
    INSERT INTO videos_videocount (video_id, likes, comments, views) SELECT number, 0, 0, 0 FROM other;
    INSERT INTO videos_publication (id, video_id, creator_id, published_at, followers_at_publish, fanout_state,
        fanout_cursor, alerted, listed_quietly, muted, pull_only, left_first)
    SELECT 1000000 + number, number, creator_id, now(), 0, 'done', 0, 0, 0, 0, 0, 0 FROM other
"""
LIKES = """
    INSERT INTO videos_like (video_id, account_id, created_at)
    SELECT DISTINCT ON (video.id, act.account_id) video.id, act.account_id, now() - random() * interval '20 days'
    FROM (SELECT id AS account_id, 100000 + floor(60000 * random() ^ 2)::bigint AS video_id
          FROM accounts_user, generate_series(1, 10)) AS act JOIN videos_video AS video ON video.id = act.video_id
"""
TAGS = """
    INSERT INTO videos_tag (id, name) SELECT n, 'tag' || n FROM generate_series(1, 2000) AS n;
    INSERT INTO videos_videotag (video_id, publication_id, tag_id)
    SELECT DISTINCT video_id, id, 1 + floor(2000 * random() ^ 2)::int FROM videos_publication, generate_series(1, 2);
    INSERT INTO feeds_taste (account_id, tag_id, weight, computed_at)
    SELECT id, tag, 0.1, now() FROM accounts_user, generate_series(1, 10) AS tag WHERE handle LIKE '%e%0'
"""
POPULAR = """
    INSERT INTO feeds_heat (video_id, heat)
    SELECT id, log(2, 10) + extract(epoch FROM now()) / 86400 + random() FROM videos_video ORDER BY id DESC LIMIT 5000
"""
# Half of all that each viewer could have seen of those whom they follow.
IN_VIEW = """
    INSERT INTO feeds_impression (viewer_id, video_id, source, at)
    SELECT f.follower_id, p.video_id, 'followed', now() - random() * interval '30 days'
    FROM follows_follow AS f JOIN videos_publication AS p ON p.creator_id = f.followee_id WHERE p.id %% 2 = 0
"""
TABLES = """videos_video, videos_videocount, videos_publication, videos_like, videos_videotag, feeds_taste, feeds_heat,
    feeds_impression"""
PLAIN = """
    SELECT * FROM videos_video WHERE state = 'published' AND visibility = 'everyone' ORDER BY published_at DESC LIMIT 300
"""


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        if cursor.description:
            cursor.fetchall()


def make_site() -> list[tuple[str, User]]:
    viewers = make_viewers()
    run("SET session_replication_role = replica")
    for statement in (OTHERS, LIKES, TAGS, POPULAR, IN_VIEW.replace("%%", "%")):
        run(statement)
    run("SET session_replication_role = origin")
    run(f"VACUUM ANALYZE {TABLES}")
    return [(f"{kind} {size:6,}", getattr(viewers, kind)[size]) for kind in ("sparse", "dense") for size in SIZES]


def afresh(viewer: User) -> None:
    cache.clear()
    assert for_you_page(viewer.pk).items


def of_a_source(viewer: User, source: Source) -> Callable[[], object]:
    if source is Source.FOLLOWED:
        return partial(sources.waiting, viewer.pk, without=[])
    return partial(sources.found, source, sources.STATEMENTS[source], sources.unseen, viewer.pk, [])


def test_for_you_at_scale() -> None:
    viewers = make_site()
    every = [Source.FOLLOWED, *sources.STATEMENTS]
    print(
        f"\nMilliseconds, p50 / p95\n{'':14}{'plain':>12}{'a new slate':>16}{'÷ plain':>9}{'page of it':>15}{'queries':>9}"
    )
    asked = set()
    for name, viewer in viewers:
        acts = {
            "plain": partial(run, PLAIN),
            "slate": partial(afresh, viewer),
            "page": partial(for_you_page, viewer.pk),
        }
        cost = costs(acts, rounds=ROUNDS)
        with CaptureQueriesContext(connection) as queries:
            afresh(viewer)
        asked.add(len(queries))
        print(
            f"{name:14}{cost['plain']!s:>12}{cost['slate']!s:>16}{cost['slate'].p50 / cost['plain'].p50:9.1f}"
            f"{cost['page']!s:>15}{len(queries):9}"
        )
        of_each = costs({source: of_a_source(viewer, source) for source in every}, rounds=3)
        print("    " + "  ".join(f"{source} {each.p50:.0f}" for source, each in of_each.items()))
    assert max(asked) - min(asked) <= 2, "statements grow with what is followed"
