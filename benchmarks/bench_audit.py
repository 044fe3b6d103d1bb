"""The audit of a whole follow graph: every check of `follows` with its time, and all together. AUDIT_EDGES says how many
pairs (500,000 unless told); the promise is five millions within a minute on two cores:

    AUDIT_EDGES=5000000 make bench ARGS="-k audit"

The graph is made by plain statements past the triggers, as the services would have left it: followees with a heavy tail,
requests, approvals, unfollows, second follows, changed bells, blocks, and counts of which some are not folded yet."""

import os
import time

import pytest
from django.db import connection

from follows.audit import CHECKS
from follows.triggers import ACT_SEQUENCE
from socialvideo.lib.audit import examine

EDGES = int(os.environ.get("AUDIT_EDGES", "500000"))
SECONDS_FOR_FIVE_MILLIONS = 60
pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600), pytest.mark.django_db(transaction=True)]

ACCOUNTS = """
    INSERT INTO accounts_user (id, password, is_superuser, handle, name, email, bio, avatar, is_private, is_staff, joined_at)
    SELECT n, '!', FALSE, 'u' || n, '', 'u' || n || '@example.org', '', '', n %% 50 = 0, FALSE, now()
    FROM generate_series(1, %(accounts)s) AS n
"""

# Each pair has one of these lives; those of private accounts begin with a request.
LIVES = """
    CREATE TEMP TABLE lives (life text, step int, "before" text, "after" text, notify text, cause text);
    INSERT INTO lives VALUES
        ('stays', 1, '', 'active', 'all', 'followed'),
        ('leaves', 1, '', 'active', 'all', 'followed'), ('leaves', 2, 'active', '', 'all', 'unfollowed'),
        ('returns', 1, '', 'active', 'all', 'followed'), ('returns', 2, 'active', '', 'all', 'unfollowed'),
        ('returns', 3, '', 'active', 'all', 'followed'),
        ('quiet', 1, '', 'active', 'all', 'followed'), ('quiet', 2, 'active', 'active', 'none', 'bell'),
        ('blocks', 1, '', 'active', 'all', 'followed'), ('blocks', 2, 'active', '', 'all', 'blocked'),
        ('asks', 1, '', 'requested', 'all', 'requested'),
        ('let_in', 1, '', 'requested', 'all', 'requested'), ('let_in', 2, 'requested', 'active', 'all', 'approved')
"""
PAIRS = """
    CREATE TEMP TABLE pairs AS
    SELECT follower_id, followee_id, random() AS at,
           CASE WHEN followee_id %% 50 = 0 THEN CASE WHEN random() < 0.3 THEN 'asks' ELSE 'let_in' END
                WHEN chance < 0.78 THEN 'stays' WHEN chance < 0.86 THEN 'leaves' WHEN chance < 0.92 THEN 'returns'
                WHEN chance < 0.99 THEN 'quiet' ELSE 'blocks' END AS life
    FROM (SELECT DISTINCT ON (follower_id, followee_id) follower_id, followee_id, random() AS chance
          FROM (SELECT 1 + floor(%(accounts)s * random())::bigint AS follower_id,
                       1 + floor(%(accounts)s * random() ^ 4)::bigint AS followee_id
                FROM generate_series(1, %(pairs)s)) AS drawn
          WHERE follower_id <> followee_id) AS pair
"""
# Who is blocked does not follow back.
SHUT_OUT = """
    UPDATE pairs SET life = 'leaves' FROM pairs AS back
    WHERE pairs.life = 'blocks' AND back.follower_id = pairs.followee_id AND back.followee_id = pairs.follower_id
"""
EVENTS = """
    INSERT INTO follows_followevent
        (id, follower_id, followee_id, "before", "after", notify, cause, actor_id, source, happened_at)
    SELECT id, follower_id, followee_id, "before", "after", notify, cause, follower_id, 'profile',
           now() - interval '1 year' + id * interval '1 millisecond'
    FROM (SELECT *, row_number() OVER (ORDER BY at + step * 0.01) AS id FROM pairs JOIN lives USING (life)) AS event
    ORDER BY id
"""
EDGE_ROWS = """
    INSERT INTO follows_follow (follower_id, followee_id, state, notify, since, shows_from)
    SELECT follower_id, followee_id, "after", notify,
           CASE "after" WHEN 'active' THEN activation END, CASE "after" WHEN 'active' THEN 0 END
    FROM (SELECT max(id) AS id, max(id) FILTER (WHERE "after" = 'active' AND "before" <> 'active') AS activation
          FROM follows_followevent GROUP BY follower_id, followee_id) AS last
    JOIN follows_followevent USING (id)
    WHERE "after" <> ''
    ORDER BY id
"""
BLOCKS = """
    INSERT INTO follows_block (blocker_id, blocked_id) SELECT follower_id, followee_id FROM pairs WHERE life = 'blocks'
"""
# One in a hundred accounts has changes that are not folded yet.
COUNTS = """
    INSERT INTO follows_followcount (account_id, followers, following, requests)
    SELECT account_id, sum(followers), sum(following), sum(requests)
    FROM (SELECT followee_id AS account_id, (state = 'active')::int AS followers, 0 AS following,
                 (state = 'requested')::int AS requests FROM follows_follow
          UNION ALL SELECT follower_id, 0, (state = 'active')::int, 0 FROM follows_follow) AS part
    GROUP BY account_id
"""
UNFOLDED = """
    WITH lately AS (UPDATE follows_followcount SET followers = followers - 3 WHERE account_id % 100 = 0 RETURNING account_id)
    INSERT INTO follows_countdelta (account_id, followers, following, requests)
    SELECT account_id, n, 0, 0 FROM lately, generate_series(1, 2) AS n
"""
TABLES = ("follows_follow", "follows_followevent", "follows_followcount", "follows_countdelta", "follows_block")


def make_graph(pairs: int) -> None:
    numbers = {"accounts": max(pairs // 10, 100), "pairs": round(pairs * 1.22)}  # some are drawn twice, some have left
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes LEFT JOIN pg_constraint ON conname = indexname"
            " WHERE tablename = ANY(%s) AND conname IS NULL",
            [list(TABLES)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(ACCOUNTS, numbers)
        cursor.execute(LIVES)
        cursor.execute(PAIRS, numbers)
        for statement in (SHUT_OUT, EVENTS, "ANALYZE follows_followevent", EDGE_ROWS, BLOCKS, COUNTS, UNFOLDED):
            cursor.execute(statement)
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval('accounts_user_id_seq', (SELECT max(id) FROM accounts_user))")
        cursor.execute(f"SELECT setval('{ACT_SEQUENCE}', (SELECT max(id) FROM follows_followevent))")
        cursor.execute("DROP TABLE pairs, lives")
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET work_mem")
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute(f"VACUUM ANALYZE accounts_user, {', '.join(TABLES)}")


def test_audit_of_a_whole_graph() -> None:
    began = time.monotonic()
    make_graph(EDGES)
    print(f"\nmade in {time.monotonic() - began:.0f} s")
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            print(f"{cursor.fetchone()[0]:>12,}  {table}")
    results = []
    for result in examine(CHECKS):
        results.append(result)
        print(f"{result.seconds:7.2f} s  {result.rows:>12,} rows  {result.name}")
    total = sum(result.seconds for result in results)
    print(f"audit of {EDGES:,} pairs: {total:.1f} s")
    assert [(result.name, result.examples, result.problem) for result in results if not result.kept] == []
    if EDGES >= 5_000_000:
        assert total < SECONDS_FOR_FIVE_MILLIONS
