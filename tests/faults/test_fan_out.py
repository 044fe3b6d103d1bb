"""A fan-out to 100,000 followers through a real worker that is killed ten times in the middle, and a Redis that forgets
everything. Afterwards everyone has exactly one entry, and nothing needed a hand but the sweep."""

import random
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django_redis import get_redis_connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import tasks
from feeds.audit import CHECKS
from feeds.models import InboxEntry
from follows.selectors import counts
from socialvideo.lib.audit import breaches
from socialvideo.local.worker_process import WorkerProcess
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
FOLLOWERS, KILLS = 100_000, 10


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


def until(holds: Callable[[], bool], seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        meanwhile()
        time.sleep(0.2)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_worker_killed_ten_times_tells_everyone_once(celery_worker_process: WorkerProcess, seed: int) -> None:
    dice = random.Random(seed)
    creator = make_account("mira")
    make_crowd(creator)
    assert counts(creator.pk).followers == FOLLOWERS
    publication = make_video(creator).publication

    def entries() -> int:
        return InboxEntry.objects.filter(publication_id=publication.pk).count()

    for number in range(KILLS):
        told = entries()
        tasks.sweep_fan_outs.delay()
        until(lambda told=told: entries() > told or is_done(publication), 60)
        time.sleep(dice.uniform(0, 0.2))
        celery_worker_process.kill()
        if number % 3 == 0:
            get_redis_connection("default").flushall()
        celery_worker_process.start()

    until(lambda: is_done(publication), 300, meanwhile=tasks.sweep_fan_outs.delay)
    publication.refresh_from_db()
    assert entries() == FOLLOWERS == publication.told
    assert publication.left_first == 0
    assert {check.name: breaches(check) for check in CHECKS if breaches(check)} == {}


def is_done(publication: Publication) -> bool:
    return Publication.objects.filter(pk=publication.pk, fanout_state="done").exists()
