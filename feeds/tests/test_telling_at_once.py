"""Telling under real concurrency: killed in the middle, two workers on one publication, follows and unfollows while
videos are published. On real connections; a replay of the events decides who was to be told."""

import os
import random
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services, tasks
from feeds.audit import CHECKS
from feeds.models import InboxEntry, Notification
from feeds.tests.crowds import entries, make_followers
from follows import services as follows
from follows.models import Follow, FollowEvent
from socialvideo.lib.testing import broken, in_threads
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def audited() -> Iterator[None]:
    yield
    assert broken(CHECKS) == {}


def followers_by_replay(publication: Publication) -> set[int]:
    """Whom the events before the publication leave following."""
    events = FollowEvent.objects.filter(followee_id=publication.creator_id, id__lt=publication.pk).order_by("id")
    last = dict(events.values_list("follower_id", "after"))
    return {follower_id for follower_id, after in last.items() if after == "active"}


def telling_process(publication: Publication) -> int:
    """A process of its own that tells the publication's followers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the test runner's own threads are not needed there
        child = os.fork()
    if child:
        return child
    try:
        for inherited in connections.all(initialized_only=True):
            inherited.connection = None
        services.run_fan_out(publication.pk)
    finally:
        os._exit(0)


def test_killed_in_the_middle_it_goes_on_and_everyone_has_exactly_one_entry(settings: Any) -> None:
    """PT: notices were sent by a loop in one process; killed, it had told some, and nobody knew whom."""
    settings.FANOUT_CHUNK = 2
    mira = make_account("mira")
    fans = make_followers(mira, 600)
    publication = make_video(mira).publication
    for _ in range(3):
        publication.refresh_from_db()
        before = publication.told
        child = telling_process(publication)
        while publication.told < before + 20:
            publication.refresh_from_db()
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, "it ended before it was killed"
    publication.refresh_from_db()
    assert publication.fanout_state == "running"
    assert 60 <= publication.told < 600
    assert selectors.unread_count(fans[-1]) == 1
    services.run_fan_out(publication.pk)
    publication.refresh_from_db()
    assert set(entries(publication)) == set(fans)
    assert (publication.fanout_state, publication.told, publication.left_first) == ("done", 600, 0)


def test_workers_on_the_same_publication_tell_everyone_once(settings: Any) -> None:
    settings.FANOUT_CHUNK = 7
    mira = make_account("mira")
    fans = make_followers(mira, 300)
    publication = make_video(mira).publication

    def work() -> None:
        while Publication.objects.filter(pk=publication.pk, fanout_state__in=["pending", "running"]).exists():
            services.continue_fan_out(publication.pk)

    in_threads(*[work] * 6)
    publication.refresh_from_db()
    assert set(entries(publication)) == set(fans)
    assert (publication.told, publication.left_first) == (300, 0)


def test_a_publication_in_other_hands_is_left_alone() -> None:
    mira = make_account("mira")
    make_followers(mira, 3)
    publication = make_video(mira).publication
    with transaction.atomic():
        Publication.objects.select_for_update().get(pk=publication.pk)
        in_threads(lambda: services.run_fan_out(publication.pk))
    assert entries(publication) == {}
    services.run_fan_out(publication.pk)
    assert len(entries(publication)) == 3


def test_consumers_of_the_outbox_act_once_on_each_event() -> None:
    mira, zoe = make_account("mira"), make_account("zoe")
    for creator in (mira, zoe):
        make_video(creator)
    fans = make_followers(mira, 60)
    Follow.objects.bulk_create([Follow(follower_id=fan, followee=zoe) for fan in fans])

    def work() -> None:
        while services.consume_outbox(at_most=5):
            pass

    in_threads(*[work] * 5)
    assert InboxEntry.objects.filter(state=InboxEntry.State.FEED_ONLY).count() == 120
    lines = selectors.notifications_page(mira.pk).items
    assert sum(line.events for line in lines if line.kind == "followed") == 60


def wait_until_somebody_waits_for_me() -> None:
    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            return cursor.fetchone() is not None

    eventually(somebody_waits)


def test_whoever_looks_while_notices_are_taken_back_is_waited_for() -> None:
    """Taken in the order in which their follows ended, notices and a reader's listing of them waited crosswise: one of the
    two failed."""
    mira = make_account("mira")
    one, other = make_account("one"), make_account("other")
    for fan in (other, one):
        follows.follow(follower=fan, followee=mira)
        services.consume_outbox()
    for fan in (one, other):
        follows.unfollow(follower=fan, followee=mira)
    first, second = Notification.objects.order_by("pk").values_list("pk", flat=True)

    def look() -> None:
        with transaction.atomic():
            services.see(viewer_id=mira.pk, notification_ids=[first])
            wait_until_somebody_waits_for_me()
            services.see(viewer_id=mira.pk, notification_ids=[second])

    in_threads(look, lambda: eventually(lambda: services.consume_outbox() > 0))
    assert Notification.objects.filter(seen_at__isnull=False).count() == 2


def test_fifty_readers_seeing_at_once_and_a_fan_out_make_one_entry() -> None:
    mira = make_account("mira")
    (fan,) = make_followers(mira, 1)
    publication = make_video(mira).publication
    see = lambda: services.see(viewer_id=fan, publication_ids=[publication.pk])  # noqa: E731
    in_threads(*[see] * 8, lambda: services.run_fan_out(publication.pk), *[see] * 8)
    assert entries(publication) == {fan: InboxEntry.State.SEEN}


def test_fifty_deliveries_of_one_event_at_once_are_one_notice() -> None:
    """G#2890: looked for first and written then, an event that arrived twice at once was told twice."""
    mira = make_account("mira")
    (fan,) = make_followers(mira, 1)
    publication = make_video(mira).publication
    notify = partial(services.notify, kind="followed", recipient_id=mira.pk, event_key="follow:1", actor_id=fan)
    fan_out = partial(services.run_fan_out, publication.pk)
    in_threads(*[notify, fan_out] * 50)
    assert Notification.objects.filter(event_key="follow:1").count() == 1
    assert entries(publication) == {fan: InboxEntry.State.ALERTED}


def finish_everything() -> None:
    for publication_id in selectors.unfinished_fan_outs():
        services.run_fan_out(publication_id)
    tasks.consume_outbox()


def assert_told_as_replayed(publication: Publication) -> None:
    publication.refresh_from_db()
    followers = followers_by_replay(publication)
    noticed = {recipient for recipient, state in entries(publication).items() if state > InboxEntry.State.FEED_ONLY}
    stayed = Follow.objects.active().filter(followee=publication.creator_id, since__lt=publication.pk)
    assert publication.followers_at_publish == len(followers)
    assert set(stayed.values_list("follower_id", flat=True)) <= noticed <= followers
    assert publication.told == len(noticed)


class Storm:
    """A crowd that follows and unfollows, creators who publish, workers who tell: all for some seconds."""

    def __init__(self, seconds: float) -> None:
        self.creators = [make_account(f"creator{i}") for i in range(2)]
        self.crowd = list(User.objects.filter(pk__in=make_followers(self.creators[0], 24)))
        self.publications: list[Publication] = []
        self.over = time.monotonic() + seconds

    def rages(self) -> bool:
        return time.monotonic() < self.over

    def tap(self, seed: int) -> None:
        chance = random.Random(seed)
        while self.rages():
            act = chance.choice([follows.follow, follows.unfollow])
            act(follower=chance.choice(self.crowd), followee=chance.choice(self.creators))

    def publish(self, creator: User) -> None:
        while self.rages():
            self.publications.append(make_video(creator).publication)

    def tell(self) -> None:
        while self.rages():
            for publication_id in selectors.unfinished_fan_outs():
                services.continue_fan_out(publication_id, chunks=1)
            services.consume_outbox(at_most=20)


def test_in_a_storm_of_follows_and_unfollows_the_replay_decides_who_is_told(settings: Any) -> None:
    settings.FANOUT_CHUNK = 5
    storm = Storm(seconds=6)
    publishers = [partial(storm.publish, creator) for creator in storm.creators]
    in_threads(*[partial(storm.tap, seed) for seed in range(5)], *publishers, storm.tell, storm.tell)
    finish_everything()
    assert len(storm.publications) >= 10
    for publication in storm.publications:
        assert_told_as_replayed(publication)
    for follower in storm.crowd:
        shown = [video.pk for video in selectors.following_videos(follower.pk, size=1000).items]
        assert shown == [video.pk for video in selectors.pulled_videos(follower.pk)]


def test_a_real_worker_tells_backfills_and_survives_being_killed(celery_worker_process: Any) -> None:
    mira, late = make_account("mira"), make_account("late")
    fans = make_followers(mira, 40)
    first = make_video(mira).publication
    eventually(lambda: set(entries(first)) == set(fans))
    celery_worker_process.kill()
    second = make_video(mira).publication
    follows.follow(follower=late, followee=mira)
    assert entries(second) == {}
    celery_worker_process.start()
    tasks.sweep_fan_outs.delay()
    eventually(lambda: set(entries(second)) == {*fans, late.pk})
    eventually(lambda: entries(first).get(late.pk) == InboxEntry.State.FEED_ONLY)
    assert {entries(second)[fan] for fan in fans} == {InboxEntry.State.ALERTED}


def eventually(holds: Callable[[], bool], seconds: float = 30) -> None:
    over = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < over, "it never came"
        time.sleep(0.05)
