"""The studio's page of followers: of somebody whom a thousand came to in a year, and of somebody whom a million did, at
every hour of every day, by four ways. What it costs is bounded by the time that it shows, not by followers. And its pages of
videos: of five that a thousand saw in a year, and of five that a million saw each. Read from running sums, they cost the
same.

    make bench ARGS="-k studio"
"""

import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_account
from videos.models import Video
from videos.tests.factories import make_video

ROUNDS = 15
pytestmark = [pytest.mark.bench, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]

# Of a year: so many followers, each in a quarter of an hour at random, one in five of whom left again within three months.
COME = """
    INSERT INTO follows_followtally (account_id, quarter, change, cause, source, number)
    SELECT %(account)s, date_bin('15 minutes', now() - random() * interval '365 days', 'epoch'), 'gained', 'followed',
           (ARRAY['profile', 'for_you', 'search', 'suggestion'])[1 + n %% 4], 1
    FROM generate_series(1, %(followers)s) AS n
    ON CONFLICT DO NOTHING;
    INSERT INTO follows_followtally (account_id, quarter, change, cause, source, number)
    SELECT account_id, quarter + interval '1 day', 'lost', 'unfollowed', '', 1 FROM follows_followtally
    WHERE account_id = %(account)s AND source = 'profile' AND random() < 0.8
    ON CONFLICT DO NOTHING;
    INSERT INTO follows_followlapse (account_id, quarter, weeks, number)
    SELECT account_id, quarter, (random() * 11)::int, 1 FROM follows_followtally
    WHERE account_id = %(account)s AND source = 'profile'
    ON CONFLICT DO NOTHING;
"""
COUNTED = """
    INSERT INTO follows_tallymark (id, until) VALUES (1, date_bin('15 minutes', now(), 'epoch'));
    ANALYZE follows_followtally, follows_followlapse
"""

# Of a year: so many views, each in a quarter of an hour at random, from four surfaces; half of them watched to the end.
SEEN = """
    WITH view AS (
        SELECT date_bin('15 minutes', now() - random() * interval '365 days', 'epoch') AS quarter,
               (ARRAY['following', 'for_you', 'search', 'profile'])[1 + n %% 4] AS source
        FROM generate_series(1, %(views)s) AS n
    ), quarterly AS (
        SELECT CASE grouping(source) WHEN 1 THEN 'all' ELSE source END AS source, quarter, count(*) AS views
        FROM view GROUP BY GROUPING SETS ((quarter), (source, quarter))
    ), running AS (
        SELECT source, quarter, sum(views) OVER (PARTITION BY source ORDER BY quarter) AS views FROM quarterly
    )
    INSERT INTO videos_videotally (video_id, source, quarter, views, gone, watched_ms, completed, likes, comments, reposts,
                                   bookmarks, shares, told_views, told_ms, told_completed)
    SELECT video, source, quarter, views, 0, 5000 * views, views / 2, views / 10, views / 100, views / 100, views / 100,
           views / 100, views, 5000 * views, views / 2
    FROM running CROSS JOIN unnest(%(videos)s::bigint[]) AS video
"""
SEEN_UNTIL = """
    INSERT INTO videos_tallymark (id, until) VALUES (1, date_bin('15 minutes', now(), 'epoch'));
    ANALYZE videos_videotally
"""


def _creator(handle: str, followers: int) -> tuple[Client, int]:
    account = make_account(handle)
    with connection.cursor() as cursor:
        cursor.execute(COME, {"account": account.pk, "followers": followers})
        cursor.execute("SELECT count(*) FROM follows_followtally WHERE account_id = %s", [account.pk])
        [rows] = cursor.fetchone()
    client = Client()
    client.force_login(account)
    return client, rows


def _seen(handle: str, views: int) -> tuple[Client, Video, int]:
    account = make_account(handle)
    videos = [make_video(account) for _ in range(5)]
    with connection.cursor() as cursor:
        cursor.execute(SEEN, {"views": views, "videos": [video.pk for video in videos]})
        rows = cursor.rowcount
    client = Client()
    client.force_login(account)
    return client, videos[0], rows


def _ms(client: Client, asked: dict[str, str], address: str = "") -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert client.get(address or reverse("feeds:followers"), asked).status_code == 200
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def test_studio() -> None:
    few, few_rows = _creator("few", 1_000)
    many, many_rows = _creator("many", 1_000_000)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED)
    print(f"\n{few_rows:,} and {many_rows:,} rows of tallies")
    for asked in (
        {},
        {"days": "90", "by": "week"},
        {"days": "365", "by": "month"},
        {"days": "365", "compare": "before"},
    ):
        one, other = _ms(few, asked), _ms(many, asked)
        print(f"{asked or 'as it opens'}: {one:.0f} ms and {other:.0f} ms, {other / one:.2f} times")


def test_studio_videos() -> None:
    few, one_of_few, few_rows = _seen("few", 1_000)
    many, one_of_many, many_rows = _seen("many", 1_000_000)
    with connection.cursor() as cursor:
        cursor.execute(SEEN_UNTIL)
    print(f"\n{few_rows:,} and {many_rows:,} rows of tallies, of five videos each")
    for name, asked in (
        ("videos", {}),
        ("video_figures", {}),
        ("video_figures", {"days": "90", "by": "week"}),
        ("video_figures", {"days": "365", "by": "month"}),
        ("video_figures", {"days": "365", "compare": "before"}),
    ):
        addresses = [
            reverse(f"feeds:{name}", args=[] if name == "videos" else [video.pk]) for video in (one_of_few, one_of_many)
        ]
        one, other = (_ms(client, asked, at) for client, at in zip((few, many), addresses, strict=True))
        print(f"{name} {asked or 'as it opens'}: {one:.0f} ms and {other:.0f} ms, {other / one:.2f} times")
