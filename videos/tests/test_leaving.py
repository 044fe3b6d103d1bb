"""Deleting one's account as people do it: said with numbers, with the password, taken back at the door; by API too."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.access import WAITS_SECONDS
from accounts.models import Erasure, User
from accounts.services import erasure
from accounts.tests.factories import PASSWORD
from follows import services as follows
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db

DELETE = "/settings/account/delete/"
LEAVING = "/leaving/"
CREDENTIALS = {"login": "alice", "password": PASSWORD}


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def log_in(client: Client, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": "alice", "password": password})


def handle_in(client: Client) -> str | None:
    """Who is logged in."""
    return User.objects.filter(pk=client.session.get("_auth_user_id")).values_list("handle", flat=True).first()


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_it_says_what_happens_with_numbers(as_alice: Client, alice: User, bob: User, mallory: User, settings) -> None:
    settings.DELETE_AFTER_DAYS = 20
    for fan in (bob, mallory):
        follows.follow(follower=fan, followee=alice)
    follows.follow(follower=alice, followee=bob)
    make_video(alice)
    assert DELETE in as_alice.get("/settings/account/").content.decode()
    said = words(as_alice.get(DELETE))
    for part in (
        "Followers 2 ",
        "Following 1 ",
        "Video 1 ",
        "20 days",
        "1 video with its files",
        "2 followers can read",
    ):
        assert part in said


def test_it_needs_the_password(as_alice: Client, alice: User) -> None:
    for sent in ({}, {"password": ""}, {"password": "wrong"}, {"password": "a\x00"}):
        assert as_alice.post(DELETE, sent).status_code == 422
    alice.refresh_from_db()
    assert alice.is_present
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("address", [DELETE, "/settings/account/deactivate/"])
def test_the_password_cannot_be_found_by_trying(as_alice: Client, alice: User, settings, address: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "3/m/user"}
    for _ in range(3):
        assert "not your password" in as_alice.post(address, {"password": "wrong"}).content.decode()
    late = as_alice.post(address, {"password": PASSWORD})
    assert late.status_code == 422
    assert "too often" in late.content.decode()
    alice.refresh_from_db()
    assert alice.is_present


def test_asking_logs_out_everywhere_and_shows_the_way_back(as_alice: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    response = as_alice.post(DELETE, {"password": PASSWORD})
    assert (response.status_code, response.url) == (302, LEAVING)
    assert handle_in(as_alice) is None
    assert other.get("/settings/").status_code == 302
    shown = words(as_alice.get(LEAVING))
    assert "Your account is to be deleted" in shown
    assert f"{Erasure.objects.get().due_at:%-d %B}" in shown
    as_alice.post(LEAVING)
    alice.refresh_from_db()
    assert alice.is_present
    assert handle_in(as_alice) == "alice"
    assert not Erasure.objects.exists()


def test_logging_in_alone_takes_nothing_back(as_alice: Client, alice: User) -> None:
    accounts.ask_for_deletion(account=alice)
    visitor = Client()
    assert log_in(visitor).url == LEAVING
    assert handle_in(visitor) is None
    assert visitor.get(DELETE).url == LEAVING
    alice.refresh_from_db()
    assert not alice.is_present
    visitor.post(LEAVING)
    assert handle_in(visitor) == "alice"
    assert "Everything is as it was" in visitor.get("/settings/").content.decode()


def test_a_wrong_password_shows_nothing(alice: User) -> None:
    accounts.ask_for_deletion(account=alice)
    visitor = Client()
    assert log_in(visitor, "wrong").status_code == 200
    assert visitor.get(LEAVING).status_code == visitor.post(LEAVING).status_code == 302
    assert Erasure.objects.exists()


def test_the_door_closes_after_a_while_and_on_a_new_password(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.ask_for_deletion(account=alice)
    one, two = Client(), Client()
    log_in(one)
    log_in(two)
    accounts.change_password(account=alice, password="another horse")
    assert one.get(LEAVING).status_code == 302
    two = Client()
    log_in(two, "another horse")
    assert two.get(LEAVING).status_code == 200
    session = two.session
    session["at_the_door"] |= {"at": session["at_the_door"]["at"] - WAITS_SECONDS - 1}
    session.save()
    assert two.get(LEAVING).status_code == two.post(LEAVING).status_code == 302
    assert Erasure.objects.exists()


def test_a_suspended_account_can_be_deleted_from_the_door(alice: User, moderator: User) -> None:
    accounts.suspend(account=alice, by=moderator, reason="Spam")
    visitor = Client()
    assert DELETE in log_in(visitor).content.decode()
    assert visitor.post(DELETE, {"password": "wrong"}).status_code == 422
    assert visitor.post(DELETE, {"password": PASSWORD}).url == LEAVING
    assert "suspended too" in visitor.get(LEAVING).content.decode()
    kept = visitor.post(LEAVING)
    assert kept.status_code == 403
    assert "Spam" in kept.content.decode()
    assert not Erasure.objects.exists()
    alice.refresh_from_db()
    assert alice.standing == "suspended"


def test_an_administrator_is_told_what_to_do_first(client: Client, moderator: User) -> None:
    client.force_login(moderator)
    response = client.post(DELETE, {"password": PASSWORD})
    assert response.status_code == 422
    assert "Hand over your role" in response.content.decode()
    assert handle_in(client) == "moderator"


def test_for_strangers_there_is_nothing(client: Client, alice: User) -> None:
    assert client.get(DELETE).url.startswith("/accounts/login/")
    assert client.post(DELETE, {"password": PASSWORD}).url.startswith("/accounts/login/")
    assert client.get(LEAVING).status_code == 302
    assert not Erasure.objects.exists()


def test_nobody_comes_back_from_the_end(alice: User) -> None:
    accounts.ask_for_deletion(account=alice)
    visitor = Client()
    log_in(visitor)
    Erasure.objects.update(due_at="2000-01-01T00:00Z")
    erasure.begin(alice.pk)
    assert visitor.get(LEAVING).status_code == visitor.post(LEAVING).status_code == 302
    assert log_in(Client()).status_code == 200
    assert handle_in(visitor) is None


# --- By API ---------------------------------------------------------------------------------------------------


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def test_by_api(api: APIClient, alice: User) -> None:
    token = accounts.give_token(account=alice).key
    asked = api.post("/api/v1/auth/deletion/", CREDENTIALS)
    assert asked.status_code == 202
    assert asked.json() == api.post("/api/v1/auth/deletion/", CREDENTIALS).json()
    assert APIClient().get("/api/v1/me/", headers={"authorization": f"Token {token}"}).status_code == 401
    refused = api.post("/api/v1/auth/token/", CREDENTIALS)
    assert refused.status_code == 403
    assert asked.json()["due_at"][:10] in refused.json()["detail"]
    assert Erasure.objects.exists()
    assert api.post("/api/v1/auth/deletion/cancel/", CREDENTIALS).status_code == 204
    assert api.post("/api/v1/auth/token/", CREDENTIALS).status_code == 200
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("address", ["/api/v1/auth/deletion/", "/api/v1/auth/deletion/cancel/"])
def test_the_api_needs_the_password_too(api: APIClient, alice: User, address: str) -> None:
    api.credentials(HTTP_AUTHORIZATION=f"Token {accounts.give_token(account=alice).key}")
    for sent in ({}, CREDENTIALS | {"password": "wrong"}, {"login": "alice"}, {"login": ["a"], "password": {}}):
        assert api.post(address, sent).status_code == 400
    alice.refresh_from_db()
    assert alice.is_present


def test_by_api_a_suspended_account_can_ask_and_an_administrator_cannot(
    api: APIClient, alice: User, moderator: User
) -> None:
    accounts.suspend(account=alice, by=moderator, reason="Spam")
    assert api.post("/api/v1/auth/deletion/", CREDENTIALS).status_code == 202
    refused = api.post("/api/v1/auth/deletion/", {"login": "moderator", "password": PASSWORD})
    assert refused.status_code == 403
    assert Erasure.objects.count() == 1
