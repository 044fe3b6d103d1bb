"""Fan-out through the real task in a real worker, from the hint to the last follower told, beside what else there is:
one single INSERT … SELECT of all followers, `bulk_create` in batches of 5,000, and a Redis that keeps the inboxes, by ZADD
in pipelines of 1,000. Each fills the same table, emptied before; those others know neither bells nor mutes, nor who has
left, nor where they were when they were killed. Only ratios of one run count, on a server whose commits wait for the disk.

    make bench ARGS="-k fanout"                    10,000, 100,000 and 1,000,000 followers: about ten minutes
    FANOUT_SIZES=10000,100000 make bench ARGS="-k fanout"
"""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django_redis import get_redis_connection
from redis import Redis

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import tasks
from feeds.models import InboxEntry
from follows.models import Follow
from follows.triggers import ACT_SEQUENCE
from socialvideo.lib import live
from socialvideo.local.worker_process import WorkerProcess
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600)]
SIZES = [int(size) for size in os.environ.get("FANOUT_SIZES", "10000,100000,1000000").split(",")]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LISTENERS = 1000
REDIS_FOR_INBOXES = 63  # a database of its own
MEGABYTE = 1024 * 1024

PEOPLE = """
    INSERT INTO accounts_user (handle, email, password, name, bio, avatar, is_private, is_staff, is_superuser, joined_at)
    SELECT 'crowd' || n, 'crowd' || n || '@example.org', '!', '', '', '', false, false, false, now()
    FROM generate_series(1, %(people)s) AS n
"""
# Whoever follows comes in no order of ids, and the edges of all creators lie among one another.
EDGES = f"""
    INSERT INTO follows_follow (follower_id, followee_id, state, notify, since, shows_from)
    SELECT follower_id, followee_id, 'active', CASE WHEN random() < 0.1 THEN 'none' ELSE 'all' END,
           nextval('{ACT_SEQUENCE}'), 0
    FROM (SELECT who.id AS follower_id, creator.id AS followee_id
          FROM unnest(%(creators)s::bigint[], %(sizes)s::int[]) AS creator (id, size) CROSS JOIN LATERAL (
              SELECT id FROM accounts_user WHERE handle LIKE 'crowd%%' AND creator.id > 0
              ORDER BY random() LIMIT creator.size
          ) AS who ORDER BY random()) AS edge
"""
MUTES = """
    INSERT INTO follows_mute (muter_id, muted_id, created_at)
    SELECT follower_id, followee_id, now() FROM follows_follow WHERE random() < 0.01
"""
COUNTS = """
    INSERT INTO follows_followcount (account_id, followers, following, requests)
    SELECT followee_id, count(*), 0, 0 FROM follows_follow GROUP BY followee_id
"""
ONE_STATEMENT = """
    INSERT INTO feeds_inboxentry (recipient_id, publication_id, creator_id, state)
    SELECT follower_id, %(publication)s, followee_id, 2 FROM follows_follow
    WHERE followee_id = %(creator)s AND state = 'active' AND since < %(publication)s
"""


def run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def make_creators() -> list[User]:
    """Followers past the triggers, as the services would have left them."""
    creators = [make_account(f"creator{size}") for size in SIZES]
    run("SET session_replication_role = replica")
    run(PEOPLE, people=max(SIZES))
    run(EDGES, creators=[creator.pk for creator in creators], sizes=SIZES)
    run(MUTES)
    run(COUNTS)
    run("RESET session_replication_role")
    run("VACUUM ANALYZE accounts_user, follows_follow, follows_mute, follows_followcount")
    return creators


class Worker:
    def __init__(self, process: WorkerProcess) -> None:
        self.child = psutil.Process(process.pid).children()[0]
        self.megabytes: list[float] = []

    def fan_out(self, publication: Publication) -> None:
        """By the hint that publishing gives."""
        tasks.fan_out.delay(publication.pk)
        while not Publication.objects.filter(pk=publication.pk, fanout_state="done").exists():
            self.megabytes.append(self.child.memory_info().rss / MEGABYTE)
            time.sleep(0.005)

    def fan_out_to_listeners(self, publication: Publication) -> None:
        """With pages open that are to hear of it."""
        some = Follow.objects.filter(followee=publication.creator_id).values_list("follower_id", flat=True)[:LISTENERS]
        until = time.time() + 3600
        get_redis_connection("default").zadd(live.LISTENING, {str(account): until for account in some})
        self.fan_out(publication)
        get_redis_connection("default").delete(live.LISTENING)


def one_statement(publication: Publication) -> None:
    run(ONE_STATEMENT, publication=publication.pk, creator=publication.creator_id)


def follower_ids(publication: Publication) -> Iterator[int]:
    edges = Follow.objects.filter(followee=publication.creator_id, state="active", since__lt=publication.pk)
    return edges.values_list("follower_id", flat=True).iterator(chunk_size=5000)


def batched(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    ids = iter(ids)
    while some := list(islice(ids, size)):
        yield some


def bulk_create(publication: Publication) -> None:
    for some in batched(follower_ids(publication), 5000):
        InboxEntry.objects.bulk_create(
            InboxEntry(recipient_id=follower, publication_id=publication.pk, creator_id=publication.creator_id)
            for follower in some
        )


def redis_for_inboxes() -> Redis:
    redis = Redis.from_url(settings.REDIS_URL)
    redis.connection_pool.connection_kwargs["db"] = REDIS_FOR_INBOXES
    return redis


def zadd(publication: Publication) -> None:
    redis = redis_for_inboxes()
    for some in batched(follower_ids(publication), 1000):
        pipeline = redis.pipeline(transaction=False)
        for follower in some:
            pipeline.zadd(f"inbox:{follower}", {str(publication.pk): publication.pk})
        pipeline.execute()


def empty(publication: Publication) -> None:
    run("TRUNCATE feeds_inboxentry")
    Publication.objects.filter(pk=publication.pk).update(fanout_state="pending", fanout_cursor=0)
    redis_for_inboxes().flushdb()
    run("CHECKPOINT")


def seconds(way: Callable[[Publication], None], publication: Publication) -> float:
    empty(publication)
    began = time.monotonic()
    way(publication)
    return time.monotonic() - began


@pytest.fixture
def worker_process(transactional_db: None, tmp_path: Path) -> Iterator[WorkerProcess]:
    """As in production, it keeps its connection to the database."""
    address, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
    process = WorkerProcess(environment, tmp_path / "worker.log")
    process.start()
    yield process
    process.kill()


def test_fan_out(worker_process: WorkerProcess) -> None:
    creators = make_creators()
    publications = [make_video(creator).publication for creator in creators]
    worker = Worker(worker_process)
    while Publication.objects.exclude(fanout_state="done").exists():  # the hints of publishing: all is warm afterwards
        time.sleep(0.1)
    for size, publication in zip(SIZES, publications, strict=True):
        measure(worker, publication, size)


def measure(worker: Worker, publication: Publication, size: int) -> None:
    quick = {"task": worker.fan_out, "one statement": one_statement, "1,000 open pages": worker.fan_out_to_listeners}
    found: dict[str, list[float]] = {name: [] for name in quick}
    worker.megabytes = []
    for number in range(ROUNDS):
        for name in sorted(quick, reverse=bool(number % 2)):
            found[name].append(seconds(quick[name], publication))
    publication.refresh_from_db()
    assert publication.told + publication.muted == size == publication.followers_at_publish
    found |= {"bulk_create": [seconds(bulk_create, publication)], "Redis ZADD": [seconds(zadd, publication)]}
    print(f"\n{size:,} followers; followers a second, and as a part of one single INSERT … SELECT:")
    single = statistics.median(found["one statement"])
    for name, times in found.items():
        print(f"  {name:18} {size / statistics.median(times):>9,.0f}/s  {single / statistics.median(times):.2f}")
    first, last = worker.megabytes[0], worker.megabytes[-1]
    print(f"  memory of the worker: {first:.0f} MB, at the end {last:.0f}, at most {max(worker.megabytes):.0f}")
