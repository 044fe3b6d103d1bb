"""A fan-out to 100,000 followers while everything that it stands on breaks, at full size: workers killed ten times at
random moments, PostgreSQL and Redis stopped, killed and emptied, connections cut, delayed and swallowed, two workers at
the same publication, beat stopped. Afterwards everyone was told exactly once, and nothing needed a hand but the sweep."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django_redis import get_redis_connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import tasks
from follows.selectors import counts
from socialvideo.local.worker_process import WorkerProcess
from tests.own_site import OwnSite, Proxy
from tests.told import assert_everyone_told_once, is_done, told, until
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
FOLLOWERS = int(os.environ.get("FAULTS_FOLLOWERS", "100000"))
KILLS = 10


def make_crowd(creator: User, number: int = FOLLOWERS) -> None:
    """Accounts and edges by two statements each, as fast as the database is: the triggers run all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user (handle, email, password, name, bio, avatar, is_private, is_staff, is_superuser,"
            " joined_at) SELECT 'crowd' || n, 'crowd' || n || '@example.org', '!', '', '', '', false, false, false, now()"
            " FROM generate_series(1, %s) AS n",
            [number],
        )
        for start in range(0, number, 500):  # each edge holds three locks: more at once would not fit
            cursor.execute(
                "INSERT INTO follows_follow (follower_id, followee_id) SELECT id, %s FROM accounts_user"
                " WHERE handle LIKE 'crowd%%' AND id <> %s ORDER BY id OFFSET %s LIMIT 500",
                [creator.pk, creator.pk, start],
            )


def publish() -> Publication:
    creator = make_account("mira")
    make_crowd(creator)
    assert counts(creator.pk).followers == FOLLOWERS
    return make_video(creator).publication


def wait_until_it_goes_on(publication: Publication) -> None:
    since: list[int] = []

    def goes_on() -> bool:
        since[:] = since or [told(publication)]
        return told(publication) > since[0] or is_done(publication)

    until(goes_on, 120)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_worker_killed_ten_times(celery_worker_process: WorkerProcess, seed: int) -> None:
    dice, publication = random.Random(seed), publish()
    for number in range(KILLS):
        tasks.sweep_fan_outs.delay()
        wait_until_it_goes_on(publication)
        time.sleep(dice.uniform(0, 0.2))
        celery_worker_process.kill()
        if number % 3 == 0:
            get_redis_connection("default").flushall()
        celery_worker_process.start()

    def sweep() -> None:
        tasks.sweep_fan_outs.delay()
        time.sleep(1)

    until(lambda: is_done(publication), 300, meanwhile=sweep)
    assert_everyone_told_once(publication, FOLLOWERS)


# --- A site of its own, with beat: here nothing is done by hand -------------------------------------------------


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[OwnSite]:
    site = OwnSite(tmp_path, FANOUT_CHUNK=str(FOLLOWERS // 500))
    try:
        site.start()
        with site.connected():
            yield site
    finally:
        site.stop()


def run_through(site: OwnSite, faults: list[Callable[[], object]], **ports: int) -> None:
    """Each of the faults while the fan-out goes on."""
    publication = publish()
    worker, beat = site.worker(**ports), site.beat(**ports)
    try:
        worker.start()
        beat.start()
        for fault in faults:
            wait_until_it_goes_on(publication)
            assert not is_done(publication), "it was over before everything had gone wrong"
            fault()
        until(lambda: is_done(publication), 300)
        assert_everyone_told_once(publication, FOLLOWERS)
        assert worker.is_running()
        assert beat.is_running()
    finally:
        beat.kill()
        worker.kill()


def test_postgresql_restarted_and_killed(site: OwnSite) -> None:
    def restart() -> None:
        site.postgres.stop()
        time.sleep(2)
        site.postgres.start()

    def crash() -> None:
        assert site.postgres.process is not None
        site.postgres.process.kill()
        site.postgres.process.wait()
        site.postgres.keep_up()

    run_through(site, [restart, crash, restart])


def test_redis_emptied_restarted_and_killed(site: OwnSite) -> None:
    """M#4056: Redis was flushed, and what was queued in it was never told."""

    def restart() -> None:
        site.redis.stop()
        time.sleep(3)
        site.redis.start()

    def crash() -> None:
        assert site.redis.process is not None
        site.redis.process.kill()
        site.redis.process.wait()
        site.redis.keep_up()

    def flush() -> None:
        site.redis.client().flushall()

    run_through(site, [flush, restart, crash, flush])


def test_workers_and_beat_stopped_and_two_workers_at_once(site: OwnSite) -> None:
    """A publication that nobody hints at any more: its worker is killed while beat is away. Then two come, and beat."""
    publication = publish()
    workers, beat = [site.worker("one"), site.worker("other")], site.beat()
    try:
        workers[0].start()
        beat.start()
        wait_until_it_goes_on(publication)
        beat.kill()
        workers[0].kill()
        stood = told(publication)
        workers[0].start()
        time.sleep(3)
        assert told(publication) == stood < FOLLOWERS
        workers[1].start()
        beat.start()
        for worker in [*workers, workers[0]]:
            wait_until_it_goes_on(publication)
            worker.restart()
        until(lambda: is_done(publication), 300)
        assert_everyone_told_once(publication, FOLLOWERS)
    finally:
        beat.kill()
        for worker in workers:
            worker.kill()


@pytest.mark.shared
def test_connections_cut_delayed_and_swallowed(site: OwnSite, tmp_path: Path) -> None:
    database, redis = Proxy(site.postgres.port, tmp_path / "database"), Proxy(site.redis.port, tmp_path / "redis")

    def for_a_while(proxy: Proxy, what: str) -> Callable[[], None]:
        def fault() -> None:
            proxy.does(what)
            time.sleep(3)
            proxy.does("ok")

        return fault

    modes = ["reset", "delay 50", "hang", "drop 5000", "refuse"]
    try:
        faults = [for_a_while(proxy, what) for what in modes for proxy in (database, redis)]
        run_through(site, faults, postgres=database.port, redis=redis.port)
    finally:
        database.stop()
        redis.stop()
