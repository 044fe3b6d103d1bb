"""Likes, comments and watches: once each, counted exactly, refused without a trace."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import make_account
from follows import services as follows
from follows.models import Tie
from socialvideo.lib.audit import breaches
from socialvideo.lib.testing import in_threads
from videos import services
from videos.audit import CHECKS
from videos.models import Comment, Like, Video, VideoCount, Watch
from videos.services import reactions
from videos.signals import commented, video_liked
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    facts: list[dict] = []

    def listen(signal, sender, **fact):
        facts.append(fact)

    for signal in (video_liked, commented):
        signal.connect(listen)
    yield facts
    for signal in (video_liked, commented):
        signal.disconnect(listen)


@pytest.fixture
def video(alice):
    return make_video(alice)


def counted(video):
    count = VideoCount.objects.get(video=video)
    return count.likes, count.comments, count.views


def test_liking_twice_is_once(bob, video, heard):
    for _ in range(2):
        assert services.like(account=bob, video=video) == services.Tally(is_mine=True, number=1)
    assert heard == [{"video_id": video.pk, "account_id": bob.pk}]
    for _ in range(2):
        assert services.unlike(account=bob, video=video) == services.Tally(is_mine=False, number=0)


@pytest.mark.django_db(transaction=True)
def test_likes_at_once_are_counted_exactly(alice):
    video = make_video(alice)
    fans = [make_account(f"fan{n}") for n in range(6)]
    in_threads(*[lambda fan=fan: services.like(account=fan, video=video) for fan in fans * 2])
    assert counted(video) == (6, 0, 0)
    in_threads(*[lambda fan=fan: services.unlike(account=fan, video=video) for fan in fans])
    assert counted(video) == (0, 0, 0)


def test_a_video_erased_at_this_very_moment_is_gone(bob, monkeypatch):
    video = make_video(bob, visibility="only_me")
    monkeypatch.setattr(reactions, "must_see", lambda account, video: Video.objects.filter(pk=video.pk).delete())
    with pytest.raises(services.Refused) as refused:
        services.like(account=bob, video=video)
    assert refused.value.code == "gone"


def test_the_counts_follow_plain_sql_too(bob, video):
    services.like(account=bob, video=video)
    make_comment(bob, video)
    make_comment(bob, video)
    Comment.objects.update(removed_at=timezone.now())
    Comment.objects.update(removed_at=timezone.now())
    assert counted(video) == (1, 0, 0)
    Comment.objects.update(removed_at=None)
    assert counted(video) == (1, 2, 0)
    Like.objects.all().delete()
    Comment.objects.all().delete()
    assert counted(video) == (0, 0, 0)


def test_each_video_watched_counts_once_for_the_tie_to_its_creator(alice, bob, video):
    other = make_video(alice)
    for _ in range(3):
        services.record_watch(viewer=bob, video=video, ms=3000)
    services.record_watch(viewer=bob, video=other, ms=3000)
    tie = Tie.objects.get()
    assert (tie.follower_id, tie.followee_id, tie.watched) == (bob.pk, alice.pk, 2)
    Tie.objects.update(last_watched_at=timezone.now() - timedelta(days=9))
    services.record_watch(viewer=bob, video=other, ms=3000)
    assert Tie.objects.get().last_watched_at > timezone.now() - timedelta(minutes=1)
    services.record_watch(viewer=alice, video=video, ms=3000)
    assert Tie.objects.get().watched == 2


@pytest.mark.parametrize("act", ["like", "comment", "record_watch"])
def test_out_of_sight_is_refused_and_changes_nothing(alice, bob, video, act, heard):
    follows.block(blocker=alice, blocked=bob)
    given = {
        "like": {"account": bob},
        "comment": {"author": bob, "text": "Hi", "submit_key": "k"},
        "record_watch": {"viewer": bob, "ms": 5},
    }[act]
    with pytest.raises(services.Refused, match="not available"):
        getattr(services, act)(video=video, **given)
    assert counted(video) == (0, 0, 0)
    assert heard == []


def test_a_comment_sent_twice_is_one(bob, video, heard):
    written = {services.comment(author=bob, video=video, text=" Hi ", submit_key="k") for _ in range(2)}
    assert [comment.text for comment in written] == ["Hi"]
    assert counted(video) == (0, 1, 0)
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_a_comment_sent_at_once_is_one(alice, bob):
    video = make_video(alice)
    written = in_threads(*[lambda: services.comment(author=bob, video=video, text="Hi", submit_key="k")] * 4)
    assert len({comment.pk for comment in written}) == 1
    assert counted(video) == (0, 1, 0)


def test_who_removes_a_comment(alice, bob, mallory, moderator, video):
    for remover in (bob, alice, moderator):
        comment = make_comment(bob, video)
        with pytest.raises(services.Refused):
            services.remove_comment(by=mallory, comment=comment)
        for _ in range(2):
            services.remove_comment(by=remover, comment=comment)
        comment.refresh_from_db()
        assert comment.removed_by == remover
    assert counted(video) == (0, 0, 0)


def test_a_watch_is_no_longer_than_possible(alice, bob, video):
    services.record_watch(viewer=bob, video=video, ms=10**8)
    assert Watch.objects.get().watched_ms == video.duration_ms
    services.record_watch(viewer=bob, video=video, ms=10**8)
    assert Watch.objects.get().watched_ms < video.duration_ms + 5000
    Watch.objects.update(last_at=timezone.now() - timedelta(hours=1), watched_ms=0)
    services.record_watch(viewer=bob, video=video, ms=10**8)
    assert Watch.objects.get().watched_ms == video.duration_ms
    services.record_watch(viewer=alice, video=video, ms=5000)
    services.record_watch(viewer=bob, video=video, ms=0)
    assert counted(video) == (0, 0, 1)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda bob, video: Like(account=bob, video=video), "videos_like_once_per_person"),
        (lambda bob, video: Watch(viewer=bob, video=video), "videos_watch_one_per_viewer"),
        (lambda bob, video: Comment(author=bob, video=video, text="a", submit_key="k"), "one_per_submit_key"),
    ],
)
def test_the_database_refuses_a_second(bob, video, row, constraint):
    row(bob, video).save()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row(bob, video).save()


def test_an_empty_comment_is_refused_by_the_database(bob, video):
    with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
        Comment.objects.create(author=bob, video=video, text="", submit_key="k")


# --- Audit ----------------------------------------------------------------------------------------------------


def test_the_audit_is_clean_after_use(alice, bob, video):
    follows.follow(follower=bob, followee=alice)
    second = make_video(alice)
    services.like(account=bob, video=video)
    make_comment(bob, video)
    services.remove(by=alice, video=second)
    assert {check.name: breaches(check) for check in CHECKS} == {check.name: 0 for check in CHECKS}


@pytest.mark.parametrize(
    ("tamper", "name"),
    [
        (lambda video: VideoCount.objects.filter(video=video).update(likes=5), "like counts equal likes"),
        (lambda video: VideoCount.objects.filter(video=video).update(views=5), "view counts equal viewers"),
        (
            lambda video: type(video.publication).objects.update(followers_at_publish=9),
            "followers at publishing are as the events say",
        ),
        (
            lambda video: type(video.publication).objects.update(alerted=3),
            "no delivery counts more than there were followers",
        ),
        (
            lambda video: type(video).objects.update(published_at=None, state="ready"),
            "every publication stands for a published video",
        ),
        (
            lambda video: type(video).objects.update(
                state="processing", lease_until=None, created_at=timezone.now() - timedelta(days=1)
            ),
            "no upload is left without an end",
        ),
    ],
)
def test_the_audit_finds_what_was_forced(video, tamper, name):
    tamper(video)
    assert name in {check.name for check in CHECKS if breaches(check)}
