"""An import from the file to its result: matched, shown, confirmed; whatever the file is, one bad row stops no other, and
nothing happens before its owner says so."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import services as account_services
from accounts.models import User
from accounts.tests.factories import make_account
from follows import selectors, services
from follows.exporting import as_csv, as_json
from follows.importing import ImportRefused
from follows.models import Batch, BatchRow, Follow, FollowEvent
from follows.origins import Origin, Source
from follows.selectors.batches import REASONS
from follows.services import batches as batch_services
from socialvideo.lib.testing import worlds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
IMPORTS = reverse("follows:imports")
SINCE = datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def preview_of(owner: User, text: str) -> Batch:
    return services.start_import(owner=owner, data=text.encode(), submit_key=uuid4())


def imported(owner: User, text: str) -> Batch:
    batch = services.confirm(batch=preview_of(owner, text))
    batch.refresh_from_db()
    return batch


def table(*names: str) -> str:
    return "\n".join(["handle", *names])


def rows_of(batch: Batch) -> dict[str, tuple[str, str]]:
    return {row.handle: (row.result, row.reason) for row in batch.rows.order_by("position")}


def send(client, text: str | bytes, **fields):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORTS, {"file": SimpleUploadedFile("any.name", data), "submit_key": str(uuid4()), **fields})


# --- Whom a row means -----------------------------------------------------------------------------------------


def test_a_handle_and_its_id_are_certain_and_a_name_alone_is_not(alice, bob):
    carol = make_account("carol")
    batch = preview_of(alice, f"account_id,handle\n{bob.pk},bob\n,carol\n{bob.pk + 10**6},nobody\n")
    assert rows_of(batch) == {"bob": ("waiting", ""), "carol": ("waiting", "by_name"), "nobody": ("unmatched", "")}
    assert list(batch.rows.values_list("account_id", flat=True).order_by("position")) == [bob.pk, carol.pk, None]


def test_a_renamed_account_is_found_by_what_it_was_called(alice, bob):
    account_services.update_profile(account=bob, handle="robert")
    batch = preview_of(alice, f"account_id,handle\n{bob.pk},bob\n")
    assert batch.rows.get().account_id == bob.pk
    assert selectors.preview_page(batch).items[0].former_handle == "bob"


def test_by_a_name_that_they_left_behind_nobody_is_followed(alice, bob):
    account_services.update_profile(account=bob, handle="robert")
    assert rows_of(preview_of(alice, table("bob"))) == {"bob": ("unmatched", "")}


def test_an_id_of_another_site_gives_only_the_name(alice, bob):
    carol = make_account("carol")
    batch = preview_of(alice, f"account_id,handle\n{carol.pk},bob\n")
    row = batch.rows.get()
    assert (row.account_id, row.reason) == (bob.pk, "by_name")


def test_two_names_of_one_account_are_one_row(alice, bob):
    account_services.update_profile(account=bob, handle="robert")
    batch = preview_of(alice, f"account_id,handle\n{bob.pk},bob\n{bob.pk},robert\n")
    assert rows_of(batch) == {"bob": ("waiting", ""), "robert": ("refused", "repeated")}


def test_oneself_and_the_erased_are_not_possible(alice, bob):
    User.objects.filter(pk=bob.pk).update(
        erased_at=timezone.now(), email=f"x{bob.pk}@deleted.invalid", handle="gone0gone0", last_login=None
    )
    batch = preview_of(alice, f"account_id,handle\n{bob.pk},bob\n,alice\n")
    assert rows_of(batch) == {"bob": ("refused", "deleted"), "alice": ("refused", "self")}


def test_a_handle_in_any_case_with_at_and_server(alice, bob):
    assert rows_of(preview_of(alice, "Account address,Show boosts\n@Bob@social.example,true\n")) == {
        "bob": ("waiting", "by_name")
    }


# --- What becomes of it ---------------------------------------------------------------------------------------


@pytest.fixture
def everybody(alice, bob) -> dict[str, User]:
    """One account for each thing that may become of a row."""
    names = ("private", "followed", "asked", "blocking", "blocked", "suspended", "deactivated")
    people = {name: make_account(name, is_private=name in {"private", "asked"}) for name in names} | {"bob": bob}
    services.follow(follower=alice, followee=people["followed"])
    services.follow(follower=alice, followee=people["asked"])
    services.block(blocker=people["blocking"], blocked=alice)
    services.block(blocker=alice, blocked=people["blocked"])
    User.objects.filter(handle="suspended").update(suspended_at=timezone.now())
    User.objects.filter(handle="deactivated").update(deactivated_at=timezone.now())
    return people


OUTCOMES = {
    "bob": ("done", "by_name"),
    "private": ("requested", "by_name"),
    "followed": ("unchanged", "following"),
    "asked": ("unchanged", "asked"),
    "blocking": ("refused", "blocked"),
    "blocked": ("refused", "blocked"),
    "suspended": ("refused", "not_present"),
    "deactivated": ("refused", "not_present"),
    "alice": ("refused", "self"),
    "no.body": ("unmatched", ""),
    "two words": ("refused", "not_a_handle"),
}


def test_the_preview_says_what_then_happens(alice, everybody):
    batch = preview_of(alice, table(*OUTCOMES))
    foreseen = {row.handle: (row.result, row.reason) for row in selectors.preview_page(batch).items}
    summary = selectors.preview(batch)
    assert FollowEvent.objects.filter(cause="imported").count() == 0
    services.confirm(batch=batch)
    assert rows_of(batch) == foreseen == OUTCOMES
    assert summary.results == {"done": 1, "requested": 1, "unchanged": 2, "refused": 6, "unmatched": 1}
    assert (summary.to_follow, summary.by_name, summary.beyond) == (2, 2, 0)


def test_everything_that_can_go_wrong_has_words(alice, everybody):
    batch = imported(alice, table(*OUTCOMES, "bob", '""', "x" * 200_000))
    reasons = set(batch.rows.values_list("reason", flat=True)) - {""}
    assert {"repeated", "no_handle", "not_a_handle", "self", "blocked", "not_present"} <= reasons
    assert reasons | {"deleted", "unreadable"} <= set(REASONS)


def test_processed_is_done_and_failed(alice, everybody):
    """M#31927: "finished", nothing done, no reasons."""
    batch = imported(alice, table(*OUTCOMES))
    assert batch.state == "done"
    assert batch.finished_at
    assert batch.rows.filter(result="waiting").count() == 0
    assert batch.rows.count() == batch.total == len(OUTCOMES)


def test_bell_and_date_come_along_and_nothing_else(alice, bob):
    origin = Origin(Source.IMPORT, "Firefox on Linux", "mine")
    text = f"account_id,handle,state,notify,followed_at\n{bob.pk},bob,requested,none,{SINCE.isoformat()}\n"
    batch = services.start_import(owner=alice, data=text.encode(), submit_key=uuid4(), origin=origin)
    services.confirm(batch=batch)
    edge = Follow.objects.get()
    assert (edge.state, edge.notify, edge.followed_at) == ("active", "none", SINCE)
    event = FollowEvent.objects.get()
    assert (event.cause, event.actor_id, event.source) == ("imported", alice.pk, "import")
    assert event.happened_at > timezone.now() - timedelta(minutes=1)
    (entry,) = selectors.history_page(alice.pk, session="mine").items
    assert (entry.plain, entry.device, entry.this_device) == ("You followed bob by an import", "Firefox on Linux", True)


def test_after_approval_bell_and_date_are_still_right(alice):
    private = make_account("private", is_private=True)
    imported(alice, f"handle,notify,followed_at\nprivate,none,{SINCE.isoformat()}\n")
    services.approve(followee=private, follower=alice)
    edge = Follow.objects.get()
    assert (edge.state, edge.notify, edge.followed_at) == ("active", "none", SINCE)


def test_a_follow_that_stands_is_left_as_it_is(alice, bob):
    services.follow(follower=alice, followee=bob)
    before = Follow.objects.values().get()
    imported(alice, f"handle,notify,followed_at\nbob,none,{SINCE.isoformat()}\n")
    assert Follow.objects.values().get() == before
    assert FollowEvent.objects.count() == 1


@pytest.mark.parametrize("position", range(5))
def test_a_refused_row_at_any_place_stops_no_other(alice, position):
    """M#862: one bad row ended the import. L#1342: blocked accounts were followed in bulk."""
    names = ["one", "two", "three", "four"]
    for name in names:
        make_account(name)
    services.block(blocker=make_account("mallory"), blocked=alice)
    names.insert(position, "mallory")
    batch = imported(alice, table(*names))
    assert {name for name, (result, _) in rows_of(batch).items() if result == "done"} == set(names) - {"mallory"}
    assert rows_of(batch)["mallory"] == ("refused", "blocked")


def test_the_limit_refuses_what_is_beyond_it_in_the_order_of_the_file(alice, settings):
    settings.FOLLOW_LIMIT = 3
    names = [f"person{n}" for n in (5, 3, 1, 4, 2)]
    for name in sorted(names):
        make_account(name)
    batch = preview_of(alice, table(*names))
    assert selectors.preview(batch).beyond == 2
    services.confirm(batch=batch)
    assert [result for result, _ in rows_of(batch).values()] == ["done"] * 3 + ["refused"] * 2
    assert rows_of(batch)["person2"] == ("refused", "limit")


def test_at_the_limit_the_database_is_not_asked_about_each_row(alice, bob, settings):
    settings.FOLLOW_LIMIT = 1
    services.follow(follower=alice, followee=bob)
    for n in range(32):
        make_account(f"person{n}")
    batch = preview_of(alice, table("bob", *(f"person{n}" for n in range(32))))
    with CaptureQueriesContext(connection) as queries:
        services.confirm(batch=batch)
    assert len(queries) < 32
    results = list(rows_of(batch).values())
    assert results == [("unchanged", "following")] + [("refused", "limit")] * 32


def test_a_long_one_goes_on_where_it_was_interrupted(alice, monkeypatch):
    monkeypatch.setattr(batch_services, "CHUNK", 2)
    names = [f"person{n}" for n in range(7)]
    for name in names:
        make_account(name)
    batch = services.confirm(batch=preview_of(alice, table("two words", *names, "nobody")))
    assert batch.state == "running"
    assert Follow.objects.count() == 0
    steps = 0
    while services.work(batch_id=batch.pk):
        steps += 1
        assert Follow.objects.count() == batch.rows.filter(result="done").count() == 2 * steps
    assert not services.work(batch_id=batch.pk)
    assert {result for result, _ in rows_of(batch).values()} == {"done", "refused", "unmatched"}
    assert Follow.objects.count() == 7


def test_undo_ends_exactly_what_it_made(alice, everybody):
    batch = imported(alice, table(*OUTCOMES))
    before = set(Follow.objects.values_list("followee__handle", flat=True))
    assert before == {"bob", "private", "followed", "asked"}
    services.undo(batch=batch)
    assert set(Follow.objects.values_list("followee__handle", flat=True)) == {"followed", "asked"}


def test_a_chunk_costs_the_same_for_one_row_and_for_many(alice):
    def cost(names: list[str]) -> int:
        for name in names:
            make_account(name)
        batch = preview_of(alice, table(*names))
        with CaptureQueriesContext(connection) as queries:
            services.confirm(batch=batch)
        return len(queries)

    assert cost(["first"]) == cost([f"person{n}" for n in range(12)])


# --- A preview ------------------------------------------------------------------------------------------------


def test_rows_can_be_left_out_and_put_back(alice, bob):
    make_account("carol")
    batch = preview_of(alice, table("bob", "carol", "no.body"))
    services.leave_out(batch=batch, position=1, out=True)
    services.leave_out(batch=batch, position=2, out=True)
    services.leave_out(batch=batch, position=2, out=False)
    services.leave_out(batch=batch, position=3, out=True)
    services.leave_out(batch=batch, position=99, out=True)
    assert selectors.preview(batch).results == {"done": 1, "skipped": 1, "unmatched": 1}
    services.confirm(batch=batch)
    services.leave_out(batch=batch, position=2, out=True)
    assert rows_of(batch) == {
        "bob": ("skipped", "by_name"),
        "carol": ("done", "by_name"),
        "no.body": ("unmatched", ""),
    }


def test_confirming_twice_is_once(alice, bob):
    batch = preview_of(alice, table("bob"))
    services.confirm(batch=batch)
    services.unfollow(follower=alice, followee=bob)
    services.confirm(batch=batch)
    assert not Follow.objects.exists()


def test_the_same_form_twice_is_one_import(alice, bob):
    key = uuid4()
    first = services.start_import(owner=alice, data=table("bob").encode(), submit_key=key)
    assert services.start_import(owner=alice, data=table("bob").encode(), submit_key=key) == first
    assert services.start_import(owner=bob, data=table("alice").encode(), submit_key=key) != first
    assert BatchRow.objects.count() == 2


def test_another_file_takes_the_place_of_one_that_waits(alice, bob):
    first = preview_of(alice, table("bob"))
    of_bob = preview_of(bob, table("alice"))
    done = imported(alice, table("no.body"))
    assert not Batch.objects.filter(pk=first.pk).exists()
    preview_of(alice, table("bob"))
    assert set(Batch.objects.filter(pk__in=[of_bob.pk, done.pk])) == {of_bob, done}


def test_discarding_forgets_it_unless_it_was_confirmed(alice, bob):
    batch = preview_of(alice, table("bob"))
    services.discard(batch=batch)
    services.discard(batch=batch)
    assert (Batch.objects.count(), BatchRow.objects.count()) == (0, 0)
    done = imported(alice, table("bob"))
    services.discard(batch=done)
    assert Batch.objects.get() == done


def test_after_a_day_it_is_forgotten(alice, bob):
    old, young, done = preview_of(alice, table("bob")), preview_of(bob, table("alice")), imported(alice, table("bob"))
    old = preview_of(alice, table("bob"))
    Batch.objects.exclude(pk=young.pk).update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert services.discard_old_previews() == 1
    assert services.discard_old_previews() == 0
    assert set(Batch.objects.all()) == {young, done}
    assert old.pk


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"eve@b.example\n", b"{}", b"\x00" * 1000, b"<html>"])
def test_a_file_of_another_kind_leaves_nothing(alice, data):
    """M#20123: a file of follows was imported as a list of blocks."""
    with pytest.raises(ImportRefused):
        services.start_import(owner=alice, data=data, submit_key=uuid4())
    assert not Batch.objects.exists()


# --- Export and import are one --------------------------------------------------------------------------------


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.random_acts
@settings(**worlds(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    graph=st.lists(
        st.tuples(
            st.booleans(),  # private
            st.sampled_from(["all", "none"]),
            st.datetimes(datetime(2000, 1, 2), datetime(2026, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            st.booleans(),  # renamed between export and import
        ),
        max_size=6,
    ),
    form=st.sampled_from(["csv", "json"]),
)
def test_export_and_import_are_the_identity(graph, form):
    with rolled_back():
        owner, other = make_account("owner"), make_account("second")
        for n, (is_private, notify, since, _) in enumerate(graph):
            followee = make_account(f"person{n}", name=f"=Person, {n}", is_private=is_private)
            services.follow(follower=owner, followee=followee)
            services.set_bell(follower=owner, followee=followee, notify=notify)
            Follow.objects.filter(followee=followee).update(followed_at=since)
            if is_private and n % 2:
                services.approve(followee=followee, follower=owner)
        lines = as_csv(owner.pk) if form == "csv" else as_json(owner, site="https://here.example/", now=timezone.now())
        text = "".join(lines)
        for n, (_, _, _, renamed) in enumerate(graph):
            if renamed:
                account_services.update_profile(account=User.objects.get(handle=f"person{n}"), handle=f"renamed{n}")
        if not graph:
            with pytest.raises(ImportRefused, match="nobody"):
                preview_of(other, text)
            return
        batch = imported(other, text)
        for edge in Follow.objects.filter(follower=other, followee__is_private=True).select_related("followee"):
            assert edge.state == "requested"
            services.approve(followee=edge.followee, follower=other)
        assert set(batch.rows.values_list("reason", flat=True)) == {""}
        columns = ("followee_id", "notify", "followed_at")
        assert set(Follow.objects.filter(follower=owner).values_list(*columns)) == set(
            Follow.objects.filter(follower=other).values_list(*columns)
        )


# --- Pages ----------------------------------------------------------------------------------------------------


def test_from_the_file_to_the_result_without_javascript(as_alice, alice, everybody):
    assert "submit_key" in as_alice.get(IMPORTS).content.decode()
    response = send(as_alice, table(*OUTCOMES))
    page = as_alice.get(response.url).content.decode()
    assert "Follow 2 accounts" in page
    assert "Nothing has happened yet" in page
    assert page.count('class="account-row"') == len(OUTCOMES)
    assert page.count("Leave out</button>") == 2
    batch = Batch.objects.get()
    response = as_alice.post(reverse("follows:import_row", args=[batch.pk, 1]), {"out": "1", "result": "done"})
    assert response.url == f"{reverse('follows:import_preview', args=[batch.pk])}?result=done#row-1"
    assert "Follow 1 account<" in "".join(as_alice.get(response.url).content.decode().split("\n")).replace("  ", "")
    response = as_alice.post(reverse("follows:import_confirm", args=[batch.pk]))
    assert response.url == reverse("follows:batch", args=[batch.pk])
    result = as_alice.get(response.url)
    assert result.status_code == 200
    assert "You follow this account already." in result.content.decode()
    assert as_alice.get(reverse("follows:import_preview", args=[batch.pk])).url == response.url


def test_by_htmx_a_row_and_the_sums_come_back(as_alice, alice, bob):
    batch = preview_of(alice, table("bob"))
    answer = as_alice.post(
        reverse("follows:import_row", args=[batch.pk, 1]), {"out": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Put back" in answer
    assert 'hx-swap-oob="true"' in answer
    assert "<html" not in answer


def test_rows_come_in_pages_and_by_result(as_alice, alice):
    for n in range(35):
        make_account(f"person{n:02}")
    batch = preview_of(alice, table(*(f"person{n:02}" for n in range(35)), "no.body"))
    address = reverse("follows:import_preview", args=[batch.pk])
    cursor = selectors.preview_page(batch).next_cursor
    more = as_alice.get(address, {"after": cursor}, headers={"HX-Request": "true"}).content.decode()
    assert more.count('class="account-row"') == 6
    assert as_alice.get(address, {"result": "unmatched"}).content.decode().count('class="account-row"') == 1
    assert as_alice.get(address, {"result": "refused"}).content.decode().count('class="account-row"') == 0
    for query in ({"result": "\x00"}, {"result": "x"}, {"after": "rubbish"}):
        assert as_alice.get(address, query).status_code == 200


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "Unpack it first"),
        (b"eve@b.example\nmallory@c.example\n", "does not say what it lists"),
        (b"", "This file is empty."),
        (b"rubbish" * 10, "none that we know"),
    ],
)
def test_a_refused_file_is_answered_in_words(as_alice, data, words):
    response = send(as_alice, data)
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert "Nothing has changed." in page
    assert not Batch.objects.exists()


def test_a_file_beyond_the_limit_is_not_read(as_alice, settings, monkeypatch):
    settings.MAX_IMPORT_BYTES = 1000
    monkeypatch.setattr("follows.importing.read", lambda *_args, **_kwargs: pytest.fail("read"))
    response = send(as_alice, b"handle\n" + b"x" * 2000)
    assert response.status_code == 422
    assert "The limit is 1000" in response.content.decode().replace("\xa0", " ")


def test_a_hundred_megabytes_of_rubbish_are_refused(as_alice, settings):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    response = send(as_alice, b"\x01" * (100 * 1024 * 1024))
    assert response.status_code == 422
    assert "100" in response.content.decode()
    assert not Batch.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"file": "words"}, {"submit_key": "x"}, {"submit_key": "\x00"}])
def test_a_form_without_a_file_says_so(as_alice, fields):
    response = as_alice.post(IMPORTS, fields)
    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_many_files_an_hour_are_enough(as_alice, monkeypatch):
    monkeypatch.setattr("follows.views.imports.ImportRate.rate", "2/hour")
    codes = [send(as_alice, table("bob")).status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert as_alice.get(IMPORTS).status_code == 200


def test_who_blocks_one_is_not_followed_to_a_new_name(as_alice, alice, bob):
    account_services.update_profile(account=bob, handle="robert", name="Robert")
    services.block(blocker=bob, blocked=alice)
    batch = preview_of(alice, f"account_id,handle\n{bob.pk},bob\n")
    (row,) = selectors.preview_page(batch).items
    assert (row.handle, row.account, row.reason) == ("bob", None, "blocked")
    page = as_alice.get(reverse("follows:import_preview", args=[batch.pk])).content.decode().lower()
    assert "robert" not in page


@pytest.mark.parametrize("page", ["preview", "row", "confirm", "discard"])
def test_anothers_import_is_not_there_and_nothing_changes(client, alice, bob, page):
    batch = preview_of(alice, table("bob"))
    client.force_login(bob)
    address = reverse(f"follows:import_{page}", args=[batch.pk, *([1] if page == "row" else [])])
    answer = client.get(address) if page == "preview" else client.post(address, {"out": "1"})
    assert answer.status_code == 404
    batch.refresh_from_db()
    assert batch.state == "preview"
    assert rows_of(batch) == {"bob": ("waiting", "by_name")}
    assert not Follow.objects.exists()


def test_a_get_confirms_nothing_and_a_stranger_is_asked_to_log_in(client, as_alice, alice, bob):
    batch = preview_of(alice, table("bob"))
    for page in ("confirm", "discard"):
        assert as_alice.get(reverse(f"follows:import_{page}", args=[batch.pk])).status_code == 405
    client.logout()
    assert client.get(IMPORTS).url.startswith(reverse("account_login"))
    assert send(client, table("bob")).url.startswith(reverse("account_login"))
    assert client.post(reverse("follows:import_confirm", args=[batch.pk])).url.startswith(reverse("account_login"))
    assert not Follow.objects.exists()


@pytest.mark.parametrize("pk", [0, 10**30])
def test_an_import_that_never_was_is_not_found(as_alice, pk):
    assert as_alice.get(f"{IMPORTS}{pk}/").status_code == 404
    assert as_alice.post(f"{IMPORTS}{pk}/rows/{pk}/").status_code == 404


def test_a_row_that_is_not_there_is_not_found(as_alice, alice, bob):
    batch = preview_of(alice, table("bob"))
    for position in (0, 2, 10**20):
        assert as_alice.post(reverse("follows:import_row", args=[batch.pk, position])).status_code == 404


def test_cancelling_says_what_is_true(as_alice, alice, bob):
    batch = preview_of(alice, table("bob"))
    response = as_alice.post(reverse("follows:import_discard", args=[batch.pk]), follow=True)
    assert "Nothing was imported." in response.content.decode()
    assert not Batch.objects.exists()


def test_ones_imports_are_listed(as_alice, alice, bob):
    imported(alice, json.dumps({"Following List": [{"UserName": "bob"}]}))
    preview_of(alice, "Account address,Show boosts\nbob@b.example,true\n")
    preview_of(bob, table("alice", "two"))
    page = as_alice.get(IMPORTS).content.decode()
    assert "1 row from TikTok" in page
    assert "1 row from Mastodon" in page
    assert "2 rows" not in page
