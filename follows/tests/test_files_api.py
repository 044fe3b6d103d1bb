"""Export, import, offers and history by API: what the pages do, as JSON."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.tests.factories import make_account
from follows import services, tasks
from follows.models import Batch, Follow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
ME = "/api/v1/me"


def client_of(account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


@pytest.fixture
def api(alice):
    return client_of(alice)


def send(api, text: str, **headers):
    file = SimpleUploadedFile("any.name", text.encode())
    return api.post(f"{ME}/imports/", {"file": file}, format="multipart", headers=headers)


def test_from_the_file_to_the_result(api, alice, bob):
    make_account("carol", is_private=True)
    begun = send(api, "handle\nbob\ncarol\nnobody\ntwo words\n")
    assert begun.status_code == 201
    batch = begun.json()
    assert batch["state"] == "preview"
    assert batch["results"] == {"done": 1, "requested": 1, "unmatched": 1, "refused": 1}
    assert (batch["by_name"], batch["beyond_limit"], batch["rows"]) == (2, 0, 4)
    address = f"{ME}/imports/{batch['id']}/"
    rows = api.get(f"{address}rows/").json()["results"]
    assert [(row["handle"], row["result"], row["reason"]) for row in rows] == [
        ("bob", "done", "by_name"),
        ("carol", "requested", "by_name"),
        ("nobody", "unmatched", ""),
        ("two words", "refused", "not_a_handle"),
    ]
    assert rows[0]["account"]["id"] == bob.pk
    assert rows[3]["words"] == "Nobody here can have this name."
    left_out = api.patch(f"{address}rows/2/", {"left_out": True}).json()
    assert left_out["results"] == {"done": 1, "skipped": 1, "unmatched": 1, "refused": 1}
    assert not Follow.objects.exists()
    for _ in range(2):
        done = api.post(f"{address}confirm/").json()
        assert (done["state"], done["results"]) == ("done", left_out["results"])
    assert api.get(f"{address}rows/", {"result": "done"}).json()["results"][0]["account"]["handle"] == "bob"
    assert Follow.objects.get().followee == bob
    response = api.delete(address)
    assert (response.status_code, response.json()["code"]) == (409, "confirmed")


def test_the_same_key_is_the_same_import(api):
    first = send(api, "handle\nbob\n", **{"Idempotency-Key": "mine"}).json()
    assert send(api, "handle\nbob\n", **{"Idempotency-Key": "mine"}).json() == first
    assert Batch.objects.count() == 1


def test_a_preview_can_be_forgotten(api):
    address = f"{ME}/imports/{send(api, 'handle' + chr(10) + 'bob').json()['id']}/"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_refused_file_has_its_code_and_words(api):
    response = send(api, "eve@b.example\nmallory@c.example\n")
    assert (response.status_code, response.json()["code"]) == (409, "unnamed")
    assert "following_accounts.csv" in response.json()["detail"]
    assert api.post(f"{ME}/imports/", {}, format="multipart").json()["code"] == "no_file"
    assert api.post(f"{ME}/imports/", {"file": "x"}, format="json").status_code == 415
    assert not Batch.objects.exists()


@pytest.mark.parametrize("size", [2000, 200_000])
def test_a_file_beyond_the_limit_is_refused(api, settings, size):
    settings.MAX_IMPORT_BYTES, settings.MAX_UPLOAD_BYTES = 1000, 100_000
    response = send(api, "x" * size)
    assert (response.status_code, response.json()["code"]) == (409, "too_large")


def test_anothers_import_is_not_there_and_nothing_changes(api, alice, bob):
    address = f"{ME}/imports/{send(api, 'handle' + chr(10) + 'bob').json()['id']}/"
    stranger = client_of(bob)
    answers = [
        stranger.get(address),
        stranger.delete(address),
        stranger.get(f"{address}rows/"),
        stranger.patch(f"{address}rows/1/", {"left_out": True}),
        stranger.post(f"{address}confirm/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert api.get(address).json()["results"] == {"done": 1}
    assert not Follow.objects.exists()


def test_nothing_without_a_login():
    nobody = APIClient()
    for path in ("following.csv", "following.json", "offers/", "history/", "imports/1/"):
        assert nobody.get(f"{ME}/{path}").status_code in {401, 403}
    assert send(nobody, "handle\nbob\n").status_code in {401, 403}


@pytest.mark.parametrize("wish", [{}, {"left_out": "maybe"}, {"left_out": []}])
def test_a_wish_that_is_none_is_refused(api, wish):
    address = f"{ME}/imports/{send(api, 'handle' + chr(10) + 'bob').json()['id']}/"
    assert api.patch(f"{address}rows/1/", wish).status_code == 400


def test_export(api, alice, bob):
    services.follow(follower=alice, followee=bob)
    document = json.loads(b"".join(api.get(f"{ME}/following.json").streaming_content))
    assert document["following"][0]["account_id"] == bob.pk
    response = api.get(f"{ME}/following.csv")
    assert response["Cache-Control"] == "private, no-store"
    assert b",bob," in b"".join(response.streaming_content)


def test_offers(api, alice, bob):
    batch = services.start_import(owner=alice, data=b"handle\nmira\nnina\n", submit_key=uuid4())
    services.confirm(batch=batch)
    for name in ("mira", "nina"):
        tasks.offer(make_account(name).pk)
    offered = api.get(f"{ME}/offers/").json()["results"]
    assert [offer["handle"] for offer in offered] == ["nina", "mira"]
    assert offered[0]["joined_at"]
    assert api.put(f"{ME}/offers/mira/").json()["state"] == "following"
    assert api.delete(f"{ME}/offers/nina/").status_code == 204
    assert api.put(f"{ME}/offers/mira/").json()["state"] == "following"
    assert api.put(f"{ME}/offers/nina/").json()["state"] == "follow"
    assert api.put(f"{ME}/offers/bob/").status_code == 404
    assert client_of(bob).put(f"{ME}/offers/nina/").status_code == 404
    assert api.get(f"{ME}/offers/").json()["results"] == []


def test_history(api, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.block(blocker=bob, blocked=alice)
    entries = api.get(f"{ME}/history/").json()["results"]
    assert [(entry["cause"], entry["sentence"], entry["taken"]) for entry in entries] == [
        ("removed", "Bob ended your follow", True),
        ("followed", "You followed bob", False),
    ]
    assert "block" not in json.dumps(entries)
    assert len(api.get(f"{ME}/history/", {"kind": "endings"}).json()["results"]) == 1
    assert len(api.get(f"{ME}/history/", {"who": "bob"}).json()["results"]) == 2
    assert api.get(f"{ME}/history/", {"who": "nobody"}).json()["results"] == []
    for query in ({"kind": "\x00"}, {"who": "\x00"}, {"cursor": "\x00"}):
        assert api.get(f"{ME}/history/", query).status_code == 200
    assert client_of(bob).get(f"{ME}/history/").json()["results"][0]["cause"] == "blocked"
