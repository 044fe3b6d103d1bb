"""Recipients, devices and folders all at once, on real connections: counts are the rows, states only grow."""

import random
from functools import partial

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import InboxEntry, Reach, ReachDelta
from feeds.selectors.delivery import Reached
from feeds.tests.crowds import entries, make_followers
from follows.models import Follow, Mute
from socialvideo.lib.testing import in_threads
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)
State = InboxEntry.State
STEPS = [State.SEEN, State.OPENED, State.WATCHED]


def assert_counts_are_rows(publications: list[Publication]) -> None:
    found = selectors.reach([each.pk for each in publications])
    for publication in publications:
        states = entries(publication).values()
        rows = Reached(*(sum(state >= step for state in states) for step in STEPS))
        assert found.get(publication.pk, Reached()) == rows


def fold_all() -> None:
    while services.fold_reach(at_most=3):
        pass


def test_fifty_at_once_are_one() -> None:
    mira = make_account("mira")
    (fan,) = make_followers(mira, 1)
    publication = make_video(mira).publication
    services.run_fan_out(publication.pk)
    see = partial(services.reached, viewer_id=fan, state=State.SEEN, video_ids=[publication.video_id])
    in_threads(*[see] * 50)
    assert entries(publication) == {fan: State.SEEN}
    assert ReachDelta.objects.count() == 1
    assert_counts_are_rows([publication])


@pytest.mark.parametrize("seed", range(3))
def test_after_random_acts_at_once_the_counts_are_the_rows(seed: int) -> None:
    """Two fan-outs finished, one in the middle, one pull-only; some mute, some have the bell off, some leave."""
    chance = random.Random(seed)
    mira = make_account("mira")
    fans = make_followers(mira, 12)
    Follow.objects.filter(follower_id__in=fans[:3]).update(notify="none")
    Mute.objects.create(muter_id=fans[3], muted=mira)
    publications = [make_video(mira).publication for _ in range(4)]
    for publication in publications[:2]:
        services.run_fan_out(publication.pk)
    Publication.objects.filter(pk=publications[3].pk).update(fanout_state="pull_only", pull_only=12)
    video_ids = [each.video_id for each in publications]

    def acts(seed: int) -> None:
        mine = random.Random(seed)
        for _ in range(25):
            some = mine.sample(video_ids, mine.randint(1, 4))
            viewer_id = mine.choice(fans[:6])  # few, so that they meet
            if mine.random() < 0.2:
                video = Video.objects.get(pk=some[0])
                videos.record_watch(viewer=User.objects.get(pk=viewer_id), video=video, ms=5000)
            elif mine.random() < 0.5:
                services.reached(viewer_id=viewer_id, state=mine.choice(STEPS), video_ids=some)
            else:
                some_ids = [each.pk for each in publications if each.video_id in some]
                services.see(viewer_id=viewer_id, publication_ids=mine.sample(some_ids, len(some_ids)))

    def leave() -> None:
        Follow.objects.filter(follower_id=fans[5]).delete()

    in_threads(
        *[partial(acts, chance.random()) for _ in range(8)],
        partial(services.run_fan_out, publications[2].pk),
        *[fold_all] * 2,
        leave,
    )
    assert_counts_are_rows(publications)
    fold_all()
    assert_counts_are_rows(publications)
    assert not ReachDelta.objects.exists()
    for publication in publications:
        assert entries(publication).get(fans[3], State.FEED_ONLY) == State.FEED_ONLY
        assert set(entries(publication)) <= set(fans)


def test_devices_that_report_overlapping_pages_do_not_deadlock() -> None:
    mira = make_account("mira")
    (fan,) = make_followers(mira, 1)
    publications = [make_video(mira).publication for _ in range(20)]
    for publication in publications[::2]:
        services.run_fan_out(publication.pk)
    ids = [each.pk for each in publications]

    def report(seed: int) -> None:
        mine = random.Random(seed)
        for _ in range(10):
            services.see(viewer_id=fan, publication_ids=mine.sample(ids, 15))
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

    tell = [partial(services.run_fan_out, each) for each in ids[1::2]]
    in_threads(*[partial(report, seed) for seed in range(8)], *tell[:4])
    assert_counts_are_rows(publications)


def test_feeds_that_report_crosswise_do_not_deadlock() -> None:
    """What one tab saw another one opened, and the other way round."""
    mira = make_account("mira")
    (fan,) = make_followers(mira, 1)
    publications = [make_video(mira).publication for _ in range(20)]
    ids = [each.video_id for each in publications]

    def report(way: int) -> None:
        for pair in zip(ids[::2], ids[1::2], strict=True):
            seen, opened = pair[::way]
            services.report_cards(viewer_id=fan, shown={seen: "following"}, opened=[opened])

    in_threads(*[partial(report, way) for way in (1, -1)] * 4)
    assert set(InboxEntry.objects.values_list("state", flat=True)) == {State.OPENED}
    assert_counts_are_rows(publications)


def test_folders_at_once_fold_each_delta_once() -> None:
    mira = make_account("mira")
    fans = make_followers(mira, 30)
    publication = make_video(mira).publication
    services.run_fan_out(publication.pk)
    for fan in fans:
        services.reached(viewer_id=fan, state=State.WATCHED, video_ids=[publication.video_id])
    in_threads(*[fold_all] * 6)
    fold_all()
    assert Reach.objects.values_list("seen", "opened", "watched").get() == (30, 30, 30)
    assert not ReachDelta.objects.exists()
