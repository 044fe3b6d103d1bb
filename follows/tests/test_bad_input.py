"""Acts with input that makes no sense, on people who cannot be acted on, or with what is somebody else's: a clear answer,
and not a row has changed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.models import Block, Follow, FollowEvent, Mute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]

ACTS = (
    *("follow", "unfollow", "restore", "bell", "mute", "unmute", "remove", "block", "unblock", "follow-again"),
    *("approve", "decline"),
)
NOT_A_HANDLE = {
    "unknown": "nobody",
    "one letter": "a",
    "too long": "a" * 31,
    "huge": "a" * 5000,
    "NUL": "bob%00",
    "dots": "bob..",
    "a path": "bob%2F..%2Falice",
    "right to left": "%E2%80%AEbob",
    "other letters": "%D0%B2%D0%BE%D0%B1",
    "SQL": "bob'%20OR%20'1'='1",
    "broken UTF-8": "%ff%fe",
    "an id": "1",
}


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Follow, FollowEvent, Block, Mute)]


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def api(alice: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(alice)
    return client


@pytest.fixture
def ties(alice: User, bob: User) -> None:
    """Something that could be changed by mistake."""
    carol = make_account("carol")
    services.follow(follower=alice, followee=carol)
    services.follow(follower=carol, followee=alice)
    services.follow(follower=bob, followee=carol)
    services.mute(muter=alice, muted=carol)


# --- Nobody by that name --------------------------------------------------------------------------------------


@pytest.mark.parametrize("handle", NOT_A_HANDLE.values(), ids=NOT_A_HANDLE)
@pytest.mark.parametrize("act", ACTS)
def test_no_page_acts_on_a_name_that_nobody_has(as_alice: Client, ties: None, act: str, handle: str) -> None:
    with nothing_changes():
        assert as_alice.post(f"/@{handle}/{act}/", {"confirmed": "yes", "notify": "none"}).status_code in {400, 404}


@pytest.mark.parametrize("handle", NOT_A_HANDLE.values(), ids=NOT_A_HANDLE)
def test_no_call_acts_on_a_name_that_nobody_has(api: APIClient, ties: None, handle: str) -> None:
    with nothing_changes():
        for what in ("follow", "block", "mute"):
            assert api.put(f"/api/v1/accounts/{handle}/{what}/").status_code in {400, 404}
            assert api.delete(f"/api/v1/accounts/{handle}/{what}/").status_code in {400, 404}
        assert api.patch(f"/api/v1/accounts/{handle}/follow/", {"notify": "none"}).status_code in {400, 404}
        assert api.put(f"/api/v1/accounts/{handle}/restore/").status_code in {400, 404}
        assert api.delete(f"/api/v1/me/followers/{handle}/").status_code in {400, 404}
        assert api.put(f"/api/v1/me/requests/{handle}/").status_code in {400, 404}
        assert api.delete(f"/api/v1/me/requests/{handle}/").status_code in {400, 404}


# --- People who cannot be followed ----------------------------------------------------------------------------


def _erase(account: User) -> None:
    """Its row, as a deletion leaves it."""
    User.objects.filter(pk=account.pk).update(
        erased_at=timezone.now(),
        email=f"x{account.pk}@deleted.invalid",
        name="",
        bio="",
        handle=f"deleted_{account.pk}",
    )


UNAVAILABLE: dict[str, tuple[Callable[[User, User], object], str]] = {
    "suspended": (lambda me, bob: User.objects.filter(pk=bob.pk).update(suspended_at=timezone.now()), "not_present"),
    "deactivated": (
        lambda me, bob: User.objects.filter(pk=bob.pk).update(deactivated_at=timezone.now()),
        "not_present",
    ),
    "erased": (lambda me, bob: _erase(bob), "not_present"),
    "blocked by me": (lambda me, bob: services.block(blocker=me, blocked=bob), "blocked"),
    "blocking me": (lambda me, bob: services.block(blocker=bob, blocked=me), "blocked"),
    "myself suspended": (
        lambda me, bob: User.objects.filter(pk=me.pk).update(suspended_at=timezone.now()),
        "not_present",
    ),
}


@pytest.mark.parametrize("why", UNAVAILABLE)
def test_nobody_unavailable_is_followed(why: str, alice: User, bob: User) -> None:
    make, code = UNAVAILABLE[why]
    make(alice, bob)
    client = APIClient()
    client.force_authenticate(alice)
    with nothing_changes():
        with pytest.raises(services.FollowRefused) as refused:
            services.follow(follower=alice, followee=bob)
        assert refused.value.code == code
        assert refused.value.message.endswith(".")
        answer = client.put("/api/v1/accounts/bob/follow/")
        assert answer.status_code == (404 if why == "erased" else 409)
        assert answer.json()["detail"]


def test_oneself_is_neither_followed_nor_blocked_nor_muted(api: APIClient, as_alice: Client, ties: None) -> None:
    with nothing_changes():
        for what in ("follow", "block", "mute"):
            answer = api.put(f"/api/v1/accounts/alice/{what}/")
            assert (answer.status_code, answer.json()["code"]) == (409, "self")
            assert as_alice.post(f"/@alice/{what}/", {"confirmed": "yes", "for": "day"}).status_code < 500


def test_what_is_not_there_is_not_ended(alice: User, bob: User) -> None:
    """No event is written of an act that changed nothing."""
    with nothing_changes():
        services.unfollow(follower=alice, followee=bob)
        services.restore(follower=alice, followee=bob)
        services.remove_follower(followee=alice, follower=bob)
        services.approve(followee=alice, follower=bob)
        services.decline(followee=alice, follower=bob)
        services.approve_everyone(followee_id=alice.pk)
        services.set_bell(follower=alice, followee=bob, notify="none")
        services.unblock(blocker=alice, blocked=bob)
        services.unmute(muter=alice, muted=bob)


# --- What was sent makes no sense -----------------------------------------------------------------------------

BODIES = {
    "no JSON": "{",
    "nothing": "",
    "null": "null",
    "a list": "[]",
    "a number": "5",
    "a string": '"none"',
    "the field missing": "{}",
    "a number for a word": '{"notify": 1}',
    "null for a word": '{"notify": null}',
    "a list for a word": '{"notify": ["none"]}',
    "a document for a word": '{"notify": {"a": "none"}}',
    "another word": '{"notify": "loud"}',
    "NUL": '{"notify": "none\\u0000"}',
    "huge": json.dumps({"notify": "n" * 100_000}),
    "deep": '{"notify": ' + "[" * 400 + "]" * 400 + "}",
    "broken UTF-8": b'{"notify": "\xff\xfe"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_bell_is_not_set_by_what_makes_no_sense(api: APIClient, ties: None, body: str | bytes) -> None:
    with nothing_changes():
        answer = api.generic("PATCH", "/api/v1/accounts/carol/follow/", body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()


@pytest.mark.parametrize("until", ["soon", "9999-12-31T23:59:59-23:00", 5, [], "\x00", "2026-13-45T00:00:00Z"])
def test_a_mute_is_not_set_until_a_day_that_never_comes(api: APIClient, ties: None, until: object) -> None:
    with nothing_changes():
        answer = api.put("/api/v1/accounts/carol/mute/", {"until": until}, format="json")
        assert (answer.status_code, list(answer.json())) == (400, ["until"])


def test_another_kind_of_body_is_refused(api: APIClient, ties: None) -> None:
    with nothing_changes():
        answer = api.generic("PATCH", "/api/v1/accounts/carol/follow/", "<a/>", content_type="text/xml")
        assert answer.status_code == 415


FORMS = {
    "bell": [{}, {"notify": "loud"}, {"notify": "none\x00"}, {"notify": "n" * 10_000}],
    "mute": [
        {"for": "ever and ever"},
        {"until": "soon"},
        {"until": "2026-13-45"},
        {"until": "9999-12-31T23:59:59-23:00"},
        {"until": "\x00"},
    ],
}


@pytest.mark.parametrize(("act", "form"), [(act, form) for act, forms in FORMS.items() for form in forms])
def test_a_damaged_form_changes_nothing(as_alice: Client, ties: None, act: str, form: dict[str, str]) -> None:
    with nothing_changes():
        assert as_alice.post(f"/@carol/{act}/", form).status_code in {302, 400, 404}


@pytest.mark.parametrize("place", ["\x00", "x" * 100_000, "<script>", "profile\r\nX: y", "𝕏"])
def test_a_strange_place_is_only_an_unknown_one(as_alice: Client, alice: User, bob: User, place: str) -> None:
    answer = as_alice.post("/@bob/follow/", {"place": place, "next": place}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()
    assert FollowEvent.objects.get().source == ""


# --- What is somebody else's ----------------------------------------------------------------------------------


def test_a_request_to_somebody_else_is_not_mine_to_answer(api: APIClient, as_alice: Client, bob: User) -> None:
    owner = make_account("owner", is_private=True)
    services.follow(follower=bob, followee=owner)
    with nothing_changes():
        api.put("/api/v1/me/requests/bob/")
        api.delete("/api/v1/me/requests/bob/")
        api.delete("/api/v1/me/followers/bob/")
        for act in ("approve", "decline", "remove"):
            as_alice.post(f"/@bob/{act}/", {"confirmed": "yes"})
        as_alice.post("/settings/requests/approve-everyone/", {"confirmed": "yes"})


@pytest.mark.parametrize("act", ACTS)
def test_an_act_of_nobody_in_particular_changes_nothing(ties: None, act: str) -> None:
    with nothing_changes():
        answer = Client().post(f"/@carol/{act}/", {"confirmed": "yes", "notify": "none"})
        assert answer.status_code in {302, 401, 403}
    anonymous = APIClient()
    with nothing_changes():
        for method, path in (
            (anonymous.put, "accounts/carol/follow/"),
            (anonymous.delete, "accounts/carol/follow/"),
            (partial(anonymous.patch, data={"notify": "none"}), "accounts/carol/follow/"),
            (anonymous.put, "accounts/carol/block/"),
            (anonymous.put, "accounts/carol/mute/"),
            (anonymous.delete, "me/followers/carol/"),
            (anonymous.put, "me/requests/carol/"),
        ):
            assert method(f"/api/v1/{path}").status_code in {401, 403}


def test_whoever_was_suspended_meanwhile_acts_no_more(as_alice: Client, alice: User, ties: None) -> None:
    token = APIClient()
    from accounts.services import give_token

    token.credentials(HTTP_AUTHORIZATION=f"Token {give_token(account=alice).key}")
    User.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    with nothing_changes():
        assert as_alice.post("/@carol/unfollow/", {"confirmed": "yes"}).status_code == 302
        assert token.delete("/api/v1/accounts/carol/follow/").status_code in {401, 403}
