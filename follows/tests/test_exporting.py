"""One's follows as a file: complete, one's own, harmless in a spreadsheet, and cheap however many there are."""

import csv
import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.exporting import COLUMNS, as_csv, as_json
from follows.importing import Row, read
from follows.models import Follow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
CSV, JSON = reverse("follows:export_csv"), reverse("follows:export_json")
SINCE = datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def text_of(response) -> str:
    return b"".join(response.streaming_content).decode()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_everything_that_is_known_of_a_follow(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify="none")
    Follow.objects.update(followed_at=SINCE)
    row = {
        "account_id": bob.pk,
        "handle": "bob",
        "name": "",
        "state": "active",
        "notify": "none",
        "followed_at": "2024-02-29T12:30:15.123456+00:00",
    }
    document = json.loads(text_of(as_alice.get(JSON)))
    assert document.pop("exported_at")[:10] == f"{timezone.now():%Y-%m-%d}"
    assert document == {
        "format": "socialvideo.following",
        "version": 1,
        "site": "http://testserver/",
        "account": {"account_id": alice.pk, "handle": "alice"},
        "following": [row],
    }
    assert table(text_of(as_alice.get(CSV))) == [{name: str(value) for name, value in row.items()}]


def test_requests_and_the_absent_are_in_it(alice, bob):
    asked = make_account("asked", is_private=True)
    gone = make_account("gone")
    for followee in (bob, asked, gone):
        services.follow(follower=alice, followee=followee)
    User.objects.filter(pk=bob.pk).update(suspended_at=timezone.now())
    User.objects.filter(pk=gone.pk).update(deactivated_at=timezone.now())
    rows = table("".join(as_csv(alice.pk)))
    assert {(row["handle"], row["state"]) for row in rows} == {
        ("bob", "active"),
        ("asked", "requested"),
        ("gone", "active"),
    }


def test_nobody_followed_is_a_file_without_rows(alice):
    assert table("".join(as_csv(alice.pk))) == []
    assert json.loads("".join(as_json(alice, site="", now=timezone.now())))["following"] == []


def test_only_ones_own_and_kept_by_no_cache(client, as_alice, alice, bob):
    services.follow(follower=bob, followee=alice)
    response = as_alice.get(CSV)
    assert table(text_of(response)) == []
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"].startswith('attachment; filename="following-alice-')
    client.logout()
    for address in (CSV, JSON):
        assert client.get(address).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", 'Mira, "the" one', "two\nlines", "'quoted", "ميرا", "🐟"],
)
def test_no_name_is_a_formula_or_breaks_a_line(alice, bob, name):
    User.objects.filter(pk=bob.pk).update(name=name)
    services.follow(follower=alice, followee=bob)
    text = "".join(as_csv(alice.pk))
    (row,) = table(text)
    assert row["name"][:1] not in set("=+-@\t\r＝")
    assert row["name"].removeprefix("'") == " ".join(name.split()).removeprefix("'")
    assert len(text.splitlines()) == 2
    assert json.loads("".join(as_json(alice, site="", now=timezone.now())))["following"][0]["name"] == name


def test_what_is_written_is_what_is_read(alice, bob):
    carol = make_account("carol", name='=Carol, "C"')
    services.follow(follower=alice, followee=bob)
    services.follow(follower=alice, followee=carol)
    services.set_bell(follower=alice, followee=carol, notify="none")
    Follow.objects.filter(followee=bob).update(followed_at=SINCE)
    now = timezone.now()
    expected = {
        Row(edge.followee.handle, edge.followee_id, edge.notify, edge.followed_at)
        for edge in Follow.objects.select_related("followee")
    }
    for text in ("".join(as_csv(alice.pk)), "".join(as_json(alice, site="https://here.example/", now=now))):
        listing = read(text.encode(), now=now)
        assert listing.kind == "own"
        assert set(listing.rows) == expected
    assert set(table("".join(as_csv(alice.pk)))[0]) == set(COLUMNS)


def test_many_are_read_in_turns(alice, monkeypatch):
    monkeypatch.setattr("follows.exporting.AT_ONCE", 3)
    others = [make_account(f"other{n}") for n in range(7)]
    for other in others:
        services.follow(follower=alice, followee=other)
    Follow.objects.update(followed_at=SINCE)  # all at one moment: the id decides
    with CaptureQueriesContext(connection) as queries:
        rows = table("".join(as_csv(alice.pk)))
    assert [row["handle"] for row in rows] == [other.handle for other in reversed(others)]
    assert len(queries) == 3
