"""The pages, as people and htmx ask for them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from follows import services as follows
from videos import services as videos
from videos.tests.factories import make_comment, make_failed_video, make_video

pytestmark = pytest.mark.django_db
PAGES = ["feeds:home", "feeds:following_feed", "feeds:explore"]


@pytest.fixture
def alice(alice: User, client: Client) -> User:
    client.force_login(alice)
    return alice


@pytest.fixture
def mira() -> User:
    return make_account("mira", name="Mira <b>")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_site_says_what_to_do_next(client: Client, page: str) -> None:
    answer = client.get(reverse(page))
    assert answer.status_code == 200
    assert b'class="empty"' in answer.content


def test_visitors_see_what_is_for_everyone_and_are_asked_to_log_in(client: Client, mira: User) -> None:
    shown, hidden = make_video(mira, caption="For all"), make_video(mira, visibility="followers")
    for page in ("feeds:home", "feeds:explore"):
        html = client.get(reverse(page)).content.decode()
        assert shown.get_absolute_url() in html
        assert hidden.get_absolute_url() not in html
    assert "Log in to see whom you follow" in client.get(reverse("feeds:following_feed")).content.decode()
    assert client.get(reverse("feeds:notifications")).status_code == 302


def test_a_feed_shows_cards_with_their_reason_counts_and_button(client: Client, alice: User, mira: User) -> None:
    video = make_video(mira, caption="A <i>caption</i>")
    videos.like(account=alice, video=video)
    follows.follow(follower=alice, followee=mira)
    html = client.get(reverse("feeds:home")).content.decode()
    assert "You follow Mira &lt;b&gt;" in html
    assert "&lt;i&gt;caption" in html
    assert 'data-state="following"' in html
    assert 'aria-pressed="true"' in html
    assert "That is everything for now" in html
    assert video.get_absolute_url() in client.get(reverse("feeds:following_feed")).content.decode()


@pytest.mark.parametrize("page", PAGES[:2])
def test_pages_are_links_without_javascript_and_cards_alone_for_htmx(
    client: Client, alice: User, mira: User, page: str
) -> None:
    follows.follow(follower=alice, followee=mira)
    made = [make_video(mira).pk for _ in range(8)]
    first = client.get(reverse(page))
    assert first.content.count(b'class="feed-card"') == 5
    assert first.content.count(b'class="player__bar"') == 1  # of which every player takes its own
    poster = first.context["page"].items[0].video.poster_url
    assert f'<link rel="preload" as="image" href="{poster}"' in first.content.decode()
    after = first.context["page"].next_cursor
    second = client.get(reverse(page), {"after": after})
    assert second.content.count(b'class="feed-card"') == 3
    assert b"<html" in second.content
    part = client.get(reverse(page), {"after": after}, headers={"HX-Request": "true"})
    assert part.content.count(b'class="feed-card"') == 3
    assert b"<html" not in part.content
    shown = [card.video.pk for answer in (first, part) for card in answer.context["page"].items]
    assert sorted(shown) == made


def test_following_shows_whom_to_follow_while_it_is_empty(client: Client, alice: User, mira: User) -> None:
    make_video(mira)
    html = client.get(reverse("feeds:following_feed")).content.decode()
    assert "People to follow" in html
    assert "follow-button-" in html


def test_explore_pages_what_is_new(client: Client, mira: User) -> None:
    for _ in range(26):
        make_video(mira)
    first = client.get(reverse("feeds:explore"), {"sort": "new"})
    after = first.context["page"].next_cursor
    part = client.get(reverse("feeds:explore"), {"sort": "new", "after": after}, headers={"HX-Request": "true"})
    assert len(part.context["page"].items) == 2
    assert client.get(reverse("feeds:explore"), {"sort": "new", "after": "WyJ4Il0"}).status_code == 200


def test_the_inbox_lists_everything_and_is_then_seen(client: Client, alice: User, mira: User) -> None:
    bob = make_account("bob")
    follows.follow(follower=alice, followee=mira)
    make_video(mira)
    mine = make_video(alice)
    make_failed_video(alice, reason="This file is damaged. Export it again.")
    videos.like(account=bob, video=mine)
    make_comment(bob, mine)
    follows.follow(follower=bob, followee=alice)
    services.consume_outbox()
    assert "6 unread" in client.get(reverse("feeds:home")).content.decode()
    answer = client.get(reverse("feeds:notifications"))
    html = " ".join(answer.content.decode().split())
    for words in (
        *("posted a video", "Your video is ready", "could not be processed", "This file is damaged."),
        *("liked your video", "commented on your video", "follows you"),
    ):
        assert words in html, words
    assert html.count("data-new") == 6
    again = client.get(reverse("feeds:notifications")).content.decode()
    assert "data-new" not in again
    assert "nav__badge" not in again


def test_private_accounts_ask_and_answer(client: Client, alice: User) -> None:
    closed = make_account("closed", is_private=True)
    follows.follow(follower=closed, followee=alice)
    follows.follow(follower=alice, followee=closed)
    services.consume_outbox()
    follows.approve(followee=closed, follower=alice)
    services.consume_outbox()
    html = client.get(reverse("feeds:notifications")).content.decode()
    assert "let you follow them" in html


def test_an_empty_inbox_says_what_will_come(client: Client, alice: User) -> None:
    assert "Nothing has happened yet" in client.get(reverse("feeds:notifications")).content.decode()
