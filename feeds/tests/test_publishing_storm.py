"""A storm of everything that decides who is a follower (follows, unfollows, requests, approvals, removals, privacy flips,
blocks, mutes) against everything that publishes (uploads, schedules, edits, sweeps) and tells. On real connections. A
replay of the follow events decides who was to be told.

Without the order that publications and follow events share, five seconds of this lost some pairs for ever and told some
who were no followers."""

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.audit import CHECKS as FEEDS
from feeds.models import InboxEntry, Notification
from feeds.tests.crowds import entries, followers_by_replay, make_followers
from follows import services as follows
from follows.audit import CHECKS as FOLLOWS
from follows.models import Follow
from socialvideo.lib.testing import broken, in_threads
from videos import services as videos
from videos.audit import CHECKS as VIDEOS
from videos.models import Publication, Video
from videos.tests.factories import in_an_hour, let_its_hour_come, make_video

SECONDS = 6
State = InboxEntry.State


def shut_out(fan: User, creator: User) -> None:
    follows.block(blocker=creator, blocked=fan)
    follows.unblock(blocker=creator, blocked=fan)


def mute(fan: User, creator: User) -> None:
    follows.mute(muter=fan, muted=creator)
    follows.unmute(muter=fan, muted=creator)


ACTS: list[Callable[[User, User], object]] = [
    *[lambda fan, creator: follows.follow(follower=fan, followee=creator)] * 2,
    lambda fan, creator: follows.unfollow(follower=fan, followee=creator),
    lambda fan, creator: follows.approve(followee=creator, follower=fan),
    lambda fan, creator: follows.decline(followee=creator, follower=fan),
    lambda fan, creator: follows.remove_follower(followee=creator, follower=fan),
    shut_out,
]
LEAST = 9  # videos


class Storm:
    """Three creators, one of them private at first, and a crowd, of which the second half never mutes anybody."""

    def __init__(self, seconds: float) -> None:
        self.creators = [make_account(f"creator{n}", is_private=n == 0) for n in range(3)]
        self.crowd = list(User.objects.filter(pk__in=make_followers(self.creators[1], 24)).order_by("pk"))
        self.waiting: list[Video] = []
        self.made: list[Video] = []
        self.over = time.monotonic() + seconds

    @property
    def rages(self) -> bool:
        """So long, and until enough was published, however slow the machine."""
        return time.monotonic() < self.over or len(self.made) < LEAST

    # --- Who follows ---

    def wander(self, seed: int) -> None:
        """Somebody of the crowd does something about a creator, or a creator about them."""
        chance = random.Random(seed)
        while self.rages:
            fan, creator = chance.choice(self.crowd), chance.choice(self.creators)
            act = chance.choice([*ACTS, mute] if fan.pk < self.crowd[12].pk else ACTS)
            try:
                act(fan, creator)
            except follows.FollowRefused:
                continue

    def flip_privacy(self, creator: User) -> None:
        """Opening approves every request at once."""
        chance = random.Random(creator.pk)
        while self.rages:
            time.sleep(chance.random() / 20)
            accounts.set_privacy(account=User.objects.get(pk=creator.pk), is_private=chance.random() < 0.5)

    # --- What goes out ---

    def publish(self, creator: User) -> None:
        """At once, opened later, or scheduled; and edits, which tell nobody."""
        chance = random.Random(creator.pk)
        while self.rages:
            way = chance.choice(["at once", "opened", "scheduled"])
            video = make_video(
                creator,
                visibility="only_me" if way == "opened" else "everyone",
                publish_at=in_an_hour() if way == "scheduled" else None,
            )
            self.made.append(video)
            if way == "scheduled":
                self.waiting.append(video)
            for visibility in ("followers", "everyone") if way == "opened" else ("followers",):
                videos.edit(creator=creator, video=video, visibility=visibility)

    def let_hours_come(self) -> None:
        while self.rages:
            for video in list(self.waiting):
                let_its_hour_come(video)
            time.sleep(0.05)

    def sweep(self) -> None:
        while self.rages:
            videos.publish_due()
            time.sleep(0.01)

    def tell(self) -> None:
        while self.rages:
            for publication_id in selectors.unfinished_fan_outs():
                services.continue_fan_out(publication_id, chunks=1)
            services.consume_outbox(at_most=20)


@pytest.mark.django_db(transaction=True)
def test_the_replay_decides_who_is_told(settings: Any) -> None:
    settings.FANOUT_CHUNK = 5
    storm = Storm(SECONDS)
    in_threads(
        *[partial(storm.wander, seed) for seed in range(5)],
        *[partial(storm.flip_privacy, creator) for creator in storm.creators[:2]],
        *[partial(storm.publish, creator) for creator in storm.creators],
        *[storm.let_hours_come, storm.sweep, storm.sweep, storm.tell, storm.tell],
    )
    settle(storm)
    publications = list(Publication.objects.all())
    assert len(publications) == Video.objects.count() >= LEAST, "a video was lost, or the storm was none"
    assert any(publication.video_id == video.pk for video in storm.waiting for publication in publications)
    for publication in publications:
        assert_told_as_replayed(publication, steady={fan.pk for fan in storm.crowd[12:]})
    for fan in storm.crowd:
        shown = [video.pk for video in selectors.following_videos(fan.pk, size=1000).items]
        assert shown == [video.pk for video in selectors.pulled_videos(fan.pk)]
    for creator in storm.creators:
        assert_one_notice_a_pair(creator, storm.crowd)
    assert broken([*FEEDS, *VIDEOS, *FOLLOWS]) == {}


def settle(storm: Storm) -> None:
    """What is under way comes to its end, by sweeps alone."""
    for video in storm.waiting:
        let_its_hour_come(video)
    videos.publish_due(at_most=1000)
    for publication_id in selectors.unfinished_fan_outs():
        services.run_fan_out(publication_id)
    while services.consume_outbox():
        pass


def assert_told_as_replayed(publication: Publication, *, steady: set[int]) -> None:
    """Everyone who stayed has an entry, nobody else a notice; who never mutes is told in any case."""
    followers, has = followers_by_replay(publication), entries(publication)
    noticed = {recipient_id for recipient_id, state in has.items() if state > State.FEED_ONLY}
    stayed = set(selectors.recipients(publication))
    edges = Follow.objects.active().filter(followee=publication.creator_id, since__lt=publication.pk)
    assert stayed == set(edges.values_list("follower_id", flat=True))
    assert publication.followers_at_publish == len(followers)
    assert stayed <= has.keys()
    assert stayed & steady <= noticed <= followers
    assert publication.told == len(noticed)
    assert publication.told + publication.muted + publication.left_first == len(followers)


def assert_one_notice_a_pair(creator: User, crowd: list[User]) -> None:
    """However often somebody asked and took it back: what is unseen is the last that stands."""
    edges = dict(Follow.objects.of_followee(creator.pk).values_list("follower_id", "state"))
    of_pairs = Notification.objects.unseen().filter(recipient_id=creator.pk, kind__in=["followed", "requested"])
    actors = list(of_pairs.values_list("actor_id", flat=True))
    assert len(actors) == len(set(actors))
    assert set(actors) <= edges.keys()
    asking = {fan.pk for fan in crowd if edges.get(fan.pk) == "requested"}
    assert set(of_pairs.filter(kind="requested").values_list("actor_id", flat=True)) == asking
