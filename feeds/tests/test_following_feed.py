"""The Following feed: the way it is read answers what it is defined as, after whatever happened."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_redis import get_redis_connection
from hypothesis import HealthCheck, given, settings

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import InboxEntry
from feeds.tests.worlds import World, acts, by_definition, feed_of
from follows import services as follows
from follows.models import Follow
from socialvideo.lib.testing import worlds
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


def told(viewer: User) -> list[int]:
    lines = selectors.notifications_page(viewer.pk).items
    keys = sorted((key for line in lines for key in line.publication_ids), reverse=True)
    videos = dict(Publication.objects.filter(pk__in=keys).values_list("pk", "video"))
    return [videos[key] for key in keys]


def assert_the_page_knows_what_it_lacks(viewer: User, defined: list[int], number: int) -> None:
    """A page that shows some of the feed, and something that is in it no more."""
    published = Publication.objects.in_bulk(field_name="video_id")
    shown = [pk for place, pk in enumerate(defined) if place % 3 == number % 3]
    shown += [pk for pk in published if pk not in defined][:number]
    lowest = min((published[pk].pk for pk in shown), default=0)
    absent = selectors.absent_from(viewer.pk, shown)
    assert absent.new == [pk for pk in defined if published[pk].pk >= lowest and pk not in shown]
    assert set(absent.gone) == set(shown) - set(defined)
    assert [card.video.pk for card in selectors.cards_of(viewer.pk, absent.new)] == absent.new


def assert_why_is_true(viewer: User, cast: list[User], defined: list[int]) -> None:
    for video in Video.objects.all():
        answer = selectors.explain(viewer.pk, str(video.pk)).answer
        assert answer
        assert answer.is_here == (video.pk in defined)
        assert_nothing_leaks(viewer, video, answer)
    for account in cast:
        answer = selectors.explain(viewer.pk, f"@{account.handle}").answer
        assert answer
        assert answer.is_here == Video.objects.filter(pk__in=defined, creator=account).exists()
        if answer.cursor:
            first = selectors.following_videos(viewer.pk, cursor=answer.cursor, size=1).items[0]
            assert first.pk == next(pk for pk in defined if Video.objects.get(pk=pk).creator == account)


def assert_nothing_leaks(viewer: User, video: Video, answer: selectors.Answer) -> None:
    """Who cannot see a video hears what whoever asks for nothing at all hears, unless they were told of it, or know it."""
    if video.creator == viewer or Video.objects.visible_to(viewer.pk).filter(pk=video.pk).exists():
        return
    edge = Follow.objects.active().filter(follower=viewer, followee=video.creator).first()
    publication = Publication.objects.filter(video=video).first()
    was_told = edge and publication and edge.since < publication.pk
    if was_told or Video.objects.visible_to(None).filter(pk=video.pk).exists():
        assert answer.code not in {"here", "own_scheduled", "own_processing"}
    else:
        assert answer == selectors.explain(viewer.pk, "999999999").answer


@pytest.mark.random_acts
@settings(
    **worlds(6),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(acts=acts)
def test_what_is_read_is_what_is_defined_after_random_acts(acts: list, settings: Any) -> None:
    """M#12084: a rebuild skipped followed accounts for years. G#3289: the path of the database ignored a rule that the
    path of the cache kept. Here both ways of reading, and what explains them, are one."""
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
            assert_the_page_knows_what_it_lacks(viewer, defined, len(acts) % 4)
            assert_why_is_true(viewer, world.cast, defined)
        transaction.set_rollback(True)


# --- What went wrong elsewhere --------------------------------------------------------------------------------


def test_first_follow_with_all_workers_stopped_shows_what_was_published_before(alice: User, mira: User) -> None:
    """M#16152: the first follow left an empty feed, for its backfill waited in a slow queue."""
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
    """G#1459: a new follow's videos appeared "a few posts later". PF: follower ids, cached for two hours, missed it."""
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
    """M#27391: unfollowing removed my own posts. M#38048: the ids to remove were read after the follow was gone."""
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
    """M#38048, M#16205: an unfollow or a block left posts behind, on one surface or another."""
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
    """L: the feed was ordered by the upload's id, so that what was opened late was born old."""
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
    """M#32001: one dangling reference aborted the batch."""
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


def test_an_emptied_cache_takes_nothing_from_the_feed(alice: User, mira: User) -> None:
    """M#4056, PF: Redis was the only copy. G#3568: a cache was refilled around gaps after a restart."""
    follows.follow(follower=alice, followee=mira)
    made = []
    for _ in range(3):
        made += [make_video(mira).pk for _ in range(3)]
        services.run_fan_out(Publication.objects.latest("pk").pk)
        get_redis_connection("default").flushall()
        assert feed_of(alice) == made[::-1]
        assert selectors.unread_count(alice.pk) == len(made)


def test_what_brings_the_feed_is_read_by_one_statement(alice: User, mira: User) -> None:
    """The badge and who posted lately share it, on every page."""
    follows.follow(follower=alice, followee=mira)
    for _ in range(3):
        make_video(mira)
    client = Client()
    client.force_login(alice)
    with CaptureQueriesContext(connection) as queries:
        client.get("/explore/")
    asked = [query["sql"] for query in queries if "feeds_overview" in query["sql"] or "feeds_following" in query["sql"]]
    assert len(asked) == 1
    seen = selectors.overview(alice.pk)
    assert (seen.unseen, selectors.posted_lately(seen)) == (3, [mira])


# --- Empty ----------------------------------------------------------------------------------------------------


def test_an_empty_feed_says_why_it_is_empty(client: Client, alice: User, mira: User) -> None:
    """L#899: what led to the list vanished with the only account in it."""

    def says() -> str:
        return client.get("/following/").content.decode()

    client.force_login(alice)
    assert "You follow nobody yet" in says()
    accounts.set_privacy(account=mira, is_private=True)
    follows.follow(follower=alice, followee=mira)
    assert "Nobody has let you in yet" in says()
    follows.approve(followee=mira, follower=alice)
    assert "Nothing published yet" in says()
    make_video(mira)
    assert "You are all caught up" in says()
    assert "The last 7 days brought 1 video." in says()
    follows.mute(muter=alice, muted=mira, until=timezone.now() + timedelta(days=2))
    assert "You muted everybody you follow" in says()
    assert "The first mute ends by itself" in says()


def test_what_the_last_days_brought_is_exact_or_said_to_be_a_part(
    alice: User, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    follows.follow(follower=alice, followee=mira)
    for _ in range(4):
        make_video(mira)
    videos.edit(creator=mira, video=mira.videos.latest("pk"), visibility="only_me")
    assert selectors.brought_lately(alice.pk) == (3, False)
    monkeypatch.setattr("feeds.selectors.following.MOST_LATELY", 3)
    assert selectors.brought_lately(alice.pk) == (2, True)
    Publication.objects.update(published_at=timezone.now() - timedelta(days=8))
    assert selectors.brought_lately(alice.pk) == (0, False)
