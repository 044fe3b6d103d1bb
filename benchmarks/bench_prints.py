"""A new video beside 100,000 and a million frames of removed ones (ROWS): how long the comparison takes, beside one that
reads them all in the same run. Half of the frames are as nature does not make them, evenly spread; the others come from
a few hundred scenes, as the frames of real films do.

    make bench ARGS="-k prints"
"""

import os
import random
import statistics
import time

import pytest
from django.db import connection

from videos.services import prints

ROWS = [int(rows) for rows in os.environ.get("ROWS", "100000,1000000").split(",")]
FRAMES_OF_ONE = 40
PROMISED_MS = 2000
ROUNDS = 5
pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800), pytest.mark.django_db(transaction=True)]

REMOVED = """
    INSERT INTO videos_removedvideo (id, video_id, policy) SELECT n, -n, 'hate' FROM generate_series(1, %(videos)s) AS n
"""
FRAMES = """
    WITH scenes AS (SELECT array_agg(((random() * 4294967295)::bigint << 32 # (random() * 4294967295)::bigint)) AS all_
        FROM generate_series(1, 500)), made AS (
        SELECT n, CASE WHEN n %% 2 = 0 THEN ((random() * 4294967295)::bigint << 32 # (random() * 4294967295)::bigint)
            ELSE all_[1 + (random() * 499)::int] # (1::bigint << (random() * 62)::int) # (1::bigint << (random() * 62)::int)
                # (1::bigint << (random() * 62)::int) # (1::bigint << (random() * 62)::int) END AS frame
        FROM generate_series(0, %(rows)s - 1) AS n, scenes
    )
    INSERT INTO videos_removedband (removed_id, frame, band)
    SELECT 1 + n / %(of_one)s, frame, (band << 16) | (frame >> 48 - 16 * band & 65535)::int
    FROM made, generate_series(0, 3) AS band
"""
ALL = """
    SELECT count(*) FROM every_frame AS known, unnest(%s::bigint[]) AS asked
    WHERE bit_count((known.frame # asked)::bit(64)) <= %s
"""


def _make(rows: int) -> float:
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE videos_removedvideo CASCADE")
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        cursor.execute("DROP INDEX videos_removed_band_lookup")
        cursor.execute(REMOVED, {"videos": rows // FRAMES_OF_ONE + 1})
        cursor.execute(FRAMES, {"rows": rows, "of_one": FRAMES_OF_ONE})
        cursor.execute(
            "CREATE INDEX videos_removed_band_lookup ON videos_removedband (band) INCLUDE (frame, removed_id)"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE videos_removedband, videos_removedvideo")
        cursor.execute("DROP TABLE IF EXISTS every_frame")
        cursor.execute("CREATE TEMP TABLE every_frame AS SELECT frame FROM videos_removedband WHERE band < 65536")
    return time.monotonic() - began


def _ms(act) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _read_all(frames: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ALL, [frames, prints.NEAR])


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('videos_removedband')")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("rows", ROWS)
def test_a_video_is_compared_in_bounded_time(rows: int) -> None:
    print(f"\n{rows:,} frames, made in {_make(rows):.0f} s, {_size() / rows:.0f} bytes each")
    strange = [random.getrandbits(64) - 2**63 for _ in range(prints.COMPARED)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT frame FROM videos_removedband WHERE removed_id = 2 AND band < 65536 LIMIT %s", [prints.COMPARED]
        )
        known = [frame for (frame,) in cursor.fetchall()]
    everything = _ms(lambda: _read_all(strange * 2))
    for name, frames in {"a stranger": strange, "a copy": known}.items():
        took = statistics.median(_ms(lambda each=frames: prints.like(each, except_of=0)) for _ in range(ROUNDS))
        print(f"{name:12} {took:8.0f} ms, {everything / took:5.1f} x faster than reading all ({everything:.0f} ms)")
        assert took < PROMISED_MS
    assert next(iter(prints.like(known, except_of=0))).removed_id == 2
