"""What is kept no longer is missed by nobody: the feed goes on, counts stand, every promise holds."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services, tasks
from feeds.models import InboxEntry, InboxHorizon, Notification
from feeds.selectors import delivery
from feeds.services import retention
from feeds.tests.worlds import feed_of
from follows import services as follows
from tests.erasing import assert_every_promise_holds
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db

ALL_IS_OLD = -1


def published(creator: User, number: int = 1) -> list[int]:
    """Told to everybody; the newest first."""
    made = [make_video(creator) for _ in range(number)]
    for video in made:
        services.run_fan_out(video.publication.pk)
    return [video.pk for video in reversed(made)]


def told(viewer: User) -> set[int]:
    return {key for line in selectors.notifications_page(viewer.pk).items for key in line.publication_ids}


@pytest.fixture
def following(alice: User, bob: User, mira: User) -> User:
    for follower in (alice, bob):
        follows.follow(follower=follower, followee=mira)
    return alice


@pytest.mark.parametrize("task", [tasks.prune_inbox, tasks.prune_notifications])
def test_off_is_off(following: User, mira: User, task) -> None:
    published(mira)
    Notification.objects.update(created_at=timezone.now() - timedelta(days=9999))
    kept = (InboxEntry.objects.count(), Notification.objects.count())
    task()
    assert (InboxEntry.objects.count(), Notification.objects.count()) == kept
    assert not InboxHorizon.objects.exists()


def test_old_entries_go_and_nothing_is_missing(following: User, mira: User, settings) -> None:
    old = published(mira, 3)
    publications = list(Publication.objects.values_list("pk", flat=True))
    services.see(viewer_id=following.pk, publication_ids=publications)
    before = [delivery.delivery_report(Publication.objects.get(pk=pk).video) for pk in publications]
    settings.KEEP_INBOX_DAYS = ALL_IS_OLD
    tasks.prune_inbox()
    assert not InboxEntry.objects.exists()
    assert feed_of(following) == old
    assert told(following) == set()
    assert selectors.unread_count(following.pk) == 0
    assert [delivery.delivery_report(Publication.objects.get(pk=pk).video) for pk in publications] == before
    assert_every_promise_holds()
    settings.KEEP_INBOX_DAYS = 30
    new = published(mira)
    tasks.prune_inbox()
    assert feed_of(following) == new + old
    assert len(told(following)) == 1
    assert InboxEntry.objects.count() == 2
    assert_every_promise_holds()


def test_what_is_seen_again_and_who_follows_now_bring_nothing_back(following: User, mira: User, settings) -> None:
    old = published(mira, 2)
    settings.KEEP_INBOX_DAYS = ALL_IS_OLD
    tasks.prune_inbox()
    carol = make_account("carol")
    follows.follow(follower=carol, followee=mira)
    services.consume_outbox()
    services.see(viewer_id=following.pk, publication_ids=list(Publication.objects.values_list("pk", flat=True)))
    assert feed_of(carol) == old
    assert not InboxEntry.objects.exists()
    follows.unfollow(follower=carol, followee=mira)
    assert feed_of(carol) == []


def test_what_is_not_told_to_everybody_yet_is_kept(following: User, mira: User, settings) -> None:
    published(mira)
    settings.FANOUT_CHUNK = 1
    waiting = make_video(mira)
    services.fan_out_chunk(waiting.publication.pk)
    settings.KEEP_INBOX_DAYS = ALL_IS_OLD
    tasks.prune_inbox()
    assert InboxHorizon.objects.get().first_kept == waiting.publication.pk
    assert set(InboxEntry.objects.values_list("publication_id", flat=True)) == {waiting.publication.pk}
    services.run_fan_out(waiting.publication.pk)
    assert_every_promise_holds()


def test_halfway_through_the_feed_and_every_promise_are_whole(
    following: User, bob: User, mira: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a worker that is killed after each chunk leaves it."""
    old = published(mira, 3)
    settings.KEEP_INBOX_DAYS = ALL_IS_OLD
    for name in ("RECIPIENTS_AT_ONCE", "ENTRIES_EACH", "CHUNKS_A_TURN"):
        monkeypatch.setattr(retention, name, 1)
    at, left = 0, []
    while (at := retention.prune_inbox(at)) is not None:
        left.append(InboxEntry.objects.count())
        assert feed_of(following) == feed_of(bob) == old
        assert told(bob) == set()
        assert_every_promise_holds()
    assert left[:3] == [5, 4, 3]
    assert left[-1] == 0


def test_old_notifications_go_and_young_ones_stay(alice: User, bob: User, mira: User, settings, monkeypatch) -> None:
    monkeypatch.setattr(retention, "NOTIFICATIONS_AT_ONCE", 2)
    for follower in (bob, mira, make_account("carol")):
        follows.follow(follower=follower, followee=alice)
    services.consume_outbox()
    first, second, young = Notification.objects.order_by("pk")
    for old in (first, second):
        Notification.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=91))
    settings.KEEP_NOTIFICATIONS_DAYS = 90
    tasks.prune_notifications()
    assert list(Notification.objects.all()) == [young]
    assert selectors.unread_count(alice.pk) == 1
    assert_every_promise_holds()


def test_the_list_says_how_long_it_reaches_back(client: Client, following: User, mira: User, settings) -> None:
    published(mira)
    client.force_login(following)
    settings.KEEP_INBOX_DAYS, settings.KEEP_NOTIFICATIONS_DAYS = 120, 0
    assert "New videos are listed for 120 days" in client.get(reverse("feeds:notifications")).content.decode()
    settings.KEEP_INBOX_DAYS = 0
    assert "are listed for" not in client.get(reverse("feeds:notifications")).content.decode()
