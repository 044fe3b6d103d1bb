"""Every follower is told once: recipients, counters, bells, mutes, and a fan-out that is cut up, doubled and lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from django_redis import get_redis_connection

from accounts.models import User
from accounts.services import set_privacy
from accounts.tests.factories import make_account
from feeds import selectors, services, tasks
from feeds.audit import CHECKS
from feeds.models import InboxEntry, Notification
from feeds.tests.crowds import entries, make_followers
from follows import services as follows
from follows.models import FollowOutbox
from socialvideo.lib.testing import broken
from videos import services as videos
from videos.models import Publication
from videos.tests.factories import make_comment, make_failed_video, make_video

pytestmark = pytest.mark.django_db
State = InboxEntry.State


@pytest.fixture(autouse=True)
def audited() -> Iterator[None]:
    """After each of these tests the promise stands."""
    yield
    assert broken(CHECKS) == {}


def publish(creator: User) -> Publication:
    return make_video(creator).publication


def finished(publication: Publication) -> Publication:
    services.run_fan_out(publication.pk)
    publication.refresh_from_db()
    return publication


def test_exactly_the_active_followers_are_told(mira: User) -> None:
    mira_is_followed_by, asks, left, stranger = (make_account(name) for name in ("fan", "asks", "left", "stranger"))
    follows.follow(follower=mira_is_followed_by, followee=mira)
    follows.follow(follower=left, followee=mira)
    follows.unfollow(follower=left, followee=mira)
    follows.follow(follower=mira, followee=stranger)
    set_privacy(account=mira, is_private=True)
    mira.refresh_from_db()
    follows.follow(follower=asks, followee=mira)
    publication = publish(mira)
    assert selectors.recipients(publication) == {mira_is_followed_by.pk: State.ALERTED}
    assert entries(finished(publication)) == {mira_is_followed_by.pk: State.ALERTED}
    assert (publication.followers_at_publish, publication.told, publication.left_first) == (1, 1, 0)


def test_bell_and_mute_decide_how_and_the_sums_add_up(mira: User) -> None:
    """G#4143: nobody was notified at all. Here exactly those with the bell on are alerted, once each."""
    alerted, quiet, muting, left, mute_is_over = (make_account(f"person{i}") for i in range(5))
    for account in (alerted, quiet, muting, left, mute_is_over):
        follows.follow(follower=account, followee=mira)
    follows.set_bell(follower=quiet, followee=mira, notify="none")
    follows.mute(muter=muting, muted=mira)
    follows.mute(muter=mute_is_over, muted=mira, until="2020-01-01T00:00Z")
    publication = publish(mira)
    follows.unfollow(follower=left, followee=mira)
    assert selectors.unread_count(quiet.pk) == selectors.unread_count(muting.pk) == 0
    assert selectors.unread_count(alerted.pk) == 1
    finished(publication)
    assert entries(publication) == {
        alerted.pk: State.ALERTED,
        mute_is_over.pk: State.ALERTED,
        quiet.pk: State.QUIET,
        muting.pk: State.FEED_ONLY,
    }
    assert (publication.alerted, publication.listed_quietly, publication.muted, publication.left_first) == (2, 1, 1, 1)
    assert selectors.unread_count(quiet.pk) == selectors.unread_count(muting.pk) == 0
    assert [notice.kind for notice in selectors.notifications_page(quiet.pk).items] == ["new_video"]
    follows.unmute(muter=muting, muted=mira)
    assert [video.publication for video in selectors.following_videos(muting.pk).items] == [publication]
    assert selectors.notifications_page(muting.pk).items == []


@pytest.mark.parametrize("size", [1, 3, 7, 8, 100])
def test_chunks_tell_everyone_once_whatever_their_size(mira: User, size: int, settings: Any) -> None:
    settings.FANOUT_CHUNK = size
    fans = make_followers(mira, 7)
    publication = publish(mira)
    chunks = 1
    while services.fan_out_chunk(publication.pk):
        chunks += 1
    publication.refresh_from_db()
    assert chunks == 7 // size + 1
    assert set(entries(publication)) == set(fans)
    assert (publication.fanout_state, publication.told, publication.left_first) == ("done", 7, 0)
    before = (entries(publication), publication.fanout_finished_at)
    services.run_fan_out(publication.pk)
    tasks.fan_out(publication.pk)
    publication.refresh_from_db()
    assert (entries(publication), publication.fanout_finished_at) == before


def test_one_who_leaves_before_their_chunk_is_not_told_and_one_who_comes_back_neither(
    mira: User, settings: Any
) -> None:
    settings.FANOUT_CHUNK = 2
    first, second, third, fourth = accounts = [make_account(f"fan{i}") for i in range(4)]
    for account in accounts:
        follows.follow(follower=account, followee=mira)
    publication = publish(mira)
    services.fan_out_chunk(publication.pk)
    for account in (first, third):
        follows.unfollow(follower=account, followee=mira)
        follows.follow(follower=account, followee=mira)
    follows.unfollow(follower=fourth, followee=mira)
    finished(publication)
    services.consume_outbox()
    assert entries(publication) == {
        first.pk: State.ALERTED,
        second.pk: State.ALERTED,
        third.pk: State.FEED_ONLY,
    }
    assert (publication.told, publication.left_first) == (2, 2)
    for account in (first, third):
        assert len(selectors.following_videos(account.pk).items) == 1
    assert selectors.notifications_page(third.pk).items == []


def test_a_turn_is_bounded_and_what_is_nearest_to_its_end_comes_first(mira: User, settings: Any) -> None:
    settings.FANOUT_CHUNK = 1
    small = make_account("small")
    make_followers(mira, 8)
    make_followers(small, 2)
    big, little = publish(mira), publish(small)
    assert services.continue_fan_out(big.pk, chunks=4)
    big.refresh_from_db()
    assert (big.fanout_state, big.told) == ("running", 4)
    assert list(selectors.unfinished_fan_outs()) == [little.pk, big.pk]
    services.run_fan_out(big.pk)
    services.run_fan_out(little.pk)
    assert selectors.unfinished_fan_outs() == {}


def test_above_the_setting_a_publication_is_read_and_not_written(mira: User, settings: Any) -> None:
    fans = make_followers(mira, 3)
    settings.PULL_ONLY_ABOVE = 2
    publication = finished(publish(mira))
    assert (publication.fanout_state, publication.pull_only, publication.told) == ("pull_only", 3, 0)
    assert entries(publication) == {}
    settings.PULL_ONLY_ABOVE = 0
    assert finished(publication).fanout_state == "pull_only"
    for fan in fans:
        assert selectors.unread_count(fan) == 1
        services.see(viewer_id=fan, publication_ids=[publication.pk])
        assert selectors.unread_count(fan) == 0
        assert [line.new for line in selectors.notifications_page(fan).items] == [0]
        assert len(selectors.following_videos(fan).items) == 1


def test_seen_before_ones_chunk_stays_seen_and_is_counted(mira: User) -> None:
    (fan,) = make_followers(mira, 1)
    publication = publish(mira)
    services.see(viewer_id=fan, publication_ids=[publication.pk])
    assert selectors.unread_count(fan) == 0
    finished(publication)
    assert entries(publication) == {fan: State.SEEN}
    assert (publication.told, publication.left_first) == (1, 0)


def test_nobody_marks_what_was_not_for_them(mira: User) -> None:
    stranger = make_account("stranger")
    publication = finished(publish(mira))
    services.see(viewer_id=stranger.pk, publication_ids=[publication.pk, 10**9])
    assert entries(publication) == {}


def test_set_back_by_hand_it_tells_nobody_again_and_counts_anew(mira: User) -> None:
    make_followers(mira, 3)
    publication = finished(publish(mira))
    Publication.objects.filter(pk=publication.pk).update(fanout_state="pending")
    before = entries(publication)
    assert finished(publication).told == 3
    assert entries(publication) == before


def test_broker_and_cache_flushed_nothing_is_lost(mira: User, django_capture_on_commit_callbacks: Any) -> None:
    """M#4056: what was in Redis alone was gone when it was flushed."""
    fans = make_followers(mira, 3)
    with django_capture_on_commit_callbacks(execute=True):
        publication = publish(mira)
    get_redis_connection("default").flushall()
    for publication_id in selectors.unfinished_fan_outs():
        services.run_fan_out(publication_id)
    assert set(entries(publication)) == set(fans)


@pytest.mark.parametrize("visibility", ["everyone", "followers", "only_me"])
def test_each_visibility_says_who_is_told_once_at_publishing(mira: User, visibility: str) -> None:
    (fan,) = make_followers(mira, 1)
    video = make_video(mira, visibility=visibility)
    for change in ("only_me", "followers", "everyone", "only_me", "everyone"):
        videos.edit(creator=mira, video=video, visibility=change)
        for publication_id in selectors.unfinished_fan_outs():
            services.run_fan_out(publication_id)
    assert [notice.kind for notice in selectors.notifications_page(fan).items] == ["new_video"]
    assert InboxEntry.objects.count() == 1


def test_who_followed_a_moment_before_is_told(mira: User) -> None:
    """PF: ids of followers were cached for two hours, and who had come since was missed."""
    first, second = make_account("first"), make_account("second")
    follows.follow(follower=first, followee=mira)
    assert set(entries(finished(publish(mira)))) == {first.pk}
    follows.follow(follower=second, followee=mira)
    assert set(entries(finished(publish(mira)))) == {first.pk, second.pk}
    follows.unfollow(follower=first, followee=mira)
    assert set(entries(finished(publish(mira)))) == {second.pk}


# --- Everything else ------------------------------------------------------------------------------------------


def kinds(account: User) -> list[str]:
    return [notice.kind for notice in selectors.notifications_page(account.pk).items]


def test_each_path_of_following_has_its_effects_once(mira: User) -> None:
    fan, other = make_account("fan"), make_account("other", is_private=True)
    for _ in range(2):
        follows.follow(follower=fan, followee=mira)
        follows.follow(follower=fan, followee=other)
        services.consume_outbox()
    assert kinds(mira) == ["followed"]
    assert kinds(other) == ["requested"]
    follows.approve(followee=other, follower=fan)
    tasks.consume_outbox()
    tasks.consume_outbox()
    assert kinds(fan) == ["approved"]
    assert not FollowOutbox.objects.exists()
    assert selectors.unread_count(fan.pk) == 1


def test_a_follow_that_ended_before_it_was_told_is_not_told(mira: User) -> None:
    fan = make_account("fan")
    follows.follow(follower=fan, followee=mira)
    follows.unfollow(follower=fan, followee=mira)
    services.consume_outbox()
    assert kinds(mira) == []


def test_plain_sql_has_the_same_effects(mira: User) -> None:
    make_video(mira)
    (fan,) = make_followers(mira, 1)
    services.consume_outbox()
    assert kinds(mira)[0] == "followed"
    assert InboxEntry.objects.get().recipient_id == fan


def test_reactions_and_processing_are_told_once_and_not_to_oneself(mira: User) -> None:
    fan = make_account("fan")
    video = make_video(mira)
    for account in (fan, fan, mira):
        videos.like(account=account, video=video)
    videos.unlike(account=fan, video=video)
    videos.like(account=fan, video=video)
    make_comment(fan, video)
    make_comment(mira, video)
    failed = make_failed_video(mira)
    assert sorted(kinds(mira)) == ["commented", "failed", "liked", "processed"]
    assert Notification.objects.get(kind="failed").video_id == failed.pk
    videos.remove(by=mira, video=failed)
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    videos.remove(by=moderator, video=video, reason="Against the rules.")
    assert Notification.objects.get(kind="removed").text == "Against the rules."


def test_the_same_event_delivered_fifty_times_is_one_notification(mira: User) -> None:
    for _ in range(50):
        services.notify(kind="followed", recipient_id=mira.pk, event_key="follow:1", actor_id=None)
    assert Notification.objects.count() == 1
