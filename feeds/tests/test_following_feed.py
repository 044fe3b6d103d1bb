"""The Following feed: the way it is read answers what it is defined as, after whatever happened."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import InboxEntry
from follows import services as follows
from follows.models import Follow, Mute
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


def feed_of(viewer: User, size: int = 3) -> list[int]:
    """The whole feed, page by page."""
    found, cursor = [], ""
    while True:
        page = selectors.following_videos(viewer.pk, cursor=cursor, size=size)
        found += [video.pk for video in page.items]
        cursor = page.next_cursor
        if not cursor:
            return found


def told(viewer: User) -> list[int]:
    lines = selectors.notifications_page(viewer.pk).items
    keys = sorted((key for line in lines for key in line.publication_ids), reverse=True)
    videos = dict(Publication.objects.filter(pk__in=keys).values_list("pk", "video"))
    return [videos[key] for key in keys]


def by_definition(viewer: User) -> list[int]:
    """The definition once more, in other words than the statement's."""
    shown = []
    for publication in Publication.objects.order_by("-pk"):
        edge = Follow.objects.active().filter(follower=viewer, followee=publication.creator_id).first()
        if edge is None or publication.pk < edge.shows_from:
            continue
        mute = Mute.objects.filter(muter=viewer, muted=publication.creator_id).first()
        if mute and (mute.until is None or mute.until > timezone.now()):
            continue
        if Video.objects.visible_to(viewer.pk).filter(pk=publication.video_id).exists():
            shown.append(publication.video_id)
    return shown


# --- Random worlds --------------------------------------------------------------------------------------------


class World:
    """Five accounts; each method is an act that may befall two of them, or the n-th video or publication."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.cast = [make_account(f"person{i}") for i in range(4)]
        self.cast.append(make_account("closed", is_private=True))
        self.moderator = make_account("moderator", is_staff=True, is_superuser=True)

    def do(self, act: str, one: int, other: int, number: int) -> None:
        self.a, self.b, self.number = self.cast[one], self.cast[other], number
        self.a.refresh_from_db()
        self.pair = {"follower": self.a, "followee": self.cast[other]}
        self.publication = Publication.objects.order_by("pk")[number : number + 1].first()
        self.video = Video.objects.order_by("pk")[number : number + 1].first()
        with suppress(follows.FollowRefused, videos.Refused), transaction.atomic():
            getattr(self, act)()

    def follow(self) -> None:
        follows.follow(**self.pair)

    def unfollow(self) -> None:
        follows.unfollow(**self.pair)

    def refollow(self) -> None:
        follows.unfollow(**self.pair)
        follows.follow(**self.pair)

    def approve(self) -> None:
        follows.approve(**self.pair)

    def remove_follower(self) -> None:
        follows.remove_follower(**self.pair)

    def block(self) -> None:
        follows.block(blocker=self.a, blocked=self.b)

    def unblock(self) -> None:
        follows.unblock(blocker=self.a, blocked=self.b)

    def mute(self) -> None:
        follows.mute(muter=self.a, muted=self.b)

    def mute_till_yesterday(self) -> None:
        follows.mute(muter=self.a, muted=self.b, until=timezone.now() - timedelta(days=1))

    def unmute(self) -> None:
        follows.unmute(muter=self.a, muted=self.b)

    def bell(self) -> None:
        follows.set_bell(**self.pair, notify=["all", "none"][self.number % 2])

    def privacy(self) -> None:
        accounts.set_privacy(account=self.a, is_private=self.number % 2 == 0)

    def suspend(self) -> None:
        accounts.suspend(account=self.a, by=self.moderator, reason="test")

    def unsuspend(self) -> None:
        accounts.unsuspend(account=self.a, by=self.moderator)

    def publish(self) -> None:
        make_video(self.a, visibility="followers" if self.number == 0 else "everyone")

    def visibility(self) -> None:
        if self.video:
            visibility = ["only_me", "followers", "everyone"][self.number % 3]
            videos.edit(creator=self.video.creator, video=self.video, visibility=visibility)

    def remove_video(self) -> None:
        if self.video:
            videos.remove(by=self.moderator, video=self.video, reason="test")

    def restore_video(self) -> None:
        if self.video:
            videos.restore(by=self.moderator, video=self.video)

    def chunk(self) -> None:
        if self.publication:
            services.fan_out_chunk(self.publication.pk)

    def fan_out(self) -> None:
        if self.publication:
            services.run_fan_out(self.publication.pk)

    def pull_only(self) -> None:
        self.settings.PULL_ONLY_ABOVE = 1
        self.chunk()
        self.settings.PULL_ONLY_ABOVE = 0

    def consume(self) -> None:
        services.consume_outbox(at_most=self.number + 1)

    def see(self) -> None:
        services.see(viewer_id=self.a.pk, publication_ids=Publication.objects.values_list("pk", flat=True))


OFTEN = ["follow"] * 4 + ["publish"] * 4 + ["chunk", "consume"] * 2
ACTS = [name for name, act in vars(World).items() if callable(act) and name not in {"__init__", "do"}]
acts = st.lists(
    st.tuples(st.sampled_from(OFTEN + ACTS), st.integers(0, 4), st.integers(0, 4), st.integers(0, 9)), max_size=40
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(acts=acts)
def test_what_is_read_is_what_is_defined_after_random_acts(acts: list, settings: Any) -> None:
    settings.FANOUT_CHUNK = 1
    with transaction.atomic():
        world = World(settings)
        for act in acts:
            world.do(*act)
        for viewer in world.cast:
            defined = by_definition(viewer)
            assert [video.pk for video in selectors.pulled_videos(viewer.pk)] == defined
            assert feed_of(viewer) == defined
            assert set(told(viewer)) <= set(defined)
            new = [line.new for line in selectors.notifications_page(viewer.pk).items]
            assert selectors.unread_count(viewer.pk) == sum(new)
        transaction.set_rollback(True)


# --- What went wrong elsewhere --------------------------------------------------------------------------------


@pytest.fixture
def mira() -> User:
    return make_account("mira", name="Mira")


def test_first_follow_with_all_workers_stopped_shows_what_was_published_before(alice: User, mira: User) -> None:
    earlier = [make_video(mira).pk for _ in range(3)]
    for publication in Publication.objects.all():
        services.run_fan_out(publication.pk)
    follows.follow(follower=alice, followee=mira)
    assert feed_of(alice) == earlier[::-1]
    assert told(alice) == []
    services.consume_outbox()
    assert feed_of(alice) == earlier[::-1]
    assert told(alice) == []
    assert selectors.unread_count(alice.pk) == 0


def test_a_new_follow_brings_the_last_twenty(alice: User, mira: User) -> None:
    made = [make_video(mira).pk for _ in range(23)]
    follows.follow(follower=alice, followee=mira)
    assert feed_of(alice) == made[:2:-1]
    services.consume_outbox()
    assert feed_of(alice) == made[:2:-1]


def test_published_is_in_the_feed_at_once_with_all_workers_stopped(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    video = make_video(mira)
    assert feed_of(alice) == told(alice) == [video.pk]
    assert selectors.unread_count(alice.pk) == 1


def test_publish_then_follow_is_in_the_feed_but_not_told(alice: User, mira: User) -> None:
    video = make_video(mira)
    follows.follow(follower=alice, followee=mira)
    services.run_fan_out(video.publication.pk)
    services.consume_outbox()
    assert feed_of(alice) == [video.pk]
    assert told(alice) == []


def test_unfollow_takes_exactly_theirs_and_nothing_of_ones_own(alice: User, mira: User) -> None:
    """M#27391: unfollowing removed my own posts."""
    bob = make_account("bob")
    make_video(alice)
    for creator in (mira, bob):
        follows.follow(follower=alice, followee=creator)
        make_video(creator)
    for publication in Publication.objects.all():
        services.run_fan_out(publication.pk)
    assert len(feed_of(alice)) == 2
    unread = selectors.unread_count(alice.pk)
    follows.unfollow(follower=alice, followee=mira)
    assert feed_of(alice) == told(alice) == [video.pk for video in bob.videos.all()]
    assert selectors.unread_count(alice.pk) == unread - 1


def test_block_clears_feed_notifications_and_badge_at_once(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    follows.follow(follower=mira, followee=alice)
    services.consume_outbox()
    services.run_fan_out(make_video(mira).publication.pk)
    assert selectors.unread_count(alice.pk) == 2
    follows.block(blocker=alice, blocked=mira)
    assert feed_of(alice) == []
    assert selectors.notifications_page(alice.pk).items == []
    assert selectors.unread_count(alice.pk) == 0


def test_removal_and_visibility_count_when_the_feed_is_read(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    removed, hidden, shown = (make_video(mira) for _ in range(3))
    for publication in Publication.objects.all():
        services.run_fan_out(publication.pk)
    videos.remove(by=mira, video=removed)
    videos.edit(creator=mira, video=hidden, visibility="only_me")
    assert feed_of(alice) == told(alice) == [shown.pk]
    assert selectors.unread_count(alice.pk) == 1


def test_the_last_published_is_first_and_paging_neither_skips_nor_repeats(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    slow = make_video(mira, visibility="only_me")
    others = [make_video(mira).pk for _ in range(7)]
    videos.edit(creator=mira, video=slow, visibility="everyone")
    expected = [slow.pk, *others[::-1]]
    assert feed_of(alice, size=3) == expected
    first = selectors.following_videos(alice.pk, size=3)
    late = make_video(mira)
    second = selectors.following_videos(alice.pk, cursor=first.next_cursor, size=3)
    assert [video.pk for video in first.items + second.items] == expected[:6]
    assert feed_of(alice)[0] == late.pk


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJhIl0", "WzEsMl0", "Wy0xXQ", "WzkyMjMzNzIwMzY4NTQ3NzU4MDdd"])
def test_a_damaged_cursor_is_no_error(alice: User, cursor: str) -> None:
    assert selectors.following_videos(alice.pk, cursor=cursor).items == []
    assert selectors.notifications_page(alice.pk, cursor=cursor).items == []


def test_entries_that_lead_nowhere_abort_nothing(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    video = make_video(mira)
    services.run_fan_out(video.publication.pk)
    InboxEntry.objects.bulk_create(
        [InboxEntry(recipient_id=alice.pk, publication_id=10**12 + i, creator_id=mira.pk + i % 2) for i in range(100)]
    )
    assert feed_of(alice) == told(alice) == [video.pk]
    assert selectors.unread_count(alice.pk) == 1


@pytest.mark.parametrize("fanned_out", [False, True])
def test_a_page_costs_the_same_statements_however_many_videos(alice: User, mira: User, fanned_out: bool) -> None:
    follows.follow(follower=alice, followee=mira)
    costs = []
    for number in (1, 9):
        for _ in range(number):
            make_video(mira)
        if fanned_out:
            for publication in Publication.objects.all():
                services.run_fan_out(publication.pk)
            services.consume_outbox()
        with CaptureQueriesContext(connection) as queries:
            selectors.following_page(alice.pk, size=10)
            selectors.notifications_page(alice.pk)
            selectors.unread_count(alice.pk)
        costs.append(len(queries))
    assert costs[0] == costs[1]
