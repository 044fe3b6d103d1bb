"""The API of accounts keeps the pages' rules and says what is wrong by field."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts import services
from accounts.models import Invitation, User
from accounts.tests.factories import PASSWORD, make_account
from accounts.tests.pictures import jpeg_with_place

pytestmark = pytest.mark.django_db

SIGNUP = {"handle": "Alice", "email": "Alice@example.org", "password": PASSWORD, "birth_date": "1990-01-01"}


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def alice() -> User:
    return make_account("alice", name="Alice", bio="Hello")


@pytest.fixture
def as_alice(api: APIClient, alice: User) -> APIClient:
    api.credentials(HTTP_AUTHORIZATION=f"Token {services.give_token(account=alice).key}")
    return api


def test_signing_up_gives_a_token_that_works(api: APIClient) -> None:
    response = api.post("/api/v1/auth/signup/", SIGNUP)
    assert response.status_code == 201, response.data
    api.credentials(HTTP_AUTHORIZATION=f"Token {response.data['token']}")
    me = api.get("/api/v1/me/").json()
    assert (me["handle"], me["email"], me["birth_date"]) == ("alice", "alice@example.org", "1990-01-01")
    assert mail.outbox[0].to == ["alice@example.org"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"handle": "admin"}, "handle"),
        ({"handle": "TAKEN"}, "handle"),
        ({"handle": "a\x00"}, "handle"),
        ({"email": "taken@example.org"}, "email"),
        ({"password": "123"}, "password"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": None}, "birth_date"),
        ({"handle": ["x"]}, "handle"),
    ],
)
def test_what_is_wrong_is_said_by_field(api: APIClient, change: dict[str, object], field: str) -> None:
    make_account("taken")
    response = api.post("/api/v1/auth/signup/", SIGNUP | change)
    assert response.status_code == 400
    assert list(response.data) == [field]
    assert User.objects.count() == 1


@pytest.mark.parametrize("body", ["", "[]", "null", '"x"', "{", '{"handle": {}}'])
def test_whatever_is_sent_is_no_server_error(api: APIClient, body: str) -> None:
    for address in ("/api/v1/auth/signup/", "/api/v1/auth/token/"):
        assert api.post(address, body, content_type="application/json").status_code == 400


def test_by_invitation_and_closed(api: APIClient, settings) -> None:
    settings.SIGNUP_MODE = "invite"
    assert list(api.post("/api/v1/auth/signup/", SIGNUP).data) == ["invitation"]
    code = Invitation.objects.create().code
    assert api.post("/api/v1/auth/signup/", SIGNUP | {"invitation": code}).status_code == 201
    settings.SIGNUP_MODE = "closed"
    assert api.post("/api/v1/auth/signup/", SIGNUP).status_code == 403
    assert User.objects.count() == 1


def test_where_addresses_are_confirmed_a_known_one_is_not_given_away(api: APIClient, settings, alice: User) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = api.post("/api/v1/auth/signup/", SIGNUP | {"handle": "bob"})
    unknown = api.post("/api/v1/auth/signup/", SIGNUP | {"handle": "eve", "email": "eve@example.org"})
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert known.data["token"] is None
    assert not User.objects.filter(handle="bob").exists()
    refused = api.post("/api/v1/auth/token/", {"login": "eve", "password": PASSWORD})
    assert refused.status_code == 403
    assert "Confirm" in refused.data["detail"]


@pytest.mark.parametrize("login", ["alice", "@ALICE", "alice@example.org"])
def test_logging_in_and_out(api: APIClient, alice: User, login: str) -> None:
    token = api.post("/api/v1/auth/token/", {"login": login, "password": PASSWORD}).data["token"]
    assert api.post("/api/v1/auth/token/", {"login": login, "password": PASSWORD}).data["token"] == token
    assert api.delete("/api/v1/auth/token/").status_code == 401
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.delete("/api/v1/auth/token/").status_code == 204
    assert api.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize(
    ("login", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("a\x00", "x"), ("alice", "a\x00")]
)
def test_anything_else_gives_no_token(api: APIClient, alice: User, login: str, password: str) -> None:
    assert api.post("/api/v1/auth/token/", {"login": login, "password": password}).status_code == 400
    assert not Token.objects.exists()


def test_a_stale_token_does_not_keep_from_logging_in(api: APIClient, alice: User) -> None:
    api.credentials(HTTP_AUTHORIZATION="Token stale")
    assert api.post("/api/v1/auth/token/", {"login": "alice", "password": PASSWORD}).status_code == 200


def test_a_suspended_account_is_told_why(as_alice: APIClient, alice: User) -> None:
    services.suspend(account=alice, by=make_account("mona", is_staff=True), reason="Spam")
    assert as_alice.get("/api/v1/me/").status_code == 401
    refused = APIClient().post("/api/v1/auth/token/", {"login": "alice", "password": PASSWORD})
    assert refused.status_code == 403
    assert "Spam" in refused.data["detail"]


def test_a_deactivated_account_comes_back_by_logging_in(as_alice: APIClient, alice: User) -> None:
    services.deactivate(account=alice)
    assert as_alice.get("/api/v1/me/").status_code == 401
    assert APIClient().post("/api/v1/auth/token/", {"login": "alice", "password": PASSWORD}).status_code == 200
    alice.refresh_from_db()
    assert alice.is_present


def test_passwords_cannot_be_tried_for_ever(api: APIClient, alice: User) -> None:
    from rest_framework.throttling import ScopedRateThrottle

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"auth": "3/min"})
        codes = [api.post("/api/v1/auth/token/", {"login": "alice", "password": "x"}).status_code for _ in range(5)]
    assert codes == [400, 400, 400, 429, 429]


@override_settings(ACCOUNT_RATE_LIMITS={"login_failed": "3/m/key"})
def test_nor_from_many_addresses(api: APIClient, alice: User) -> None:
    for number in range(3):
        api.post("/api/v1/auth/token/", {"login": "alice", "password": "x"}, REMOTE_ADDR=f"10.0.0.{number}")
    right = api.post("/api/v1/auth/token/", {"login": "alice", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9")
    assert right.status_code == 400
    assert "too often" in str(right.data)


def test_my_account_changes_in_what_is_sent(as_alice: APIClient, alice: User) -> None:
    me = as_alice.patch("/api/v1/me/", {"name": "Mira", "is_private": True}).json()
    assert (me["name"], me["bio"], me["is_private"], me["handle"]) == ("Mira", "Hello", True, "alice")
    assert as_alice.patch("/api/v1/me/", {"email": "x@example.org", "id": 9, "birth_date": "2000-01-01"}).json() == me


@pytest.mark.parametrize(
    "change",
    [
        {"handle": "taken"},
        {"handle": "admin"},
        {"bio": "x" * 5000},
        {"name": None},
        {"is_private": "maybe"},
        {"avatar": "x"},
    ],
)
def test_one_fault_changes_nothing(as_alice: APIClient, alice: User, change: dict[str, object]) -> None:
    make_account("taken")
    response = as_alice.patch("/api/v1/me/", {"name": "Other", "is_private": True} | change)
    assert response.status_code == 400
    alice.refresh_from_db()
    assert (alice.name, alice.handle, alice.bio, alice.is_private) == ("Alice", "alice", "Hello", False)


def test_my_picture(as_alice: APIClient, alice: User) -> None:
    with jpeg_with_place() as picture:
        me = as_alice.patch("/api/v1/me/", {"avatar": picture}, format="multipart").json()
    assert me["avatar"].endswith(".webp")
    bad = as_alice.patch("/api/v1/me/", {"avatar": SimpleUploadedFile("a.png", b"no")}, format="multipart")
    assert (bad.status_code, list(bad.data)) == (400, ["avatar"])
    assert as_alice.patch("/api/v1/me/", {"avatar": None}, format="json").json()["avatar"] is None


def test_my_account_is_for_me(api: APIClient) -> None:
    assert api.get("/api/v1/me/").status_code == 401
    assert api.patch("/api/v1/me/", {"name": "x"}).status_code == 401


def test_json_nested_without_end_is_a_bad_request(api: APIClient, alice: User) -> None:
    api.force_authenticate(alice)
    reply = api.patch("/api/v1/me/", "[" * 100_000, content_type="application/json")
    assert reply.status_code == 400
