"""What somebody turned down is not shown, at once and until they take it back; Following is not touched. What they chose is
where For You begins."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services
from feeds.for_you import for_you_page
from feeds.models import Interest, NotInterested
from feeds.selectors import wishes
from follows import services as follows
from tests.waiting import until
from videos import services as videos
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def alice(alice: User, client: Client) -> User:
    client.force_login(alice)
    return alice


@pytest.fixture
def mira() -> User:
    return make_account("mira", name="Mira <b>")


@pytest.fixture
def api(alice: User) -> APIClient:
    api = APIClient()
    api.force_authenticate(alice)
    return api


def shown_to(viewer: User) -> set[int]:
    return {card.video.pk for card in for_you_page(viewer.pk, size=50).items}


def address(video: Video, name: str = "not_interested") -> str:
    return reverse(f"feeds:{name}", args=[video.pk])


def test_a_video_turned_down_leaves_the_slate_that_stands(
    alice: User, mira: User, django_capture_on_commit_callbacks: Any
) -> None:
    unwanted, kept = make_video(mira), make_video(mira)
    assert shown_to(alice) == {unwanted.pk, kept.pk}
    for _ in range(2):
        services.turn_down(account=alice, video=unwanted)
        assert shown_to(alice) == {kept.pk}
    cache.clear()
    assert shown_to(alice) == {kept.pk}
    assert shown_to(mira) == set()
    assert shown_to(make_account("bob")) == {unwanted.pk, kept.pk}
    with django_capture_on_commit_callbacks(execute=True):
        assert services.take_back_turned_down(account=alice, video_ids=[unwanted.pk]) == 1
    assert shown_to(alice) == {unwanted.pk, kept.pk}


def test_a_creator_turned_down_leaves_for_you_and_stays_in_following(alice: User, mira: User) -> None:
    """Whom one follows too: the wish is younger than the promise of a place, and is taken back when one wants."""
    zoe = make_account("zoe")
    other = make_video(zoe)
    follows.follow(follower=alice, followee=mira)
    made = [make_video(mira) for _ in range(2)]
    services.turn_down(account=alice, video=made[0], whole_creator=True)
    made.append(make_video(mira))
    cache.clear()
    assert shown_to(alice) == {other.pk}
    assert {video.pk for video in selectors.following_videos(alice.pk).items} == {video.pk for video in made}
    services.take_back_turned_down(account=alice, video_ids=[made[0].pk])
    cache.clear()
    assert shown_to(alice) == {other.pk, *(video.pk for video in made)}


def test_of_a_followed_creator_the_newest_that_is_not_turned_down_waits(alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    older, newest = make_video(mira), make_video(mira)
    services.turn_down(account=alice, video=newest)
    [card] = for_you_page(alice.pk).items
    assert (card.video, card.source) == (older, "followed")


def test_the_menu_says_why_and_what_can_be_done(client: Client, alice: User, mira: User) -> None:
    video = make_video(mira)
    html = " ".join(client.get("/").content.decode().split())
    assert "<strong>Why you see this</strong> New here" in html
    assert "Nothing from @mira" in html
    assert 'data-source="explore" data-creator="mira"' in html
    assert "Following keeps showing" not in html
    follows.follow(follower=alice, followee=mira)
    html = client.get("/").content.decode()
    assert "Following keeps showing everything by Mira &lt;b&gt;." in html
    assert address(video) in html
    assert address(video) not in client.get("/following/").content.decode()
    client.logout()
    assert address(video) not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ("", "For You does not show this video again."),
        ("creator", "For You shows nothing of Mira <b> any more."),
        (
            "creator",
            "For You shows nothing of Mira <b> any more. You still follow them, and Following shows everything.",
        ),
    ],
)
def test_a_tap_hides_the_cards_says_so_and_can_be_undone(
    client: Client, alice: User, mira: User, of: str, words: str
) -> None:
    video = make_video(mira)
    if "follow" in words:
        follows.follow(follower=alice, followee=mira)
    answer = client.post(address(video), {"of": of}, headers=HTMX)
    events = json.loads(answer["HX-Trigger"])
    assert answer.status_code == 204
    assert events["turned-down"] == {"video": video.pk, "creator": "mira" if of else "", "hidden": True}
    assert events["toast"]["text"] == words
    assert events["toast"]["action"] == {"label": "Undo", "url": address(video, "interested_again"), "fields": {}}
    answer = client.post(events["toast"]["action"]["url"], headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["turned-down"] == {"video": video.pk, "creator": "mira", "hidden": False}
    assert not NotInterested.objects.exists()


def test_without_javascript_the_next_page_carries_the_way_back(client: Client, alice: User, mira: User) -> None:
    video = make_video(mira)
    answer = client.post(address(video), {"of": "creator"}, follow=True)
    assert [step for step, _ in answer.redirect_chain] == ["/"]
    html = answer.content.decode()
    assert "For You shows nothing of Mira &lt;b&gt; any more." in html
    assert f'action="{address(video, "interested_again")}"' in html
    again = client.post(address(video, "interested_again"), {"next": reverse("feeds:turned_down")}, follow=True)
    assert "Taken back." in again.content.decode()
    assert "You turned nothing down" in again.content.decode()


def test_what_one_may_not_see_cannot_be_turned_down(client: Client, alice: User, mira: User) -> None:
    hidden = make_video(mira, visibility="only_me")
    assert client.post(address(hidden)).status_code == 404
    assert client.get(address(hidden)).status_code == 405
    client.logout()
    assert client.post(address(make_video(mira))).status_code == 302
    assert not NotInterested.objects.exists()


def test_taking_back_says_nothing_of_a_video_that_one_may_not_see(client: Client, alice: User, mira: User) -> None:
    hidden = make_video(mira, visibility="only_me")
    answer = client.post(address(hidden, "interested_again"), headers=HTMX)
    nothing = client.post(reverse("feeds:interested_again", args=[hidden.pk + 1000]), headers=HTMX)
    assert "mira" not in answer.get("HX-Trigger", "")
    assert (answer.status_code, answer.headers.get("Location")) == (
        nothing.status_code,
        nothing.headers.get("Location"),
    )


def test_taking_back_reaches_the_cards_of_a_video_that_is_hidden_by_now(
    client: Client, alice: User, mira: User
) -> None:
    video = make_video(mira)
    client.post(address(video), {"of": "creator"}, headers=HTMX)
    Video.objects.filter(pk=video.pk).update(visibility="only_me")
    answer = client.post(address(video, "interested_again"), headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["turned-down"] == {"video": video.pk, "creator": "mira", "hidden": False}


def test_the_list_shows_everything_and_of_hidden_videos_nothing_but_the_creator(
    client: Client, alice: User, mira: User
) -> None:
    zoe = make_account("zoe", name="Zoe")
    shown, closed = make_video(mira, caption="Shown"), make_video(mira, caption="Secret later")
    for video in (shown, closed):
        services.turn_down(account=alice, video=video)
    services.turn_down(account=alice, video=make_video(zoe), whole_creator=True)
    videos.edit(creator=mira, video=closed, visibility="only_me")
    html = client.get(reverse("feeds:turned_down")).content.decode()
    assert html.index("Everything by Zoe") < html.index("A video that you cannot see any more") < html.index("Shown")
    assert "Secret later" not in html
    assert html.count("Take back<") == 3
    assert "Not interested" in client.get(reverse("accounts:settings")).content.decode()


def test_of_a_creator_who_blocked_one_since_nothing_is_told(
    client: Client, api: APIClient, alice: User, mira: User
) -> None:
    """Neither on the list nor by what taking it back answers; it can be taken back all the same."""
    one, other = make_video(mira, caption="One"), make_video(mira, caption="Other")
    services.turn_down(account=alice, video=one)
    services.turn_down(account=alice, video=other, whole_creator=True)
    follows.block(blocker=mira, blocked=alice)
    html = client.get(reverse("feeds:turned_down")).content.decode()
    assert "mira" not in html.lower()
    assert html.count("Take back<") == 2
    assert "Everything by somebody you cannot see" in html
    rows = api.get("/api/v1/feeds/for-you/not-interested/").json()["results"]
    assert [(row["video_id"], row["video"], row["creator"]) for row in rows] == [
        (other.pk, None, None),
        (one.pk, None, None),
    ]
    answer = client.post(address(other, "interested_again"), headers=HTMX)
    assert "mira" not in answer.get("HX-Trigger", "")
    assert list(NotInterested.objects.values_list("video", flat=True)) == [one.pk]


def test_the_list_is_paged(client: Client, alice: User, mira: User) -> None:
    for _ in range(31):
        services.turn_down(account=alice, video=make_video(mira))
    first = client.get(reverse("feeds:turned_down"))
    after = first.context["page"].next_cursor
    part = client.get(reverse("feeds:turned_down"), {"after": after}, headers=HTMX)
    assert len(part.context["page"].items) == 1
    assert b"<html" not in part.content


# --- Interests ------------------------------------------------------------------------------------------------


def test_the_tags_of_most_creators_come_first_and_hidden_ones_are_not_told(
    client: Client, alice: User, mira: User
) -> None:
    zoe = make_account("zoe")
    for caption in ("#cats", "#cats", "#cats", "#dogs"):
        make_video(mira, caption=caption)
    make_video(zoe, caption="#dogs")
    make_video(zoe, caption="#secret", visibility="followers")
    names = [choice.name for choice in selectors.tags_to_choose(alice.pk)]
    assert names == ["dogs", "cats"]
    html = client.get(reverse("feeds:interests")).content.decode()
    assert 'value="dogs"' in html
    assert "Not now" in html


def test_only_what_is_out_has_a_say(alice: User, mira: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(wishes, "NEWEST", 1)
    make_video(mira, caption="#cats")
    make_video(mira, caption="#dogs", is_draft=True)
    assert [choice.name for choice in selectors.tags_to_choose(alice.pk)] == ["cats"]


def test_what_a_moderator_limited_has_no_say(alice: User, mira: User) -> None:
    make_video(mira, caption="#cats")
    limited = make_video(mira, caption="#dogs")
    Video.objects.filter(pk=limited.pk).update(is_limited=True)
    assert [choice.name for choice in selectors.tags_to_choose(alice.pk)] == ["cats"]
    User.objects.filter(pk=mira.pk).update(is_limited=True)
    assert selectors.tags_to_choose(alice.pk) == []


def test_interests_are_chosen_and_changed_by_a_plain_form(client: Client, alice: User, mira: User) -> None:
    for tag in ("cats", "dogs", "sea"):
        make_video(mira, caption=f"#{tag}")
    answer = client.post(reverse("feeds:interests"), {"tag": ["cats", "dogs", "unknown", "\x00"]}, follow=True)
    assert "2 interests" in answer.content.decode()
    for _ in range(2):
        client.post(reverse("feeds:interests"), {"tag": ["sea", "dogs"]})
        assert set(Interest.objects.values_list("tag__name", flat=True)) == {"sea", "dogs"}
    html = client.get(reverse("feeds:interests")).content.decode()
    assert html.count(" checked") == 2
    client.post(reverse("feeds:interests"))
    assert not Interest.objects.exists()


def test_a_chosen_tag_can_be_given_up_when_nobody_uses_it_any_more(client: Client, alice: User, mira: User) -> None:
    video = make_video(mira, caption="#cats")
    services.choose_interests(account=alice, tags=["cats"])
    videos.remove(by=mira, video=video)
    assert [(choice.name, choice.is_chosen) for choice in selectors.tags_to_choose(alice.pk)] == [("cats", True)]


def test_a_young_site_says_that_there_is_nothing_to_choose(client: Client, alice: User) -> None:
    html = client.get(reverse("feeds:interests")).content.decode()
    assert "Nothing to choose from yet" in html


def test_signing_up_leads_there(client: Client, db: None) -> None:
    form = {
        "username": "nora",
        "email": "nora@example.org",
        "password1": "correct horse battery",
        "birth_date": "1990-01-01",
        "terms": "on",
    }
    answer = client.post(reverse("account_signup"), form)
    assert (answer.status_code, answer.url) == (302, reverse("feeds:interests"))


# --- The API --------------------------------------------------------------------------------------------------


def test_the_api_says_the_same(api: APIClient, alice: User, mira: User) -> None:
    video = make_video(mira, caption="#cats")
    wishes = "/api/v1/feeds/for-you/not-interested/"
    for _ in range(2):
        assert api.post(wishes, {"video": video.pk, "whole_creator": True}).status_code == 204
    [row] = api.get(wishes).json()["results"]
    assert (row["video"]["id"], row["creator"]["handle"], row["whole_creator"]) == (video.pk, "mira", True)
    assert api.get("/api/v1/feeds/for-you/").json()["results"] == []
    for _ in range(2):
        assert api.delete(f"{wishes}{video.pk}/").status_code == 204
    cache.clear()
    [card] = api.get("/api/v1/feeds/for-you/").json()["results"]
    assert (card["reason"], card["reason_words"]) == ("explore", "New here")
    assert api.post(wishes, {"video": 99999}).status_code == 404
    assert api.post(wishes, {"video": "x"}).status_code == 400
    assert api.put("/api/v1/feeds/for-you/interests/", {"tags": ["cats", "no"]}).json() == {"tags": ["cats"]}
    assert api.get("/api/v1/feeds/for-you/interests/").json() == [{"name": "cats", "chosen": True}]
    assert APIClient().get(wishes).status_code == 401


# --- In the browser -------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_turned_down_cards_vanish_and_come_back(page, sign_in, live_server, transactional_db) -> None:
    alice, mira, zoe = (make_account(name, name=name.title()) for name in ("alice", "mira", "zoe"))
    for creator in (mira, mira, zoe):
        make_video(creator)
    sign_in(page, alice)
    page.goto("/")
    cards = page.locator(".feed-card")
    until(page, "() => document.querySelectorAll('.feed-card').length === 3")
    mine = page.locator(".feed-card[data-creator=mira]").first
    mine.scroll_into_view_if_needed()
    menu = mine.locator(".rail > pop-menu")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Nothing from @mira").click()
    until(page, "() => document.querySelectorAll('.feed-card:not([hidden])').length === 1")
    assert page.locator(".feed-card[data-creator=zoe]").is_visible()
    assert page.locator(".toast").inner_text().startswith("For You shows nothing of Mira any more.")
    assert not mine.locator("details[open]").count()
    page.locator(".toast__action").click()
    until(page, "() => document.querySelectorAll('.feed-card:not([hidden])').length === 3")
    until(page, "() => !document.querySelector('.toast')")
    assert cards.count() == 3
    assert not NotInterested.objects.exists()
