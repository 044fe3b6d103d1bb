"""Many strangers mentioned within an hour: those beyond the number are told later, which the author reads and moderators
hear of. Followers are told at once, and nobody twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import tasks
from feeds.models import HeldMention, Notification, StrangerTold
from follows import services as follows
from socialvideo.lib.testing import in_threads
from videos import services as videos
from videos.models import Report, Video
from videos.models.moderation import Flag
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd() -> list[User]:
    return [make_account(f"person{n}") for n in range(6)]


@pytest.fixture
def video(mira: User) -> Video:
    return make_video(mira)


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.MENTIONS_PER_HOUR = 3


def naming(accounts: list[User]) -> str:
    return " ".join(f"@{account.handle}" for account in accounts)


def told() -> list[str]:
    ids = Notification.objects.filter(kind="mentioned").order_by("pk").values_list("recipient_id", flat=True)
    handles = dict(User.objects.values_list("pk", "handle"))
    return [handles[account_id].removeprefix("person") for account_id in ids]


def an_hour_passes() -> None:
    StrangerTold.objects.update(told_at=timezone.now() - timedelta(minutes=61))


def test_strangers_beyond_the_number_are_told_later(client: Client, bob: User, video: Video, crowd: list[User]) -> None:
    make_comment(bob, video, naming(crowd[:2]))
    assert not Report.objects.exists()
    comment = make_comment(bob, video, naming(crowd[1:]))
    assert told() == ["0", "1", "1", "2"], "whom they told lately costs nothing"
    assert HeldMention.objects.get().comment == comment
    tasks.tell_held_mentions()
    assert len(told()) == 4
    an_hour_passes()
    for _ in range(2):
        tasks.tell_held_mentions()
    assert told() == ["0", "1", "1", "2", "3", "4", "5"]
    assert not HeldMention.objects.exists()
    assert list(Report.objects.values_list("subject_id", "flag")) == [(bob.pk, Flag.MENTION_STORM)]
    client.force_login(bob)
    notices = client.get("/inbox/").content.decode()
    assert notices.count("Some of those you mentioned are told later") == 1


def test_followers_are_told_at_once_and_take_no_room(bob: User, video: Video, crowd: list[User]) -> None:
    for follower in crowd[3:]:
        follows.follow(follower=follower, followee=bob)
    make_comment(bob, video, naming(crowd))
    assert told() == ["0", "1", "2", "3", "4", "5"]
    assert not HeldMention.objects.exists()


def test_a_caption_is_held_back_and_told_as_it_is_then(mira: User, crowd: list[User]) -> None:
    video = make_video(mira, caption=naming(crowd[:5]))
    assert told() == ["0", "1", "2"]
    videos.edit(creator=mira, video=video, caption=naming([crowd[0], crowd[5]]))
    assert told() == ["0"], "taken back, but still counted"
    an_hour_passes()
    tasks.tell_held_mentions()
    assert told() == ["0", "5"]


def test_what_is_removed_meanwhile_tells_nobody(bob: User, video: Video, crowd: list[User]) -> None:
    comment = make_comment(bob, video, naming(crowd))
    videos.remove_comment(by=bob, comment=comment)
    make_comment(bob, video, naming(crowd[3:]))
    assert told() == [], "removing one makes no room for another"
    an_hour_passes()
    tasks.tell_held_mentions()
    assert told() == ["3", "4", "5"]
    assert not HeldMention.objects.exists()


def test_without_a_brake_all_are_told_and_what_was_counted_is_forgotten(
    bob: User, video: Video, crowd: list[User], settings: Any
) -> None:
    make_comment(bob, video, naming(crowd[:1]))
    StrangerTold.objects.update(told_at=timezone.now() - timedelta(days=1, minutes=1))
    settings.MENTIONS_PER_HOUR = 0
    make_comment(bob, video, naming(crowd[1:]))
    assert len(told()) == 6
    tasks.tell_held_mentions()
    assert not StrangerTold.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_from_many_connections_not_one_more_is_told(bob: User, mira: User, settings: Any) -> None:
    settings.COMMENTS_PER_MINUTE = 0
    video, crowd = make_video(mira), [make_account(f"person{n}") for n in range(12)]
    in_threads(*[lambda other=other: make_comment(bob, video, f"@{other.handle}") for other in crowd])
    assert len(told()) == 3
    assert HeldMention.objects.count() == 9
    assert Report.objects.count() == 1
