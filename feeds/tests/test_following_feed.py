"""The Following feed: the way it is read answers what it is defined as, after whatever happened."""

from datetime import timedelta

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
    page = selectors.notifications_page(viewer.pk)
    return [notice.video.pk for notice in page.items if notice.is_new_video]


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

ACTS = [
    "follow",
    "follow",
    "follow",
    "unfollow",
    "refollow",
    "approve",
    "remove",
    "block",
    "unblock",
    "mute",
    "mute_over",
    "unmute",
    "bell",
    "private",
    "public",
    "suspend",
    "unsuspend",
    "publish",
    "publish",
    "publish",
    "publish_for_followers",
    "hide",
    "show",
    "remove_video",
    "restore_video",
    "chunk",
    "chunk",
    "fan_out",
    "pull_only",
    "backfill",
    "backfill",
    "see",
]
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 4), st.integers(0, 4), st.integers(0, 9)), max_size=40)


class World:
    """Five accounts and one act at a time."""

    def __init__(self) -> None:
        self.cast = [make_account(f"person{i}") for i in range(4)]
        self.cast.append(make_account("closed", is_private=True))
        self.moderator = make_account("moderator", is_staff=True, is_superuser=True)

    def do(self, act: str, one: int, other: int, number: int, pull_only: object) -> None:
        a, b = self.cast[one], self.cast[other]
        try:
            with transaction.atomic():
                self._do(act, a, b, number, pull_only)
        except (follows.FollowRefused, videos.Refused):
            pass

    def _do(self, act: str, a: User, b: User, number: int, pull_only: object) -> None:
        for account in (a, b):
            account.refresh_from_db()
        pair = {"follower": a, "followee": b}
        publication = Publication.objects.order_by("pk")[number : number + 1].first()
        video = Video.objects.order_by("pk")[number : number + 1].first()
        match act:
            case "follow":
                follows.follow(**pair)
            case "unfollow":
                follows.unfollow(**pair)
            case "refollow":
                follows.unfollow(**pair)
                follows.follow(**pair)
            case "approve":
                follows.approve(**pair)
            case "remove":
                follows.remove_follower(**pair)
            case "block" if a != b:
                follows.block(blocker=a, blocked=b)
            case "unblock":
                follows.unblock(blocker=a, blocked=b)
            case "mute" | "mute_over" if a != b:
                until = timezone.now() - timedelta(minutes=1) if act == "mute_over" else None
                follows.mute(muter=a, muted=b, until=until)
            case "unmute":
                follows.unmute(muter=a, muted=b)
            case "bell":
                follows.set_bell(**pair, notify=["all", "none"][number % 2])
            case "private" | "public":
                accounts.set_privacy(account=a, is_private=act == "private")
            case "suspend":
                accounts.suspend(account=a, by=self.moderator, reason="test")
            case "unsuspend":
                accounts.unsuspend(account=a, by=self.moderator)
            case "publish" | "publish_for_followers":
                make_video(a, visibility="everyone" if act == "publish" else "followers")
            case "hide" | "show" if video:
                visibility = "only_me" if act == "hide" else "everyone"
                videos.edit(creator=video.creator, video=video, visibility=visibility)
            case "remove_video" if video:
                videos.remove(by=self.moderator, video=video, reason="test")
            case "restore_video" if video:
                videos.restore(by=self.moderator, video=video)
            case "chunk" if publication:
                services.fan_out_chunk(publication.pk)
            case "fan_out" if publication:
                services.run_fan_out(publication.pk)
            case "pull_only" if publication:
                pull_only(publication)
            case "backfill":
                services.consume_outbox(at_most=number + 1)
            case "see":
                services.see(viewer_id=a.pk, publication_ids=Publication.objects.values_list("pk", flat=True))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(acts=acts)
def test_what_is_read_is_what_is_defined_after_random_acts(acts: list, settings: object) -> None:
    settings.FANOUT_CHUNK = 1

    def pull_only(publication: Publication) -> None:
        settings.PULL_ONLY_ABOVE = 1
        services.fan_out_chunk(publication.pk)
        settings.PULL_ONLY_ABOVE = 0

    with transaction.atomic():
        world = World()
        for act in acts:
            world.do(*act, pull_only)
        for viewer in world.cast:
            defined = by_definition(viewer)
            assert [video.pk for video in selectors.pulled_videos(viewer.pk)] == defined
            assert feed_of(viewer) == defined
            assert set(told(viewer)) <= set(defined)
            unseen = [n for n in selectors.notifications_page(viewer.pk).items if n.unseen]
            assert selectors.unread_count(viewer.pk) == len(unseen)
        transaction.set_rollback(True)


# --- What went wrong elsewhere --------------------------------------------------------------------------------


@pytest.fixture
def alice() -> User:
    return make_account("alice")


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
