"""For You's slate: where it comes from, how long it stands, what it never shows."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds.for_you import for_you_page, sources
from follows import services as follows
from videos import services as videos
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return make_account("mira", name="Mira")


def slate_of(viewer: User | None, size: int = 10) -> list[int]:
    return [card.video.pk for card in whole(viewer, size)]


def whole(viewer: User | None, size: int = 10) -> list[Any]:
    found, cursor = [], ""
    while True:
        page = for_you_page(viewer.pk if viewer else None, cursor=cursor, size=size)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


def test_the_newest_unseen_of_each_followed_creator_stands_within_the_bound(alice: User, mira: User) -> None:
    loud = [make_account(f"loud{i}") for i in range(6)]
    quiet = [make_account(f"quiet{i}") for i in range(4)]
    newest = {}
    for creator in [mira, *quiet]:
        follows.follow(follower=alice, followee=creator)
        make_video(creator)
        newest[creator.pk] = make_video(creator, visibility="followers").pk
    for video in [make_video(creator) for creator in loud for _ in range(4)]:
        for fan in loud[:5]:
            videos.like(account=fan, video=video)
    shown = whole(alice)
    positions = {card.video.pk: place for place, card in enumerate(shown, start=1)}
    assert sorted(positions[video_id] for video_id in newest.values()) == [2, 5, 8, 12, 15]
    assert {card.reason_words for card in shown if card.video.pk == newest[mira.pk]} == {"You follow Mira"}


def test_who_was_not_shown_for_longest_comes_first_and_the_seen_last(alice: User, mira: User) -> None:
    zoe, yan = make_account("zoe"), make_account("yan")
    made = {}
    for creator in (mira, zoe, yan):
        follows.follow(follower=alice, followee=creator)
        made[creator.pk] = [make_video(creator) for _ in range(2)]
    videos.record_watch(viewer=alice, video=made[zoe.pk][1], ms=3000)
    videos.record_watch(viewer=alice, video=made[mira.pk][1], ms=3000)
    cache.clear()
    waiting = [found.video_id for found in sources.waiting(alice.pk, without=[])]
    assert waiting == [made[yan.pk][1].pk, made[zoe.pk][0].pk, made[mira.pk][0].pk]
    assert set(slate_of(alice)[-2:]) == {made[zoe.pk][1].pk, made[mira.pk][1].pk}


def test_the_slate_stands_still_until_a_tie_changes(
    alice: User, mira: User, django_capture_on_commit_callbacks: Any
) -> None:
    old = [make_video(mira).pk for _ in range(12)]
    first = for_you_page(alice.pk, size=5)
    before = slate_of(alice)
    new = make_video(mira).pk
    assert slate_of(alice) == before
    with django_capture_on_commit_callbacks(execute=True):
        follows.follow(follower=alice, followee=mira)
    second = for_you_page(alice.pk, cursor=first.next_cursor, size=20)
    shown = [card.video.pk for card in first.items + second.items]
    assert new in shown
    assert sorted(shown) == sorted([*old, new])
    assert new in slate_of(alice)[:2]


def test_what_may_not_be_seen_any_more_leaves_the_frozen_slate(alice: User, mira: User) -> None:
    zoe, closed = make_account("zoe"), make_account("closed")
    kept = make_video(zoe).pk
    removed, hidden, _closing = make_video(mira), make_video(mira), make_video(closed)
    assert len(slate_of(alice)) == 4
    videos.remove(by=mira, video=removed)
    videos.edit(creator=mira, video=hidden, visibility="only_me")
    accounts.set_privacy(account=closed, is_private=True)
    assert slate_of(alice) == [kept]


def test_muted_blocked_and_own_videos_are_not_shown(alice: User, mira: User) -> None:
    zoe = make_account("zoe")
    for creator in (alice, mira, zoe):
        make_video(creator)
    follows.mute(muter=alice, muted=mira)
    follows.block(blocker=zoe, blocked=alice)
    assert slate_of(alice) == []
    assert len(slate_of(None)) == 3


def test_without_redis_a_slate_is_made_afresh(alice: User, mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {make_video(mira).pk for _ in range(7)}
    monkeypatch.setattr(cache, "get", lambda *_, **__: None)
    monkeypatch.setattr(cache, "set", lambda *_, **__: None)
    assert set(slate_of(alice, size=3)) == made
    assert len(slate_of(alice, size=3)) == 7


@pytest.mark.parametrize("cursor", ["x", "WyJhIGIiLDFd", "WyJcdTAwMDEiLDFd", "WyJhIiwtNV0", "WyJhIiwxMDAwMDAwMF0"])
def test_a_damaged_cursor_is_no_error(alice: User, mira: User, cursor: str) -> None:
    make_video(mira)
    assert len(for_you_page(alice.pk, cursor=cursor).items) <= 1


def test_a_slate_costs_the_same_statements_however_many_videos(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    costs = []
    for _ in range(2):
        for number in range(5):
            make_video(make_account(f"creator{len(costs)}{number}"))
            make_video(mira)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            for_you_page(alice.pk, size=10)
        costs.append(len(queries))
    assert costs[0] == costs[1]
