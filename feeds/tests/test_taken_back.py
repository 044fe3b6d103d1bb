"""What is taken back leaves no notice that nobody has seen, and no words where somebody has. What is done again is told
once."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.models import Notification
from follows import services as follows
from socialvideo.lib.testing import in_threads
from videos import services as videos
from videos.tests.factories import make_comment, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return make_account("mira")


@pytest.fixture
def fan() -> User:
    return make_account("fan")


def told(account: User) -> list[tuple[str, bool]]:
    """Kind of each notification, and whether it is unseen, the oldest first."""
    rows = Notification.objects.filter(recipient_id=account.pk).exclude(kind="processed").order_by("pk")
    return [(row.kind, row.seen_at is None) for row in rows]


def see_all(account: User) -> None:
    Notification.objects.filter(recipient_id=account.pk).update(seen_at=timezone.now())


def work_off() -> None:
    while services.consume_outbox():
        pass


# --- Likes and comments ----------------------------------------------------------------------------------------


def test_a_like_taken_back_unseen_was_never_told(mira: User, fan: User) -> None:
    video = make_video(mira)
    for _ in range(3):
        videos.like(account=fan, video=video)
        videos.like(account=fan, video=video)
        assert told(mira) == [("liked", True)]
        videos.unlike(account=fan, video=video)
        videos.unlike(account=fan, video=video)
        assert told(mira) == []


def test_a_like_that_was_seen_is_not_told_again(mira: User, fan: User) -> None:
    video = make_video(mira)
    videos.like(account=fan, video=video)
    see_all(mira)
    videos.unlike(account=fan, video=video)
    videos.like(account=fan, video=video)
    assert told(mira) == [("liked", False)]


def test_taking_back_ones_like_leaves_those_of_others(mira: User, fan: User) -> None:
    other, video, another = make_account("other"), make_video(mira), make_video(mira)
    for account in (fan, other):
        videos.like(account=account, video=video)
    videos.like(account=fan, video=another)
    videos.unlike(account=fan, video=video)
    keys = set(Notification.objects.filter(kind="liked").values_list("event_key", flat=True))
    assert keys == {f"like:{video.pk}:{other.pk}", f"like:{another.pk}:{fan.pk}"}


@pytest.mark.parametrize("remover", ["author", "creator", "moderator"])
def test_a_removed_comment_leaves_no_notice_and_no_words(mira: User, fan: User, remover: str) -> None:
    zoe, video = make_account("zoe"), make_video(mira)
    moderator = make_account("moderator", is_staff=True, is_superuser=True)
    comment = make_comment(fan, video, "Something rude about @zoe")
    see_all(zoe)
    by = {"author": fan, "creator": mira, "moderator": moderator}[remover]
    videos.remove_comment(by=by, comment=comment)
    videos.remove_comment(by=by, comment=comment)
    assert (told(mira), told(zoe)) == ([], [("mentioned", False)])
    assert Notification.objects.get(recipient_id=zoe.pk).text == ""


def test_a_like_and_its_taking_back_at_once_leave_what_stands(transactional_db: None) -> None:
    mira, fan = make_account("mira"), make_account("fan")
    video = make_video(mira)
    for _ in range(15):
        acts = [partial(videos.like, account=fan, video=video), partial(videos.unlike, account=fan, video=video)] * 2
        in_threads(*acts)
        liked = video.likes.exists()
        assert told(mira) == ([("liked", True)] if liked else [])


# --- Follows and requests --------------------------------------------------------------------------------------


def test_request_cancel_request_is_one_notice(mira: User, fan: User) -> None:
    accounts.set_privacy(account=mira, is_private=True)
    mira.refresh_from_db()
    for _ in range(3):
        follows.follow(follower=fan, followee=mira)
        work_off()
        assert told(mira) == [("requested", True)]
        follows.unfollow(follower=fan, followee=mira)
        work_off()
        assert told(mira) == []
    for _ in range(3):
        follows.follow(follower=fan, followee=mira)
        follows.unfollow(follower=fan, followee=mira)
    follows.follow(follower=fan, followee=mira)
    work_off()
    assert told(mira) == [("requested", True)]
    assert selectors.unread_count(mira.pk) == 1


def test_a_follow_that_ended_leaves_no_unseen_notice(mira: User, fan: User) -> None:
    follows.follow(follower=fan, followee=mira)
    work_off()
    follows.unfollow(follower=fan, followee=mira)
    work_off()
    assert told(mira) == []
    follows.follow(follower=fan, followee=mira)
    work_off()
    see_all(mira)
    follows.unfollow(follower=fan, followee=mira)
    follows.follow(follower=fan, followee=mira)
    work_off()
    assert told(mira) == [("followed", False), ("followed", True)]


def test_an_answered_request_is_news_to_nobody_but_the_one_who_asked(mira: User, fan: User) -> None:
    accounts.set_privacy(account=mira, is_private=True)
    mira.refresh_from_db()
    follows.follow(follower=fan, followee=mira)
    work_off()
    follows.approve(followee=mira, follower=fan)
    work_off()
    assert (told(mira), told(fan)) == ([], [("approved", True)])
    follows.remove_follower(followee=mira, follower=fan)
    work_off()
    assert (told(mira), told(fan)) == ([], [])


@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("at_once", [False, True])
def test_a_follow_taken_up_again_is_told_once_in_all(mira: User, fan: User, seen: bool, at_once: bool) -> None:
    follows.follow(follower=fan, followee=mira)
    work_off()
    if seen:
        see_all(mira)
    follows.unfollow(follower=fan, followee=mira)
    if not at_once:
        work_off()
    follows.restore(follower=fan, followee=mira)
    work_off()
    assert told(mira) == [("followed", not seen)]


def test_the_other_direction_is_left_alone(mira: User, fan: User) -> None:
    follows.follow(follower=fan, followee=mira)
    follows.follow(follower=mira, followee=fan)
    work_off()
    follows.unfollow(follower=fan, followee=mira)
    work_off()
    assert (told(mira), told(fan)) == ([], [("followed", True)])


def test_in_a_race_of_consumers_a_pair_has_at_most_one_unseen_notice(transactional_db: None) -> None:
    """Events of a pair are acted upon in their order, however many consume them."""
    mira, fan = make_account("mira", is_private=True), make_account("fan")
    over = timezone.now() + timedelta(seconds=3)

    def waver() -> None:
        while timezone.now() < over:
            follows.follow(follower=fan, followee=mira)
            follows.unfollow(follower=fan, followee=mira)
        follows.follow(follower=fan, followee=mira)

    def consume() -> None:
        while timezone.now() < over:
            services.consume_outbox(at_most=3)
            assert len(told(mira)) <= 1

    in_threads(waver, consume, consume, consume)
    work_off()
    assert told(mira) == [("requested", True)]
