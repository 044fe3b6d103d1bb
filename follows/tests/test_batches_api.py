"""Acts on many by API: the same batches as the pages', refused in the same words."""

import base64
import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.models import Batch, Follow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
BATCHES = "/api/v1/me/batches/"


@pytest.fixture
def api(alice: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(alice)
    return client


@pytest.fixture
def crowd(alice: User) -> list[User]:
    people = [make_account(f"person{number}") for number in range(4)]
    for person in people:
        services.follow(follower=alice, followee=person)
    return people


def test_a_batch_is_started_read_and_taken_back(api, crowd):
    wish = {"act": "unfollow", "submit_key": str(uuid4()), "accounts": [person.pk for person in crowd]}
    batch = api.post(BATCHES, wish).json()
    assert (batch["state"], batch["total"], batch["results"], batch["can_undo"]) == ("done", 4, {"done": 4}, True)
    assert api.post(BATCHES, wish).json() == batch
    where = f"{BATCHES}{batch['id']}/"
    rows = api.get(f"{where}rows/").json()["results"]
    assert [(row["account"]["handle"], row["result"]) for row in rows] == [(p.handle, "done") for p in crowd]
    assert api.get(f"{where}rows/", {"result": "refused"}).json()["results"] == []
    undone = api.post(f"{where}undo/").json()
    assert (undone["undoes"], undone["results"], undone["can_undo"]) == (batch["id"], {"done": 4}, False)
    assert api.get(where).json()["can_undo"] is False
    assert Follow.objects.count() == 4
    assert [each["id"] for each in api.get(BATCHES).json()["results"]] == [undone["id"], batch["id"]]


def test_everything_that_matches_and_my_following_understand_the_same_words(api, alice, crowd):
    services.set_bell(follower=alice, followee=crowd[2], notify="none")
    query = {"only": "bell_off", "q": "person", "sort": "name"}
    [row] = api.get("/api/v1/me/following/", query).json()["results"]
    assert (row["account"]["handle"], row["notify"], row["watched"], row["muted"]) == ("person2", "none", 0, False)
    wish = {"act": "mute", "submit_key": str(uuid4()), "everything": True, "only": ["bell_off"], "q": "person"}
    assert api.post(BATCHES, wish).json()["results"] == {"done": 1}
    [row] = api.get("/api/v1/me/following/", query).json()["results"]
    assert row["muted"] is True


def test_what_undo_could_not_take_back_waits(api, alice, crowd):
    shy = make_account("shy", is_private=True)
    services.follow(follower=alice, followee=shy)
    services.approve(followee=shy, follower=alice)
    wish = {"act": "unfollow", "submit_key": str(uuid4()), "accounts": [shy.pk]}
    batch = api.post(BATCHES, wish).json()
    assert batch["state"] == "preview"
    assert Follow.objects.count() == 5
    assert api.post(f"{BATCHES}{batch['id']}/confirm/").json()["state"] == "done"
    assert Follow.objects.count() == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "follow"},
        {"submit_key": "x"},
        {"accounts": ["x"]},
        {"accounts": [0]},
        {"accounts": [2**63]},
        {"only": ["x"]},
    ],
)
def test_a_malformed_wish_changes_nothing(api, crowd, wrong):
    wish = {"act": "unfollow", "submit_key": str(uuid4()), "accounts": [crowd[0].pk]} | wrong
    assert api.post(BATCHES, wish).status_code == 400
    assert not Batch.objects.exists()


def test_refusals_have_their_code(api, alice, crowd):
    nobody = api.post(BATCHES, {"act": "unfollow", "submit_key": str(uuid4())})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody")
    batch = api.post(BATCHES, {"act": "bell_all", "submit_key": str(uuid4()), "accounts": [crowd[0].pk]}).json()
    refused = api.post(f"{BATCHES}{batch['id']}/undo/")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing")


def test_queries_do_not_grow_with_batches(api, crowd):
    def queries() -> int:
        api.post(BATCHES, {"act": "mute", "submit_key": str(uuid4()), "accounts": [crowd[0].pk]})
        with CaptureQueriesContext(connection) as asked:
            api.get(BATCHES)
            return len(asked)

    assert len({queries() for _ in range(4)}) == 1


def test_who_blocks_me_is_not_followed_to_a_new_name_by_the_rows_of_an_import(api, alice, bob):
    batch = services.start_import(owner=alice, data=f"account_id,handle\n{bob.pk},bob\n".encode(), submit_key=uuid4())
    services.confirm(batch=batch)
    accounts.update_profile(account=bob, handle="robert", name="Robert")
    services.block(blocker=bob, blocked=alice)
    [row] = api.get(f"{BATCHES}{batch.pk}/rows/").json()["results"]
    assert (row["handle"], row["account"], row["result"]) == ("bob", None, "done")


@pytest.mark.parametrize("cursor", [["\ud800", 1], "[" * 5000])
def test_a_damaged_cursor_is_the_first_page(api, crowd, cursor):
    text = cursor if isinstance(cursor, str) else json.dumps(cursor)
    damaged = base64.urlsafe_b64encode(text.encode()).decode()
    page = api.get("/api/v1/me/following/", {"sort": "name", "cursor": damaged})
    assert (page.status_code, len(page.json()["results"])) == (200, 4)


@pytest.mark.parametrize("query", [{"sort": "bad"}, {"only": "bad"}, {"q": "x" * 51}])
def test_my_following_says_what_it_does_not_know(api, query):
    assert api.get("/api/v1/me/following/", query).status_code == 400


def test_batches_are_their_owners(api, bob, crowd):
    wish = {"act": "bell_none", "submit_key": str(uuid4()), "accounts": [crowd[0].pk]}
    where = f"{BATCHES}{api.post(BATCHES, wish).json()['id']}/"
    api.force_authenticate(bob)
    assert api.get(where).status_code == api.get(f"{where}rows/").status_code == 404
    assert {api.post(f"{where}{act}/").status_code for act in ("confirm", "cancel", "undo")} == {404}
    assert APIClient().get(BATCHES).status_code in {401, 403}
