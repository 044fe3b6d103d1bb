"""Why a video is, or is not, in the Following feed: one answer for each reason, and none that tells what is not the asker's
to know. That "it is here" is true whenever it is said: test_following_feed.py."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors
from feeds.selectors.why import namesakes
from feeds.views.following import WhyRate
from feeds.why import WORDS
from follows import services as follows
from videos import services as videos
from videos.models import Video
from videos.tests.factories import make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    return make_account("moderator", is_staff=True, is_superuser=True)


def code(viewer: User, question: object) -> str:
    answer = selectors.explain(viewer.pk, str(question)).answer
    assert answer is not None
    return answer.code


def about(viewer: User, video: Video) -> str:
    """Asked by id, by path and by address: one answer."""
    path = f"/@{video.creator.handle}/video/{video.pk}/"
    codes = {code(viewer, question) for question in (video.pk, path, f"https://example.org{path}?from=mail#comments")}
    assert len(codes) == 1
    return codes.pop()


def test_each_tie_has_its_answer(alice: User, mira: User) -> None:
    video = make_video(mira)
    assert (about(alice, video), code(alice, "@mira")) == ("not_following",) * 2
    follows.follow(follower=alice, followee=mira)
    assert (about(alice, video), code(alice, "@mira")) == ("here", "creator_here")
    follows.mute(muter=alice, muted=mira)
    assert (about(alice, video), code(alice, "@mira")) == ("muted",) * 2
    follows.mute(muter=alice, muted=mira, until=timezone.now() + timedelta(days=1))
    assert (about(alice, video), code(alice, "@mira")) == ("muted_until",) * 2
    follows.block(blocker=alice, blocked=mira)
    assert (about(alice, video), code(alice, "@mira")) == ("blocked_by_me",) * 2


def test_a_private_account_lets_in_or_does_not(alice: User, mira: User) -> None:
    accounts.set_privacy(account=mira, is_private=True)
    video = make_video(mira)
    assert (about(alice, video), code(alice, "@mira")) == ("cannot_see", "not_following_private")
    follows.follow(follower=alice, followee=mira)
    assert (about(alice, video), code(alice, "@mira")) == ("cannot_see", "requested")
    follows.approve(followee=mira, follower=alice)
    assert (about(alice, video), code(alice, "@mira")) == ("here", "creator_here")


def test_of_an_older_follow_the_last_twenty_are_here(alice: User, mira: User) -> None:
    made = [make_video(mira) for _ in range(21)]
    follows.follow(follower=alice, followee=mira)
    assert [about(alice, video) for video in (made[0], made[1], made[-1])] == ["before_follow", "here", "here"]
    answer = selectors.explain(alice.pk, "mira").answer
    assert answer
    assert answer.number == 20


def test_who_was_told_of_a_video_hears_what_became_of_it(alice: User, mira: User, moderator: User) -> None:
    follows.follow(follower=alice, followee=mira)
    assert code(alice, "@mira") == "nothing_yet"
    deleted, removed, hidden = (make_video(mira) for _ in range(3))
    videos.remove(by=mira, video=deleted)
    videos.remove(by=moderator, video=removed, reason="Spam")
    videos.edit(creator=mira, video=hidden, visibility="only_me")
    became = [about(alice, video) for video in (deleted, removed, hidden)]
    assert became == ["removed_by_creator", "removed_by_moderator", "only_me"]
    late = make_account("late")
    follows.follow(follower=late, followee=mira)
    assert {about(late, video) for video in (deleted, removed, hidden)} == {"cannot_see"}


@pytest.mark.parametrize("standing", ["suspended", "deactivated"])
def test_an_absent_creator_is_named_to_followers_alone(standing: str, alice: User, mira: User, moderator: User) -> None:
    follows.follow(follower=alice, followee=mira)
    video = make_video(mira)
    if standing == "suspended":
        accounts.suspend(account=mira, by=moderator, reason="Spam")
    else:
        accounts.deactivate(account=mira)
    assert (about(alice, video), code(alice, "@mira")) == (standing, standing)
    assert (about(moderator, video), code(moderator, "@mira")) == ("cannot_see", "gone")


def test_what_is_not_the_askers_to_know_reads_as_what_is_not_there(alice: User, mira: User) -> None:
    """Whole answers, not their codes: not a word may differ."""
    hidden = [
        make_video(mira, visibility="only_me"),
        make_video(mira, visibility="followers"),
        make_video(mira, publish_at=timezone.now() + timedelta(hours=1)),
        make_failed_video(mira),
        upload(mira),
    ]
    blocker = make_account("blocker")
    follows.block(blocker=blocker, blocked=alice)
    hidden.append(make_video(blocker))
    nothing = selectors.explain(alice.pk, "/@mira/video/999999999/")
    assert nothing.answer
    assert nothing.answer.code == "cannot_see"
    for video in hidden:
        for question in (str(video.pk), f"/@{video.creator.handle}/video/{video.pk}/"):
            assert selectors.explain(alice.pk, question) == nothing, video.visibility
    assert selectors.explain(alice.pk, "@blocker") == selectors.explain(alice.pk, "@nobody-here")
    assert selectors.explain(alice.pk, "blocker") == selectors.explain(alice.pk, "nobody")


def test_ones_own_videos_say_how_far_they_are(alice: User) -> None:
    made = {
        "own_published": make_video(alice),
        "own_ready": make_video(alice, visibility="only_me"),
        "own_scheduled": make_video(alice, publish_at=timezone.now() + timedelta(hours=1)),
        "own_processing": upload(alice),
        "own_failed": make_failed_video(alice),
        "own_removed": videos.remove(by=alice, video=make_video(alice)),
    }
    assert {expected: about(alice, video) for expected, video in made.items()} == {key: key for key in made}
    assert code(alice, "@alice") == "own_account"


def test_a_name_is_enough_and_followed_ones_come_first(alice: User, mira: User) -> None:
    other = make_account("other", name="Mira")
    found = selectors.explain(alice.pk, "mira b")
    assert found.answer == selectors.explain(alice.pk, "nobody").answer
    assert {account.handle for account in selectors.explain(alice.pk, "Mira ").namesakes} <= {"mira", "other"}
    follows.follow(follower=alice, followee=other)
    assert code(alice, "@OTHER") == "nothing_yet"
    assert code(alice, "https://example.org/@other/") == "nothing_yet"


@pytest.mark.parametrize(
    "question", ["", " ", "\x00", "@", "/", "http://[", "9" * 40, "%", "_", "٣", "@mira/video/x/", "<b>"]
)
def test_whatever_is_asked_there_is_an_answer(question: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/following/why/", {"of": question}).status_code == 200


def test_the_page_answers_with_the_way_to_it(client: Client, alice: User, mira: User) -> None:
    follows.follow(follower=alice, followee=mira)
    wanted, _ = make_video(mira), make_video(mira)
    client.force_login(alice)
    html = client.get("/following/why/", {"of": wanted.get_absolute_url()}).content.decode()
    assert "It is here" in html
    where = html.split('href="/following/?after=')[1].split('"')[0]
    first = client.get(f"/following/?after={where}").context["page"].items[0]
    assert first.video == wanted
    html = client.get("/@mira/").content.decode()
    assert "/following/why/?of=@mira" in html


def test_the_api_says_the_same(alice: User, mira: User) -> None:
    client = APIClient()
    client.force_authenticate(alice)
    video = make_video(mira)
    asked: Any = client.get("/api/v1/feeds/following/why/", {"of": video.pk}).json()
    assert asked["answer"]["code"] == "not_following"
    assert asked["answer"]["account"]["handle"] == "mira"
    follows.follow(follower=alice, followee=mira)
    asked = client.get("/api/v1/feeds/following/why/", {"of": "@mira"}).json()
    assert (asked["answer"]["code"], asked["answer"]["number"]) == ("creator_here", 1)
    lacks = client.get("/api/v1/feeds/following/new/", {"shown": ""}).json()
    assert lacks == {"new": [video.pk], "more": False, "gone": []}
    follows.unfollow(follower=alice, followee=mira)
    lacks = client.get("/api/v1/feeds/following/new/", {"shown": f"{video.pk},x,-1"}).json()
    assert lacks == {"new": [], "more": False, "gone": [video.pk]}


def test_of_a_creator_so_many_are_looked_at(
    client: Client, alice: User, mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.selectors.why.MOST_LOOKED_AT", 2)
    follows.follow(follower=alice, followee=mira)
    for number, least in ((1, False), (2, True), (2, True)):
        make_video(mira)
        answer = selectors.explain(alice.pk, "@mira").answer
        assert answer is not None
        assert (answer.number, answer.at_least) == (number, least)
    client.force_login(alice)
    assert b"At least 2 of their videos" in client.get(reverse("feeds:why"), {"of": "@mira"}).content


def test_names_are_looked_up_in_their_index(alice: User) -> None:
    """It walked the names of all accounts."""
    User.objects.bulk_create(
        User(handle=f"crowd{n}", email=f"crowd{n}@example.org", name=f"Person {n}") for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    named = namesakes(User.objects.all(), "person 77")
    assert "accounts_user_by_name" in named.explain()
    assert [account.handle for account in named] == ["crowd77"]


def test_who_asks_without_end_is_slowed_down(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WhyRate, "rate", "2/min")
    client.force_login(alice)
    pages = [client.get(reverse("feeds:why"), {"of": "@nobody"}).status_code for _ in range(3)]
    assert pages == [200, 200, 429]
    assert client.get("/api/v1/feeds/following/why/", {"of": "@nobody"}).status_code == 429


def test_every_answer_has_its_words() -> None:
    for title, text in WORDS.values():
        assert title % {"name": "Mira"}
        assert (text % {"name": "Mira"}).endswith(".")
