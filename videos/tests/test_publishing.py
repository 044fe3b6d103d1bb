"""Publishing: once, exact, and only when others may see."""

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts import services as accounts
from accounts.tests.factories import make_account
from follows import services as follows
from follows.models import CreatorPulse, Follow, FollowEvent
from socialvideo.lib.testing import in_threads
from videos import services
from videos.models import Publication, Video
from videos.services import processing
from videos.services.publishing import SHOWN_TO_NEW_FOLLOWERS
from videos.signals import video_published
from videos.tests.factories import finish, make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db
Visibility = Video.Visibility


@pytest.fixture
def published():
    """The publications announced."""
    heard: list[int] = []

    def hear(publication_id: int, **_: object) -> None:
        heard.append(publication_id)

    video_published.connect(hear)
    yield heard
    video_published.disconnect(hear)


@pytest.mark.parametrize("visibility", [Visibility.EVERYONE, Visibility.FOLLOWERS])
def test_a_finished_video_for_others_is_published(alice, bob, published, visibility):
    follows.follow(follower=bob, followee=alice)
    video = make_video(alice, visibility=visibility)
    publication = video.publication
    assert video.state == Video.State.PUBLISHED
    assert video.published_at == publication.published_at
    assert publication.followers_at_publish == 1
    assert publication.fanout_state == Publication.Fanout.PENDING
    assert published == [publication.pk]


def test_its_id_orders_it_among_follow_events(alice, bob):
    follows.follow(follower=bob, followee=alice)
    before = FollowEvent.objects.latest("pk").pk
    publication = make_video(alice).publication
    follows.follow(follower=alice, followee=bob)
    after = FollowEvent.objects.latest("pk").pk
    assert before < publication.pk < after


def test_only_me_is_ready_and_tells_nobody(alice, published):
    video = make_video(alice, visibility=Visibility.ONLY_ME)
    assert video.state == Video.State.READY
    assert services.publish(video=video) is None
    assert published == []


def test_opening_it_publishes_once(alice, published):
    video = make_video(alice, visibility=Visibility.ONLY_ME)
    for visibility in (Visibility.FOLLOWERS, Visibility.EVERYONE, Visibility.ONLY_ME, Visibility.EVERYONE):
        video = services.edit(creator=alice, video=video, visibility=visibility)
        assert video.state == Video.State.PUBLISHED
    assert published == [video.publication.pk]


@pytest.mark.parametrize("first", Visibility.values)
@pytest.mark.parametrize("while_processing", [None, *Visibility.values])
@pytest.mark.parametrize("after", [None, *Visibility.values])
def test_order_of_processing_and_visibility(alice, published, first, while_processing, after):
    """Whatever comes first, the video is told once, when it is both finished and for others."""
    video = upload(alice, visibility=first)
    if while_processing:
        services.edit(creator=alice, video=video, visibility=while_processing)
    finish(video)
    if after:
        services.edit(creator=alice, video=video, visibility=after)
    seen = {while_processing or first, after or while_processing or first}
    assert len(published) == (1 if seen - {Visibility.ONLY_ME} else 0)
    assert Publication.objects.count() == len(published)


def test_an_edit_tells_nobody(alice, published):
    video = make_video(alice)
    services.edit(creator=alice, video=video, caption="New words", visibility=Visibility.FOLLOWERS)
    video.refresh_from_db()
    assert (video.caption, video.visibility) == ("New words", Visibility.FOLLOWERS)
    assert len(published) == 1


def test_publishing_twice_is_once(alice, published):
    video = make_video(alice)
    assert services.publish(video=video) == services.publish(video=video) == video.publication
    assert len(published) == 1


@pytest.mark.parametrize("state", ["processing", "failed", "removed"])
def test_what_is_not_finished_is_not_published(alice, published, state):
    video = make_failed_video(alice) if state == "failed" else upload(alice)
    if state == "removed":
        services.remove(by=alice, video=video)
    assert services.publish(video=video) is None
    video.refresh_from_db()
    assert video.state == state
    assert published == []


def test_a_suspended_creators_video_waits_until_they_are_back(alice, moderator, published):
    video = upload(alice)
    accounts.suspend(account=alice, by=moderator, reason="spam")
    finish(video)
    services.sweep()
    video.refresh_from_db()
    assert (video.state, published) == (Video.State.READY, [])

    accounts.unsuspend(account=alice, by=moderator, reason="mistake")
    services.sweep()
    services.sweep()
    video.refresh_from_db()
    assert video.state == Video.State.PUBLISHED
    assert len(published) == 1


def test_follows_learns_when_and_what_to_show_new_followers(alice):
    publications = [make_video(alice).publication for _ in range(SHOWN_TO_NEW_FOLLOWERS + 2)]
    pulse = CreatorPulse.objects.get(account_id=alice.pk)
    assert pulse.last_published_at == publications[-1].published_at
    assert pulse.recent_from == publications[2].pk


def test_with_few_publications_a_new_follow_shows_all(alice):
    make_video(alice)
    assert CreatorPulse.objects.get(account_id=alice.pk).recent_from == 0


def test_a_publication_stands(alice):
    publication = make_video(alice).publication
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        publication.delete()
    assert Publication.objects.filter(pk=publication.pk).exists()


def test_a_second_publication_is_refused_by_the_database(alice):
    video = make_video(alice)
    with pytest.raises(IntegrityError, match="video_id"), transaction.atomic():
        Publication.objects.create(video=video, creator=alice, followers_at_publish=0)


def test_delivery_has_to_add_up(alice):
    publication = make_video(alice).publication
    with pytest.raises(IntegrityError, match="videos_publication_delivery_adds_up"), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(fanout_state="done", alerted=3)


# --- Races ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_published_at_once_by_many_is_published_once(alice, published):
    video = make_video(alice, visibility=Visibility.ONLY_ME)
    Video.objects.filter(pk=video.pk).update(visibility=Visibility.EVERYONE)
    publications = in_threads(*[lambda: services.publish(video=video)] * 6)
    assert len({publication.pk for publication in publications}) == 1
    assert len(published) == 1


@pytest.mark.django_db(transaction=True)
def test_follows_racing_a_publication_are_counted_as_the_events_say(alice):
    """`followers_at_publish` is what a replay of the events before the publication leaves active."""
    crowd = [make_account(f"fan{n}") for n in range(8)]
    video = upload(alice)
    claimed = processing.claim(video.pk)
    made = processing.Finished(rendition_key=claimed.lease_key, duration_ms=1000, width=2, height=2, has_audio=False)

    def waver(fan):
        for _ in range(5):
            follows.follow(follower=fan, followee=alice)
            follows.unfollow(follower=fan, followee=alice)
        follows.follow(follower=fan, followee=alice)

    in_threads(*[lambda fan=fan: waver(fan) for fan in crowd], lambda: processing.finish(claimed, made))
    publication = Publication.objects.get(video=video)
    last = {
        event.follower_id: event.after
        for event in FollowEvent.objects.filter(followee_id=alice.pk, pk__lt=publication.pk).order_by("pk")
    }
    assert publication.followers_at_publish == list(last.values()).count("active")
    assert Follow.objects.active().of_followee(alice.pk).count() == len(crowd)
