"""For You's slate: where it comes from, how long it stands, what it never shows."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_redis import get_redis_connection

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.for_you import for_you_page, slates, sources
from feeds.views import feed
from follows import services as follows
from videos import services as videos
from videos.models import Like, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


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


def test_where_all_is_hidden_by_now_few_statements_find_it_out(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    stale = slates.Slate("0.x", [slates.Entry(number, 0, slates._LOST) for number in range(1, 301)], is_whole=True)
    monkeypatch.setattr(slates, "_current", lambda *_: (stale, 0))
    monkeypatch.setattr(sources, "shown", lambda viewer_id, video_ids: asked.append(len(video_ids)) or [])
    assert for_you_page(None).items == []
    assert (len(asked), sum(asked)) == (5, 300)


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


@pytest.mark.parametrize(
    "cursor", ["x", "~~", "1.a~5", "1.a~99999~", "1.a~0~zzzzzzzzzzzz-", "\x00", "1.a~5~" + "1-" * 101]
)
def test_a_damaged_cursor_is_no_error(alice: User, mira: User, cursor: str) -> None:
    make_video(mira)
    assert len(for_you_page(alice.pk, cursor=cursor).items) == 1


def test_made_up_cursors_of_anybody_make_no_further_slates(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each made one of its own: anybody could fill the cache, and keep the database busy."""
    monkeypatch.setattr(slates, "BATCH", 10)
    for _ in range(25):
        make_video(mira)
    first = for_you_page(None)
    for number in range(5):
        page = for_you_page(None, cursor=f"0.made-up{number}~10~")
        assert not {card.video.pk for card in page.items} & {card.video.pk for card in first.items}
        assert len(slate_of(None)) == 25
    stored = get_redis_connection("default").keys("*for-you:anybody:slate:*")
    assert len(stored) == 3, "ten, twenty, twenty-five"


def test_who_pages_on_without_end_is_slowed_down(client: Client, mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed.PagingRate, "rate", "2/min")
    home = reverse("feeds:home")
    answers = [client.get(home, {"after": "0.x~10~"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert client.get(home).status_code == 200


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


# --- The bound, end to end ------------------------------------------------------------------------------------


def walk(viewer: User, act: Any = None, *, at: int = 0, size: int = 7) -> list[int]:
    """All pages one after the other; `act` happens before the page that begins behind `at` cards."""
    shown: list[int] = []
    cursor = ""
    while True:
        if act and len(shown) >= at:
            act(shown)
            act = None
        page = for_you_page(viewer.pk, cursor=cursor, size=size)
        shown += [card.video.pk for card in page.items]
        cursor = page.next_cursor
        if not cursor:
            return shown


@pytest.fixture
def crowd(alice: User) -> dict[str, int]:
    """Eleven followed creators with something new each, and as many others whom everybody likes."""
    fans = [make_account(f"fan{i}") for i in range(3)]
    newest = {}
    for number in range(11):
        quiet, loud = make_account(f"quiet{number}"), make_account(f"loud{number}")
        follows.follow(follower=alice, followee=quiet)
        newest[quiet.handle] = make_video(quiet).pk
        for video in [make_video(loud) for _ in range(3)]:
            for fan in fans:
                videos.like(account=fan, video=video)
    services.compute_heat()
    return newest


def assert_within_the_bound(shown: list[int], waiting: set[int], after: int = 0) -> None:
    """Those who wait stand one after the other within ten places for each three of them."""
    places = sorted(shown.index(video_id) + 1 - after for video_id in waiting)
    assert len(shown) == len(set(shown)), "something came twice"
    assert all(place <= 10 * math.ceil(number / 3) for number, place in enumerate(places, start=1)), places


def test_paging_keeps_the_bound(alice: User, crowd: dict[str, int]) -> None:
    shown = walk(alice)
    assert len(shown) == 44
    assert_within_the_bound(shown, set(crowd.values()))


def test_the_bound_holds_after_the_cache_is_emptied_while_paging(alice: User, crowd: dict[str, int]) -> None:
    shown = walk(alice, lambda _: cache.clear(), at=14)
    assert len(shown) == 44
    assert_within_the_bound(shown, set(crowd.values()) - set(shown[:14]), after=14)


def test_the_bound_holds_after_a_follow_and_an_unfollow_while_paging(alice: User, crowd: dict[str, int]) -> None:
    late = make_account("late")
    new = make_video(late)

    def follow_and_unfollow(shown: list[int]) -> None:
        follows.follow(follower=alice, followee=late)
        gone = next(handle for handle, video_id in crowd.items() if video_id not in shown)
        follows.unfollow(follower=alice, followee=User.objects.get(handle=gone))
        crowd.pop(gone)

    shown = walk(alice, follow_and_unfollow, at=7)
    assert_within_the_bound(shown, {new.pk, *crowd.values()} - set(shown[:7]), after=7)


def test_what_was_in_view_waits_no_more(alice: User, crowd: dict[str, int]) -> None:
    first = for_you_page(alice.pk, size=10).items
    services.count_impressions(viewer_id=alice.pk, shown=[(card.video.pk, card.source) for card in first])
    cache.clear()
    shown = walk(alice)
    rest = set(crowd.values()) - {card.video.pk for card in first}
    assert len(rest) == 8
    assert_within_the_bound(shown, rest)
    assert set(shown[-10:]) == {card.video.pk for card in first}


def test_with_more_who_wait_than_a_source_gives_all_stand_within_the_bound(
    alice: User, crowd: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slates, "BATCH", 10)
    for module in (slates, sources):
        monkeypatch.setattr(module, "OF_A_SOURCE", 4)
    shown = walk(alice)
    assert len(shown) == 44
    assert_within_the_bound(shown, set(crowd.values()))


def test_each_one_stands_once_though_every_source_finds_it(alice: User, mira: User) -> None:
    zoe = make_account("zoe")
    follows.follow(follower=alice, followee=mira)
    follows.follow(follower=alice, followee=zoe)
    made = [make_video(mira, caption="#cats").pk for _ in range(3)]
    for video_id in made:
        videos.like(account=zoe, video=Video.objects.get(pk=video_id))
    services.choose_interests(account=alice, tags=["cats"])
    services.compute_heat()
    assert sorted(slate_of(alice)) == made


# --- Sources and what they say --------------------------------------------------------------------------------


def card_of(viewer: User | None, video: Video) -> Any:
    return next(card for card in whole(viewer) if card.video == video)


def said(viewer: User | None, video: Video) -> tuple[str, str]:
    card = card_of(viewer, video)
    return card.source, card.reason_words


def test_liked_by_those_i_follow(alice: User, mira: User) -> None:
    zoe, yan, closed, stranger = (
        make_account(name, name=name.title()) for name in ("zoe", "yan", "closed", "stranger")
    )
    accounts.set_privacy(account=closed, is_private=True)
    for friend in (zoe, yan, closed):
        follows.follow(follower=alice, followee=friend)
    follows.approve(followee=closed, follower=alice)
    by_closed, by_stranger, by_two = (make_video(mira) for _ in range(3))
    videos.like(account=closed, video=by_closed)
    videos.like(account=stranger, video=by_stranger)
    for friend in (zoe, yan, closed, stranger):
        videos.like(account=friend, video=by_two)
    assert said(alice, by_two) == ("engaged", "Liked by Yan and 1 other you follow")
    assert said(alice, by_closed)[0] == said(alice, by_stranger)[0] == "explore"
    accounts.set_privacy(account=yan, is_private=True)
    assert said(alice, by_two) == ("engaged", "Liked by Zoe, whom you follow")
    follows.mute(muter=alice, muted=zoe)
    assert said(alice, by_two) == ("engaged", "Picked for you")
    cache.clear()
    assert said(alice, by_two)[0] == "explore"
    assert "Closed" not in str([card.reason_words for card in whole(alice)])


def test_what_i_liked_leads_on_and_names_nobody_who_shut_me_out(alice: User, mira: User) -> None:
    ines = make_account("ines", name="Ines")
    seed, kin = make_video(ines), make_video(mira)
    for number in range(3):
        fan = make_account(f"fan{number}")
        for video in (seed, kin):
            videos.like(account=fan, video=video)
    services.compute_related()
    videos.like(account=alice, video=seed)
    assert said(alice, kin) == ("related", "Because you liked a video by Ines")
    follows.block(blocker=ines, blocked=alice)
    assert "Ines" not in said(alice, kin)[1]


def test_tags_that_i_watch_and_tags_that_i_chose(alice: User, mira: User) -> None:
    zoe = make_account("zoe")
    seen, cats, dogs = (
        make_video(zoe, caption="#cats"),
        make_video(mira, caption="#cats"),
        make_video(mira, caption="#dogs"),
    )
    videos.record_watch(viewer=alice, video=seen, ms=8000)
    services.compute_tastes()
    assert services.choose_interests(account=alice, tags=["dogs", "nothing", "\x00"]) == ["dogs"]
    assert said(alice, cats) == ("taste", "Because you watch #cats")
    assert said(alice, dogs) == ("interest", "You chose #dogs")


def test_interests_act_at_once(alice: User, mira: User, django_capture_on_commit_callbacks: Any) -> None:
    dogs = make_video(mira, caption="#dogs")
    assert said(alice, dogs)[0] == "explore"
    with django_capture_on_commit_callbacks(execute=True):
        services.choose_interests(account=alice, tags=["dogs"])
    assert said(alice, dogs)[0] == "interest"


def test_what_is_popular_and_what_is_new_for_everybody(alice: User, mira: User) -> None:
    liked, plain = make_video(mira), make_video(mira)
    for number in range(4):
        videos.like(account=make_account(f"fan{number}"), video=liked)
    services.compute_heat()
    for viewer in (alice, None):
        assert said(viewer, liked) == ("popular", "Popular now")
        assert said(viewer, plain) == ("explore", "New here")
    Video.objects.filter(pk=plain.pk).update(published_at=timezone.now() - timedelta(days=9))
    for number in range(20):
        services.count_impressions(viewer_id=1000 + number, shown=[(plain.pk, "new")])
    cache.clear()
    assert said(alice, plain) == ("new", "Picked for you")
    assert {source: len(found) for source, found in sources.gather(alice.pk, without=[]).items() if found} == {
        "popular": 1,
        "explore": 1,
        "new": 2,
    }


def test_every_source_asks_who_may_see_it(alice: User, mira: User) -> None:
    """Whatever speaks for them: of a private account, for followers, of somebody blocked, muted, suspended; one's own."""
    friend, fan = make_account("friend"), make_account("fan")
    follows.follow(follower=alice, followee=friend)
    blocked, muted, gone, closed = (make_account(name) for name in ("blocked", "muted", "gone", "closed"))
    seed = make_video(mira, caption="#cats")
    hidden = [make_video(creator, caption="#cats") for creator in (alice, blocked, muted, gone, closed)]
    hidden.append(make_video(mira, caption="#cats", visibility="followers"))
    for video in (seed, *hidden):
        for account in {friend, fan} - {video.creator}:
            if Video.objects.visible_to(account.pk).filter(pk=video.pk).exists():
                videos.like(account=account, video=video)
    Like.objects.bulk_create([Like(account=account, video=hidden[-1]) for account in (friend, fan)])
    videos.like(account=alice, video=seed)
    for compute in (services.compute_heat, services.compute_related, services.compute_tastes):
        compute()
    services.choose_interests(account=alice, tags=["cats"])
    follows.block(blocker=blocked, blocked=alice)
    follows.mute(muter=alice, muted=muted)
    accounts.suspend(account=gone, by=make_account("moderator", is_staff=True, is_superuser=True), reason="test")
    accounts.set_privacy(account=closed, is_private=True)
    for source, found in sources.gather(alice.pk, without=[]).items():
        assert {each.video_id for each in found} <= {seed.pk}, source
    assert slate_of(alice) == [seed.pk]


# --- The seam for another ranker ------------------------------------------------------------------------------


def oldest_first(features: Any) -> list[float]:
    return [each.age_hours for each in features]


def broken(features: Any) -> list[float]:
    raise ValueError("no model")


def short(features: Any) -> list[float]:
    return [1.0]


def without_sense(features: Any) -> list[float]:
    return [math.nan for _ in features]


def test_another_ranker_decides_between_the_slots(alice: User, mira: User, settings: Any) -> None:
    made = [make_video(make_account(f"creator{i}")).pk for i in range(4)]
    settings.FOR_YOU_RANKER = f"{__name__}.oldest_first"
    assert slate_of(alice) == made


@pytest.mark.parametrize("ranker", ["broken", "short", "without_sense"])
def test_a_ranker_that_fails_costs_nobody_their_page(
    alice: User, mira: User, settings: Any, ranker: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = {make_video(mira).pk for _ in range(3)}
    settings.FOR_YOU_RANKER = f"{__name__}.{ranker}"
    assert set(slate_of(alice)) == made
    assert bool(caplog.records) == (ranker != "without_sense")
