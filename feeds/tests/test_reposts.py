"""What friends repost comes into For You, says by whom, and stops when it is not wanted; who made it is told."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services as feeds
from feeds.for_you import for_you_page
from feeds.models import Notification
from feeds.reasons import Source
from feeds.selectors import following_videos
from follows import services as follows
from videos import services as videos
from videos.models import Video
from videos.tests.factories import make_comment, make_reply, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def video(bob: User) -> Video:
    return make_video(bob)


@pytest.fixture
def friend(alice: User, mira: User) -> User:
    follows.follow(follower=alice, followee=mira)
    return mira


def reasons(viewer: User) -> dict[int, str]:
    cache.clear()
    return {card.video.pk: card.reason_words for card in for_you_page(viewer.pk, size=50).items}


def test_a_repost_says_by_whom(alice: User, friend: User, video: Video) -> None:
    videos.repost(account=friend, video=video)
    assert reasons(alice)[video.pk] == "Reposted by Mira"
    (card,) = for_you_page(alice.pk).items
    assert (card.source, card.reposters) == (Source.REPOSTED, [friend])
    zoe = make_account("zoe", name="Zoe")
    follows.follow(follower=alice, followee=zoe)
    videos.repost(account=zoe, video=video)
    assert reasons(alice)[video.pk] == "Reposted by Zoe and 1 other you follow"


def test_a_private_friend_reposts_for_those_who_follow(alice: User, friend: User, video: Video) -> None:
    accounts.set_privacy(account=friend, is_private=True)
    videos.repost(account=friend, video=video)
    assert reasons(alice)[video.pk] == "Reposted by Mira"
    assert reasons(make_account("zoe"))[video.pk] != "Reposted by Mira"


@pytest.mark.parametrize("ending", ["hide", "mute", "block", "unfollow", "undo", "suspend"])
def test_what_is_not_wanted_is_not_named(alice: User, friend: User, video: Video, ending: str) -> None:
    """Not from the frozen slate either, nor in a new one."""
    videos.repost(account=friend, video=video)
    assert "Mira" in reasons(alice)[video.pk]
    {
        "hide": lambda: videos.hide_reposts(account=alice, creator=friend),
        "mute": lambda: follows.mute(muter=alice, muted=friend),
        "block": lambda: follows.block(blocker=alice, blocked=friend),
        "unfollow": lambda: follows.unfollow(follower=alice, followee=friend),
        "undo": lambda: videos.unrepost(account=friend, video=video),
        "suspend": lambda: accounts.suspend(account=friend, by=make_account("moderator"), reason="spam"),
    }[ending]()
    for card in for_you_page(alice.pk).items:
        assert "Mira" not in card.reason_words
    assert "Mira" not in reasons(alice).get(video.pk, "")


def test_hiding_makes_another_slate_and_can_be_undone(
    alice: User, friend: User, video: Video, django_capture_on_commit_callbacks: Any
) -> None:
    videos.repost(account=friend, video=video)
    reasons(alice)
    client = Client()
    client.force_login(alice)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/@mira/reposts/hide/", {"video": video.pk}, headers={"HX-Request": "true"})
    assert '"turned-down"' in answer["HX-Trigger"]
    assert "Undo" in answer["HX-Trigger"]
    assert [card.reason_words for card in for_you_page(alice.pk).items] == ["New here"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/@mira/reposts/show/", headers={"HX-Request": "true"})
    assert [card.reason_words for card in for_you_page(alice.pk).items] == ["Reposted by Mira"]


def test_only_while_everyone_may_see_it(alice: User, bob: User, friend: User, video: Video) -> None:
    videos.repost(account=friend, video=video)
    follows.follow(follower=alice, followee=bob)
    videos.edit(creator=bob, video=video, visibility="followers")
    assert reasons(alice)[video.pk] == "You follow bob"
    videos.edit(creator=bob, video=video, visibility="everyone")
    follows.unfollow(follower=alice, followee=bob)
    assert reasons(alice)[video.pk] == "Reposted by Mira"
    videos.remove(by=bob, video=video)
    assert reasons(alice) == {}
    videos.restore(by=bob, video=video)
    assert reasons(alice)[video.pk] == "Reposted by Mira"


def test_the_following_feed_knows_no_reposts(alice: User, friend: User, video: Video) -> None:
    videos.repost(account=friend, video=video)
    assert following_videos(alice.pk).items == []


def test_cards_of_reposts_cost_the_same_for_one_as_for_ten(alice: User, friend: User) -> None:
    costs = []
    for number in (1, 9):
        for each in range(number):
            other = make_account(f"friend{number}{each}")
            follows.follow(follower=alice, followee=other)
            made = make_video(make_account(f"maker{number}{each}"))
            for account in (friend, other):
                videos.repost(account=account, video=made)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            page = for_you_page(alice.pk, size=20)
        assert all(card.source == Source.REPOSTED for card in page.items)
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- Who is told ----------------------------------------------------------------------------------------------


def told(recipient: User) -> list[tuple[str, int | None]]:
    shown = Notification.objects.shown_to(recipient.pk).exclude(kind="processed").order_by("pk")
    return list(shown.values_list("kind", "actor_id"))


def test_the_creator_is_told_once_of_each_who_reposts(bob: User, mira: User, video: Video) -> None:
    for _ in range(2):
        videos.repost(account=mira, video=video)
    assert told(bob) == [("reposted", mira.pk)]
    Notification.objects.update(seen_at="2026-01-01T00:00Z")
    videos.unrepost(account=mira, video=video)
    videos.repost(account=mira, video=video)
    assert told(bob) == [("reposted", mira.pk)]
    feeds.choose(account=bob, choices={("reposts", "site"): False})
    assert told(bob) == []
    assert "Reposts of my videos" in _settings(bob)


def _settings(account: User) -> str:
    client = Client()
    client.force_login(account)
    return client.get("/settings/notifications/").content.decode()


def test_a_reply_tells_whom_it_answers_and_the_creator_once(alice: User, bob: User, mira: User, video: Video) -> None:
    thread = make_comment(alice, video)
    reply = make_reply(mira, thread, "Yes @alice @bob")
    assert told(alice) == [("replied", mira.pk)]
    assert told(bob) == [("commented", alice.pk), ("commented", mira.pk)]
    make_reply(bob, reply, "Thanks")
    assert told(mira) == [("replied", bob.pk)]
    assert told(alice) == [("replied", mira.pk)]
    make_reply(alice, make_comment(bob, video))
    assert told(bob)[-1] == ("replied", alice.pk)
    assert len(told(bob)) == 3


def test_what_is_removed_is_taken_back_and_told_again_when_it_is_back(alice: User, mira: User, video: Video) -> None:
    reply = make_reply(mira, make_comment(alice, video))
    videos.remove_comment(by=mira, comment=reply)
    assert told(alice) == []
    videos.restore_comment(by=mira, comment=reply)
    assert told(alice) == [("replied", mira.pk)]


def test_a_like_of_a_comment_is_told_once(alice: User, bob: User, mira: User, video: Video) -> None:
    comment = make_comment(alice, video)
    for _ in range(2):
        videos.like_comment(account=mira, comment=comment)
    videos.like_comment(account=alice, comment=comment)
    assert told(alice) == [("comment_liked", mira.pk)]
    videos.unlike_comment(account=mira, comment=comment)
    assert told(alice) == []
    videos.like_comment(account=mira, comment=comment)
    follows.block(blocker=bob, blocked=alice)
    assert told(alice) == []


def test_the_inbox_says_each_in_words(alice: User, bob: User, mira: User, video: Video) -> None:
    comment = make_comment(alice, video)
    videos.like_comment(account=mira, comment=comment)
    make_reply(mira, comment)
    videos.repost(account=mira, video=video)
    pages = {}
    for account in (alice, bob):
        client = Client()
        client.force_login(account)
        pages[account] = client.get("/inbox/").content.decode()
    assert "liked your comment" in pages[alice]
    assert "replied to your comment" in pages[alice]
    assert "reposted your video" in pages[bob]
