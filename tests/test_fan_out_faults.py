"""A fan-out through real workers while what they stand on breaks: they are killed, their connections to the database are
cut, Redis forgets everything and is away, two are at the same publication. Afterwards everyone was told exactly once,
and nothing needed a hand but the sweep. At full size: tests/faults."""

import os
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction

from accounts.tests.factories import make_account
from feeds import tasks
from feeds.tests.crowds import make_followers
from socialvideo.celery import app
from socialvideo.local.folder import Folder
from socialvideo.local.servers import Redis
from socialvideo.local.worker_process import WorkerProcess
from tests.told import assert_everyone_told_once, is_done, told, until
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)
FOLLOWERS = 400
SMALL_CHUNKS = pytest.mark.parametrize("stopped_worker", [{"FANOUT_CHUNK": "5"}], indirect=True)


def publish() -> Publication:
    mira = make_account("mira")
    make_followers(mira, FOLLOWERS)
    return make_video(mira).publication


def goes_on(publication: Publication, since: int) -> bool:
    return told(publication) > since or is_done(publication)


@SMALL_CHUNKS
def test_a_worker_killed_at_random_moments(celery_worker_process: WorkerProcess) -> None:
    """PT: a notifier that looped in its process told the rest to nobody when it was killed."""
    dice, publication = random.Random(1), publish()
    for _ in range(3):
        before = told(publication)
        tasks.sweep_fan_outs.delay()
        until(partial(goes_on, publication, before))
        time.sleep(dice.uniform(0, 0.1))
        celery_worker_process.restart()
    until(partial(is_done, publication), meanwhile=sweep_now_and_then())
    assert_everyone_told_once(publication, FOLLOWERS)


def sweep_now_and_then(sweep: Callable[[], object] = tasks.sweep_fan_outs.delay) -> Callable[[], None]:
    """As beat does."""
    last = 0.0

    def perhaps() -> None:
        nonlocal last
        if time.monotonic() > last + 1:
            last = time.monotonic()
            sweep()

    return perhaps


CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@SMALL_CHUNKS
def test_connections_to_the_database_that_are_cut(celery_worker_process: WorkerProcess) -> None:
    publication, cut = publish(), 0
    sweep = sweep_now_and_then()
    for _ in range(4):
        before = told(publication)
        until(partial(goes_on, publication, before), meanwhile=sweep)
        with connection.cursor() as cursor:
            cursor.execute(CUT)
            cut += cursor.fetchone()[0]
    assert cut
    until(partial(is_done, publication), meanwhile=sweep)
    assert_everyone_told_once(publication, FOLLOWERS)


@SMALL_CHUNKS
def test_two_workers_on_the_same_publication(celery_worker_process: WorkerProcess, tmp_path: Path) -> None:
    other = WorkerProcess(celery_worker_process.env, tmp_path / "other.log")
    other.start()
    publication = publish()
    hint = sweep_now_and_then(lambda: [tasks.sweep_fan_outs.delay() for _ in range(10)])
    until(partial(is_done, publication), meanwhile=hint)
    other.kill()
    assert_everyone_told_once(publication, FOLLOWERS)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    """One that may be stopped."""
    folder = Folder(tmp_path / "own")
    folder.create()
    server = Redis(folder, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def its_worker(own_redis: Redis, tmp_path: Path) -> Iterator[WorkerProcess]:
    address, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    worker = WorkerProcess(
        os.environ
        | {
            "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
            "REDIS_URL": own_redis.folder.redis_url(),
            "FANOUT_CHUNK": "5",
        },
        tmp_path / "worker.log",
    )
    worker.start()
    yield worker
    worker.kill()


def sweep_through(server: Redis) -> Callable[[], None]:
    url = server.folder.redis_url().replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")

    def hint() -> None:
        with app.connection_for_write(url) as broker:
            tasks.sweep_fan_outs.apply_async(connection=broker)

    return sweep_now_and_then(hint)


@pytest.mark.usefixtures("its_worker")
def test_a_redis_that_forgets_and_is_away(own_redis: Redis) -> None:
    """M#4056: Redis was flushed, and what was queued in it was never told."""
    publication = publish()
    sweep = sweep_through(own_redis)
    until(lambda: told(publication) > 0, meanwhile=sweep)
    own_redis.client().flushall()
    until(partial(goes_on, publication, told(publication)), meanwhile=sweep)
    own_redis.stop()
    time.sleep(1)
    own_redis.start()
    until(partial(is_done, publication), meanwhile=sweep)
    assert_everyone_told_once(publication, FOLLOWERS)


def test_a_task_whose_end_redis_was_not_told(own_redis: Redis, its_worker: WorkerProcess) -> None:
    """A worker held the task for unfinished, and took no other for ever."""
    publication, redis = publish(), own_redis.client()
    sweep = sweep_through(own_redis)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE feeds_inboxentry")
        until(a_statement_waits, meanwhile=sweep)
        redis.config_set("maxclients", 1)  # which lets in nobody else
        redis.client_kill_filter(_type="normal", skipme=True)
    until(lambda: "Connection to broker lost" in its_worker.output(), 30)
    redis.config_set("maxclients", 100)
    until(partial(is_done, publication), 30, meanwhile=sweep)
    assert_everyone_told_once(publication, FOLLOWERS)


def a_statement_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'feeds_inboxentry'::regclass AND NOT granted)"
        )
        return bool(cursor.fetchone()[0])
