"""Accounts to follow: the statement against a brute-force reading of the same rows, who is never among them, and what a tap
does."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.models import Dismissal
from feeds.selectors import Suggestion, people_to_follow
from feeds.selectors.suggestions import FEWEST, FOLLOW_BACK, NAMED, WHOLE
from feeds.tests.crowds import make_followers
from follows import services as follows
from follows.models import Block, Follow, FollowEvent, Mute, Tie
from follows.selectors import counts, may_see_lists, people_page, relation
from videos import services as videos
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
BOUNDS = "feeds.selectors.suggestions"


def people(*handles: str) -> list[User]:
    return [make_account(handle, name=handle.title()) for handle in handles]


def tie(follower: User, *followees: User) -> None:
    for followee in followees:
        follows.follow(follower=follower, followee=followee)


def of(viewer: User | None) -> dict[str, Suggestion]:
    return {each.account.handle: each for each in people_to_follow(viewer and viewer.pk)}


@pytest.fixture
def web(alice: User) -> list[User]:
    """alice follows mira and zoe; both follow carol, mira follows dora too; eve follows alice."""
    mira, zoe, carol, dora, eve = people("mira", "zoe", "carol", "dora", "eve")
    tie(alice, mira, zoe)
    tie(mira, carol, dora)
    tie(zoe, carol)
    tie(eve, alice)
    return [mira, zoe, carol, dora, eve]


# --- Who, and why ---------------------------------------------------------------------------------------------


def test_who_is_followed_by_more_of_mine_comes_first_with_the_reason(alice: User, web: list[User]) -> None:
    found = of(alice)
    assert list(found) == ["eve", "carol", "dora"]
    assert [each.handle for each in found["carol"].go_betweens] == ["zoe", "mira"]  # the newest follow first
    assert [each.handle for each in found["dora"].go_betweens] == ["mira"]
    assert found["eve"].relation.follows_me
    assert not found["eve"].go_betweens
    assert not any(each.popular or each.others or each.at_least for each in found.values())


def test_of_whom_one_watches_most_is_named_first(alice: User, web: list[User]) -> None:
    mira, *_ = web
    Tie.objects.create(follower_id=alice.pk, followee_id=mira.pk, watched=3, last_watched_at=timezone.now())
    assert [each.handle for each in of(alice)["carol"].go_betweens] == ["mira", "zoe"]


def test_others_are_counted(alice: User, web: list[User]) -> None:
    *_, carol, _dora, _eve = web
    for friend in people("f1", "f2", "f3"):
        tie(alice, friend)
        tie(friend, carol)
    found = of(alice)["carol"]
    assert len(found.go_betweens) == NAMED
    assert found.others == 3


def test_a_go_between_of_thousands_weighs_less_than_two_of_a_few(
    alice: User, web: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{BOUNDS}.FEWEST", 2)
    hub, far = people("hub", "far")
    tie(alice, hub)
    tie(hub, far, *people(*(f"of{n}" for n in range(9))))
    assert list(of(alice)).index("dora") < list(of(alice)).index("far")


def test_a_ring_that_follows_one_account_weighs_no_more_than_others(alice: User, web: list[User]) -> None:
    """Each account of it gives all it has to one: that is capped at what following twenty gives."""
    bought, ring = make_account("bought"), make_account("ring")
    tie(alice, ring)
    tie(ring, bought)
    found = list(of(alice))
    assert found.index("carol") < found.index("bought")


def test_who_is_popular_among_the_new_fills_up_and_stands_alone_for_visitors(alice: User, web: list[User]) -> None:
    *_, dora, _eve = web
    some, more, none = people("some", "more", "none")
    make_video(some)
    videos.like(account=dora, video=make_video(more))
    make_video(none, visibility="followers")
    assert list(of(None)) == ["more", "some"]
    assert list(of(alice)) == ["eve", "carol", "dora", "more", "some"]
    assert of(alice)["more"].popular
    accounts.set_privacy(account=more, is_private=True)
    assert list(of(None)) == ["some"]
    assert list(of(alice))[3:] == ["some"]


def test_what_was_looked_at_is_said(alice: User, web: list[User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{BOUNDS}.GO_BETWEENS", 1)
    found = of(alice)["carol"]
    assert [each.handle for each in found.go_betweens] == ["zoe"]
    assert found.at_least
    monkeypatch.setattr(f"{BOUNDS}.GO_BETWEENS", 2)
    monkeypatch.setattr(f"{BOUNDS}.FEWEST", 1)
    assert not of(alice)["carol"].at_least
    monkeypatch.setattr(f"{BOUNDS}.OF_EACH", 1)
    assert of(alice)["carol"].at_least


# --- Who never ------------------------------------------------------------------------------------------------

MODERATOR = {"is_staff": True, "is_superuser": True}
EXCLUSIONS: dict[str, Callable[[User, User], object]] = {
    "followed": lambda me, other: follows.follow(follower=me, followee=other),
    "requested": lambda me, other: (
        accounts.set_privacy(account=other, is_private=True),
        other.refresh_from_db(),
        follows.follow(follower=me, followee=other),
    ),
    "blocked": lambda me, other: follows.block(blocker=me, blocked=other),
    "blocking me": lambda me, other: follows.block(blocker=other, blocked=me),
    "muted": lambda me, other: follows.mute(muter=me, muted=other),
    "muted for a while": lambda me, other: follows.mute(
        muter=me, muted=other, until=timezone.now() + timedelta(hours=1)
    ),
    "dismissed": lambda me, other: services.dismiss(account=me, dismissed=other),
    "suspended": lambda _, other: accounts.suspend(
        account=other, by=make_account("moderator", **MODERATOR), reason="test"
    ),
    "deactivated": lambda _, other: accounts.deactivate(account=other),
    "erased": lambda _, other: User.objects.filter(pk=other.pk).update(
        erased_at=timezone.now(), name="", email="gone@deleted.invalid", last_login=None
    ),
}


@pytest.mark.parametrize("exclusion", EXCLUSIONS)
@pytest.mark.parametrize("handle", ["carol", "eve", "popular"])
def test_never_suggested(alice: User, web: list[User], handle: str, exclusion: str) -> None:
    """By go-betweens, by following back, by being popular."""
    popular = make_account("popular")
    make_video(popular)
    other = User.objects.get(handle=handle)
    assert handle in of(alice)
    EXCLUSIONS[exclusion](alice, other)
    assert handle not in of(alice)


def test_nobody_is_suggested_to_themselves(alice: User, web: list[User]) -> None:
    make_video(alice)
    tie(web[0], alice)
    assert "alice" not in of(alice)


@pytest.mark.parametrize("exclusion", ["muted", "suspended", "deactivated", "erased"])
def test_who_is_no_go_between(alice: User, web: list[User], exclusion: str) -> None:
    EXCLUSIONS[exclusion](alice, web[0])
    found = of(alice)
    assert "dora" not in found
    assert [each.handle for each in found["carol"].go_betweens] == ["zoe"]


def test_a_mute_that_has_ended_hides_nobody(alice: User, web: list[User]) -> None:
    follows.mute(muter=alice, muted=web[2], until=timezone.now() + timedelta(hours=1))
    Mute.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "carol" in of(alice)


def test_whom_a_private_account_follows_is_told_only_to_whom_it_lets_in(alice: User, web: list[User]) -> None:
    """What a suggestion says of a go-between is never more than its own list says to the viewer."""
    mira, _zoe, carol, dora, _eve = web
    accounts.set_privacy(account=mira, is_private=True)
    bob = make_account("bob")
    for account in (mira, bob):
        account.refresh_from_db()
    follows.follow(follower=bob, followee=mira)
    assert relation(bob.pk, mira.pk).button == "requested"
    assert of(bob) == {}
    for viewer in (alice, bob):
        for each in people_to_follow(viewer.pk):
            for go_between in each.go_betweens:
                assert may_see_lists(go_between, relation(viewer.pk, go_between.pk))
                listed, _ = people_page(go_between, viewer.pk, "following")
                assert each.account in listed.items
    follows.approve(followee=mira, follower=bob)
    assert set(of(bob)) == {"carol", "dora"}
    accounts.set_privacy(account=carol, is_private=True)
    assert "carol" in of(alice), "a private account may be suggested"
    follows.remove_follower(followee=mira, follower=bob)
    assert of(bob) == {}
    assert dora.handle in of(alice)


# --- Against brute force --------------------------------------------------------------------------------------


class Oracle:
    """The rule once more, over everything in memory."""

    def __init__(self) -> None:
        self.edges = list(Follow.objects.order_by("-followed_at", "-id"))
        self.present = set(User.objects.present().values_list("pk", flat=True))
        self.out: defaultdict[int, list[int]] = defaultdict(list)
        for edge in self.edges:
            if edge.state == "active":
                self.out[edge.follower_id].append(edge.followee_id)

    def of(
        self, viewer: int, *, go_betweens: int, of_each: int, followers: int
    ) -> list[tuple[int, list[int], int, bool]]:
        watched = dict(Tie.objects.filter(follower_id=viewer).values_list("followee_id", "watched"))
        muted = set(Mute.objects.filter(muter_id=viewer).values_list("muted_id", flat=True))
        ranked = sorted(self.out[viewer], key=lambda pk: -watched.get(pk, 0))
        mine = [pk for pk in ranked[:go_betweens] if pk in self.present and pk not in muted]
        points: defaultdict[int, int] = defaultdict(int)
        by: defaultdict[int, list[int]] = defaultdict(list)
        for go_between in mine:
            for found in self.out[go_between][:of_each]:
                points[found] += self.share(go_between)
                by[found].append(go_between)
        back = sorted(
            (edge for edge in self.edges if edge.followee_id == viewer and edge.state == "active"),
            key=lambda edge: -(edge.since or 0),
        )
        for edge in back[:followers]:
            points[edge.follower_id] += FOLLOW_BACK * self.share(edge.follower_id)
        cut = len(ranked) > go_betweens or any(len(self.out[pk]) > of_each for pk in mine if len(self.out[pk]) > FEWEST)
        left = [pk for pk in points if pk in self.present and not self.is_out(viewer, pk)]
        left.sort(key=lambda pk: (-points[pk], -pk))
        return [(pk, by[pk][:NAMED], max(len(by[pk]) - NAMED, 0), cut) for pk in left]

    def share(self, account: int) -> int:
        return WHOLE // max(FEWEST, counts(account).following)

    def is_out(self, viewer: int, account: int) -> bool:
        return (
            viewer == account
            or any((edge.follower_id, edge.followee_id) == (viewer, account) for edge in self.edges)
            or Block.objects.filter(blocker_id=viewer, blocked_id=account).exists()
            or Block.objects.filter(blocker_id=account, blocked_id=viewer).exists()
            or Mute.objects.filter(muter_id=viewer, muted_id=account).exists()
            or Dismissal.objects.filter(account_id=viewer, dismissed_id=account).exists()
        )


NAMES = {"block": ("blocker", "blocked"), "mute": ("muter", "muted"), "dismiss": ("account", "dismissed")}


def make_random_graph(dice: random.Random) -> list[User]:
    moderator = make_account("moderator", **MODERATOR)
    crowd = [make_account(f"u{n}", is_private=n % 7 == 0) for n in range(34)]
    for _ in range(350):
        one, other = dice.choice(crowd), crowd[int(len(crowd) * dice.random() ** 2)]
        if one != other:
            tie(one, other)
    for busy in crowd[:2]:
        tie(busy, *(other for other in crowd if other != busy))
    for act in (follows.block, follows.mute, services.dismiss):
        for _ in range(12):
            act(**dict(zip(NAMES[act.__name__], dice.sample(crowd, 2), strict=True)))
    for follower, followee in (dice.sample(crowd, 2) for _ in range(60)):
        Tie.objects.get_or_create(
            follower_id=follower.pk,
            followee_id=followee.pk,
            defaults={"watched": dice.randint(1, 3), "last_watched_at": timezone.now()},
        )
    for gone in dice.sample(crowd, 3):
        accounts.suspend(account=gone, by=moderator, reason="test")
    return crowd


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.faults) for n in range(2, 10))])
def test_the_statement_equals_brute_force(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of everything, and within narrow bounds."""
    crowd = make_random_graph(random.Random(seed))
    if seed % 2:
        follows.fold_counts()
    oracle = Oracle()
    for go_betweens, of_each, followers in [(100, 100, 200), (4, 25, 3)]:
        bounds = {"GO_BETWEENS": go_betweens, "OF_EACH": of_each, "FOLLOWERS": followers}
        for name, value in bounds.items():
            monkeypatch.setattr(f"{BOUNDS}.{name}", value)
        compared = 0
        for viewer in crowd:
            found = [
                (each.account.pk, [person.pk for person in each.go_betweens], each.others, each.at_least)
                for each in people_to_follow(viewer.pk)
            ]
            assert found == oracle.of(viewer.pk, go_betweens=go_betweens, of_each=of_each, followers=followers)
            compared += len(found)
        assert compared > 100


def test_reading_costs_the_same_however_many(alice: User, django_assert_max_num_queries: Any) -> None:
    friends = people(*(f"f{n}" for n in range(3)))
    tie(alice, *friends)
    tie(friends[0], *people("x0"))
    sizes = []
    for size in (1, 10):
        for friend in friends:
            tie(friend, *people(*(f"{friend.handle}x{size}{n}" for n in range(size))))
        with django_assert_max_num_queries(4) as queries:
            sizes.append((len(people_to_follow(alice.pk)), len(queries)))
    assert sizes[0][0] < sizes[1][0]
    assert sizes[0][1] == sizes[1][1]


# --- The pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def browser_of_alice(client: Client, alice: User) -> Iterator[Client]:
    client.force_login(alice)
    return client


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_page_says_why_and_has_both_buttons(browser_of_alice: Client, web: list[User]) -> None:
    html = text_of(browser_of_alice.get(reverse("feeds:people")))
    assert "Followed by <bdi>Zoe</bdi> and <bdi>Mira</bdi>" in html
    assert "Follows you" in html
    assert 'name="place" value="suggestion"' in html
    assert "Not this one: Carol" in html
    assert "Followed by <bdi>Mira</bdi> </p>" in html


def test_a_follow_from_the_page_is_written_down_as_one(browser_of_alice: Client, alice: User, web: list[User]) -> None:
    browser_of_alice.post(reverse("follows:follow", args=["carol"]), {"place": "suggestion"})
    last = FollowEvent.objects.filter(follower_id=alice.pk).latest("id")
    assert (last.followee_id, last.source) == (web[2].pk, "suggestion")


@pytest.mark.parametrize(
    ("others", "at_least", "words"),
    [
        (0, False, "<bdi>Mira</bdi> and <bdi>Zoe</bdi>"),
        (1, False, "<bdi>Mira</bdi>, <bdi>Zoe</bdi> and 1 other you follow"),
        (1, True, "<bdi>Mira</bdi>, <bdi>Zoe</bdi> and 1 or more others you follow"),
        (1234, False, "<bdi>Mira</bdi>, <bdi>Zoe</bdi> and 1,234 others you follow"),
    ],
)
def test_the_reason_in_words(web: list[User], others: int, at_least: bool, words: str) -> None:
    made = Suggestion(web[2], relation(None, web[2].pk), web[:2], others, at_least)
    request = RequestFactory().get("/people/")
    request.user = AnonymousUser()
    said = render_to_string("feeds/_suggestion.html", {"suggestion": made}, request)
    assert f"Followed by {words} </p>" in " ".join(said.split())


def test_nobody_to_suggest_says_what_to_do(browser_of_alice: Client) -> None:
    assert "Nobody to suggest right now" in text_of(browser_of_alice.get(reverse("feeds:people")))


def test_visitors_are_shown_who_is_popular_and_asked_to_log_in(client: Client) -> None:
    make_video(make_account("mira", name="Mira"))
    html = text_of(client.get(reverse("feeds:people")))
    assert "Mira" in html
    assert "Popular" in html
    assert "Not this one" not in html
    assert reverse("account_login") in html


@pytest.mark.parametrize("page", ["feeds:following_feed", "feeds:explore"])
def test_strips_show_some_and_lead_to_the_rest(browser_of_alice: Client, web: list[User], page: str) -> None:
    mira, *_ = web
    html = text_of(browser_of_alice.get(reverse(page)))
    assert "Not this one: Carol" in html
    assert f'href="{reverse("feeds:people")}">More people' not in html
    tie(mira, *people(*(f"more{n}" for n in range(12))))
    html = text_of(browser_of_alice.get(reverse(page)))
    assert html.count("Not this one:") == (12 if page == "feeds:following_feed" else 4)
    assert f'href="{reverse("feeds:people")}">More people' in html


def test_dismissing_is_final_and_can_be_taken_back_at_once(
    browser_of_alice: Client, alice: User, web: list[User]
) -> None:
    for _ in range(2):
        answer = browser_of_alice.post(
            reverse("feeds:dismiss", args=["carol"]), {"next": reverse("feeds:explore")}, follow=True
        )
        assert answer.redirect_chain == [(reverse("feeds:explore"), 302)]
        assert "Carol is not suggested any more." in text_of(answer)
        assert reverse("feeds:take_back_dismissal", args=["carol"]) in text_of(answer)
    assert Dismissal.objects.count() == 1
    assert "carol" not in of(alice)
    for _ in range(2):
        browser_of_alice.post(reverse("feeds:take_back_dismissal", args=["carol"]))
    assert "carol" in of(alice)


def test_htmx_gets_a_place_for_the_way_back(browser_of_alice: Client, web: list[User]) -> None:
    htmx = {"HX-Request": "true"}
    gone = browser_of_alice.post(reverse("feeds:dismiss", args=["carol"]), headers=htmx)
    place = f'id="suggestion-{web[2].pk}"'
    assert place in text_of(gone)
    assert "<form" not in text_of(gone)
    assert "Undo" in gone["HX-Trigger"]
    back = text_of(browser_of_alice.post(reverse("feeds:take_back_dismissal", args=["carol"]), headers=htmx))
    assert f'{place} hx-swap-oob="true"' in back
    assert "Followed by" in back


def test_undo_of_somebody_followed_meanwhile_brings_no_row_back(
    browser_of_alice: Client, alice: User, web: list[User]
) -> None:
    services.dismiss(account=alice, dismissed=web[2])
    tie(alice, web[2])
    answer = browser_of_alice.post(reverse("feeds:take_back_dismissal", args=["carol"]), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "suggestion-" not in text_of(answer)


def test_who_is_not_logged_in_cannot_dismiss(client: Client, web: list[User]) -> None:
    assert reverse("account_login") in client.post(reverse("feeds:dismiss", args=["carol"]))["Location"]
    assert client.get(reverse("feeds:dismiss", args=["carol"])).status_code == 405
    assert not Dismissal.objects.exists()


def test_nobody_dismisses_themselves(alice: User) -> None:
    services.dismiss(account=alice, dismissed=alice)
    assert not Dismissal.objects.exists()


def test_the_api_says_the_same(browser_of_alice: Client, alice: User, web: list[User]) -> None:
    answer = browser_of_alice.get("/api/v1/suggestions/").json()
    assert [(each["account"]["handle"], each["relation"]["state"]) for each in answer] == [
        ("eve", "follow_back"),
        ("carol", "follow"),
        ("dora", "follow"),
    ]
    assert [each["handle"] for each in answer[1]["go_betweens"]] == ["zoe", "mira"]
    assert browser_of_alice.put("/api/v1/suggestions/carol/").status_code == 204
    assert "carol" not in of(alice)
    assert browser_of_alice.delete("/api/v1/suggestions/carol/").status_code == 204
    assert "carol" in of(alice)
    assert Client().get("/api/v1/suggestions/").json() == []
    assert Client().put("/api/v1/suggestions/carol/").status_code in {401, 403}


# --- Races ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["followed", "requested", "blocked", "blocking me", "suspended"])
def test_what_comes_between_reading_and_showing_counts(
    alice: User, web: list[User], monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """The statement has found carol; before she is shown, that is over."""
    from feeds.selectors.suggestions import _by_ties

    def then(viewer_id: int, size: int) -> Any:
        found = _by_ties(viewer_id, size)
        EXCLUSIONS[act](alice, web[2])
        return found

    monkeypatch.setattr(f"{BOUNDS}._by_ties", then)
    assert "carol" not in of(alice)


def test_a_tap_on_somebody_who_is_followed_meanwhile_is_no_error(
    browser_of_alice: Client, alice: User, web: list[User]
) -> None:
    browser_of_alice.get(reverse("feeds:people"))
    tie(alice, web[2])
    answer = browser_of_alice.post(
        reverse("follows:follow", args=["carol"]), {"place": "suggestion"}, headers={"HX-Request": "true"}
    )
    assert 'data-state="following"' in text_of(answer)


def test_a_tap_on_somebody_who_blocks_meanwhile_is_answered_in_words(
    browser_of_alice: Client, alice: User, web: list[User]
) -> None:
    browser_of_alice.get(reverse("feeds:people"))
    follows.block(blocker=web[2], blocked=alice)
    answer = browser_of_alice.post(
        reverse("follows:follow", args=["carol"]), {"place": "suggestion"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert not Follow.objects.filter(follower=alice, followee=web[2]).exists()


@pytest.mark.django_db(transaction=True)
def test_many_dismissals_at_once_are_one(alice: User, web: list[User]) -> None:
    def dismiss(_: int) -> None:
        try:
            services.dismiss(account=alice, dismissed=web[2])
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(dismiss, range(20)))
    assert Dismissal.objects.count() == 1


def test_a_crowd_of_followers_is_read_within_its_bound(alice: User) -> None:
    make_followers(alice, 300)
    assert len(people_to_follow(alice.pk)) == 60
