"""The deletion of a creator with 20,000 followers through a real worker that is killed ten times in the middle, and a
Redis that forgets everything. Afterwards nothing is left of it, and nothing needed a hand but the sweep."""

import random
import time

import pytest
from django_redis import get_redis_connection

from accounts import tasks
from accounts.models import Erasure, ErasureStep
from accounts.tests.factories import make_account
from follows import services as follows
from follows.models import Follow, FollowEvent
from follows.selectors import counts
from socialvideo.local.worker_process import WorkerProcess
from tests.erasing import assert_every_promise_holds, make_due
from tests.faults.test_fan_out import make_crowd
from tests.told import until
from videos.tests.factories import make_video

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
FOLLOWERS, KILLS = 20_000, 10


def test_a_worker_killed_ten_times_erases_everything_once(celery_worker_process: WorkerProcess) -> None:
    dice = random.Random(1)
    creator, bob = make_account("mira"), make_account("bob")
    make_crowd(creator, FOLLOWERS)
    follows.follow(follower=creator, followee=bob)
    make_video(creator)
    assert counts(creator.pk).followers == FOLLOWERS
    make_due(creator)

    def ended() -> int:
        return FollowEvent.objects.filter(cause="account_deleted").count()

    def is_done() -> bool:
        return Erasure.objects.filter(finished_at__isnull=False).exists()

    for number in range(KILLS):
        before = ended()
        tasks.sweep_erasures.delay()
        until(lambda before=before: ended() > before or is_done(), 60)
        time.sleep(dice.uniform(0, 0.2))
        celery_worker_process.kill()
        assert_every_promise_holds()
        if number % 3 == 0:
            get_redis_connection("default").flushall()
        celery_worker_process.start()

    until(is_done, 600, meanwhile=tasks.sweep_erasures.delay)
    assert not Follow.objects.exists()
    assert ended() == FOLLOWERS + 1
    assert ErasureStep.objects.get(part="follows").removed["followers"] == FOLLOWERS
    assert_every_promise_holds()
