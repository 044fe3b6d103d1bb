"""The API says what the pages say."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import make_account
from follows import services
from follows.models import Follow, FollowEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]


@pytest.fixture
def api(alice):
    client = APIClient()
    client.force_authenticate(alice)
    return client


def test_put_follows_and_delete_unfollows_however_often(api, bob):
    first = api.put("/api/v1/accounts/bob/follow/").json()
    assert first["state"] == "following"
    assert api.put("/api/v1/accounts/bob/follow/").json() == first
    assert api.get("/api/v1/accounts/bob/counts/").json() == {"followers": 1, "following": 0}
    last = api.delete("/api/v1/accounts/bob/follow/").json()
    assert last["state"] == "follow"
    assert last["version"] > first["version"]
    assert api.delete("/api/v1/accounts/bob/follow/").json() == last


def test_nobody_is_followed_without_a_login(bob):
    assert APIClient().put("/api/v1/accounts/bob/follow/").status_code in {401, 403}
    assert not Follow.objects.exists()


def test_a_refusal_has_its_code_and_words(api, alice, bob):
    services.block(blocker=bob, blocked=alice)
    response = api.put("/api/v1/accounts/bob/follow/")
    assert response.status_code == 409
    assert response.json()["code"] == "blocked"
    assert "cannot follow" in response.json()["detail"]
    assert not Follow.objects.exists()


def test_my_following_lists_requests_and_marks_standing(api, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.follow(follower=alice, followee=make_account("shy", is_private=True))
    results = api.get("/api/v1/me/following/").json()["results"]
    assert [(row["account"]["handle"], row["state"]) for row in results] == [("shy", "requested"), ("bob", "active")]


def test_a_request_is_answered_by_the_one_who_was_asked(api, alice, bob):
    type(alice).objects.filter(pk=alice.pk).update(is_private=True)
    services.follow(follower=bob, followee=alice)
    assert api.get("/api/v1/me/requests/").json()["results"][0]["account"]["handle"] == "bob"
    assert api.put("/api/v1/me/requests/bob/").json()["followed_by"] is True
    assert api.delete("/api/v1/me/followers/bob/").json()["followed_by"] is False


def test_bell_block_and_mute(api, alice, bob):
    services.follow(follower=alice, followee=bob)
    assert api.patch("/api/v1/accounts/bob/follow/", {"notify": "none"}).json()["notify"] == "none"
    assert api.patch("/api/v1/accounts/bob/follow/", {"notify": "loud"}).status_code == 400
    muted = api.put("/api/v1/accounts/bob/mute/").json()
    assert (muted["state"], muted["muted"]) == ("following", True)
    assert api.delete("/api/v1/accounts/bob/mute/").json()["muted"] is False
    assert api.put("/api/v1/accounts/bob/block/").json()["state"] == "blocked"
    assert api.delete("/api/v1/accounts/bob/block/").json()["state"] == "follow"


def test_an_unfollow_is_taken_back(api, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify="none")
    api.delete("/api/v1/accounts/bob/follow/")
    back = api.put("/api/v1/accounts/bob/restore/").json()
    assert (back["state"], back["notify"]) == ("following", "none")
    assert FollowEvent.objects.latest("id").source == "api"


def test_whom_i_block_and_mute(api, alice, bob):
    until = "2999-05-03T12:00:00Z"
    assert api.put("/api/v1/accounts/bob/mute/", {"until": until}).json()["muted"] is True
    assert api.put("/api/v1/accounts/bob/mute/", {"until": "soon"}).status_code == 400
    (row,) = api.get("/api/v1/me/mutes/").json()["results"]
    assert (row["account"]["handle"], row["until"]) == ("bob", until)
    api.put("/api/v1/accounts/bob/block/")
    (row,) = api.get("/api/v1/me/blocks/").json()["results"]
    assert row["account"]["handle"] == "bob"


def test_an_unknown_account_is_not_found(api):
    for method in (api.get, api.put):
        assert method("/api/v1/accounts/nobody/follow/").status_code in {404, 405}
    assert api.get("/api/v1/accounts/nobody/counts/").status_code == 404


def test_the_counts_of_who_blocks_me_are_not_there_like_their_lists(api, alice, bob):
    services.block(blocker=bob, blocked=alice)
    for what in ("counts", "followers", "following"):
        assert api.get(f"/api/v1/accounts/bob/{what}/").status_code == 404
    assert APIClient().get("/api/v1/accounts/bob/counts/").status_code == 200


def test_lists_are_pages(api, alice, bob):
    for number in range(35):
        services.follow(follower=make_account(f"fan{number}"), followee=bob)
    first = api.get("/api/v1/accounts/bob/followers/").json()
    second = api.get("/api/v1/accounts/bob/followers/", {"cursor": first["next_cursor"]}).json()
    handles = [row["handle"] for row in first["results"] + second["results"]]
    assert len(handles) == len(set(handles)) == 35
    assert second["next_cursor"] == ""


def test_a_list_and_those_hidden_are_the_count(api, alice, bob):
    shy = make_account("shy")
    services.block(blocker=shy, blocked=alice)
    for fan in (shy, make_account("carol")):
        services.follow(follower=fan, followee=bob)
    page = api.get("/api/v1/accounts/bob/followers/").json()
    assert [row["handle"] for row in page["results"]] == ["carol"]
    assert page["hidden"] == 1
    assert api.get("/api/v1/accounts/bob/counts/").json()["followers"] == 2


def test_who_is_absent_is_marked(api, alice, bob):
    services.follow(follower=alice, followee=bob)
    type(bob).objects.filter(pk=bob.pk).update(suspended_at=timezone.now())
    (row,) = api.get("/api/v1/me/following/").json()["results"]
    assert row["account"]["standing"] == "suspended"
