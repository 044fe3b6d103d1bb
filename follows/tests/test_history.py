"""The follow history: every change in the follower's words, and nothing in it that is not theirs to know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.machine import TRANSITIONS, Cause
from follows.models import FollowEvent
from follows.origins import Origin, Source
from follows.selectors import history_page, silent_follows
from follows.selectors.history import KINDS
from follows.wording import SENTENCES, cause_as_told, sentence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
HISTORY = reverse("follows:history")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def told(account: User, **kind) -> list[str]:
    return [entry.plain for entry in history_page(account.pk, **kind).items]


# --- Words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "change"), [(cause, change) for cause, changes in TRANSITIONS.items() for change in sorted(changes)]
)
def test_every_cause_has_words_for_every_change_that_it_may_make(cause, change):
    for by_me in (True, False):
        as_told = cause_as_told(cause, change, by_me=by_me)
        if cause == Cause.BLOCKED and not by_me and change == ("", ""):
            continue  # stands in the history of whoever blocked
        assert change in SENTENCES[as_told]
        words = sentence(as_told, change, "all")
        assert "%(who)s" in words or cause == Cause.ACCOUNT_DELETED


def test_there_are_words_for_known_changes_only():
    assert {cause: set(changes) for cause, changes in SENTENCES.items()} == TRANSITIONS


@pytest.mark.parametrize("change", [("active", ""), ("requested", "")])
def test_a_block_of_theirs_reads_as_if_they_had_only_ended_it(change):
    other = Cause.REMOVED if change[0] == "active" else Cause.DECLINED
    assert cause_as_told(Cause.BLOCKED, change, by_me=False) == other
    assert sentence(other, change, "all") in {"%(who)s ended your follow", "%(who)s declined your request"}


def test_each_act_in_words(alice, bob):
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify="none")
    services.unfollow(follower=alice, followee=bob)
    services.restore(follower=alice, followee=bob)
    services.remove_follower(followee=bob, follower=alice)
    User.objects.filter(pk=bob.pk).update(is_private=True)
    services.follow(follower=alice, followee=bob)
    services.decline(followee=bob, follower=alice)
    services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    services.follow(follower=alice, followee=bob)
    services.approve(followee=bob, follower=alice)
    services.block(blocker=bob, blocked=alice)
    services.unblock(blocker=bob, blocked=alice)
    services.block(blocker=alice, blocked=bob)
    services.unblock(blocker=alice, blocked=bob)
    assert told(alice) == [
        "You unblocked bob",
        "You blocked bob",
        "Bob ended your follow",
        "Bob approved your request",
        "You asked to follow bob",
        "You took your request to bob back",
        "You asked to follow bob",
        "Bob declined your request",
        "You asked to follow bob",
        "Bob ended your follow",
        "You followed bob again, as before",
        "You unfollowed bob",
        "You turned alerts of bob off",
        "You followed bob",
    ]
    assert told(bob) == ["You unblocked alice", "You blocked alice"]


def test_what_nobody_said_reads_so(alice, bob):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO follows_follow (follower_id, followee_id) VALUES (%s, %s)", [alice.pk, bob.pk])
    assert told(alice) == ["Your follow of bob began; by whom was not recorded"]


# --- Filters --------------------------------------------------------------------------------------------------


def test_by_kind_and_by_person(alice, bob):
    carol = make_account("carol", is_private=True)
    services.follow(follower=alice, followee=bob)
    services.follow(follower=alice, followee=carol)
    services.set_bell(follower=alice, followee=bob, notify="none")
    services.remove_follower(followee=bob, follower=alice)
    services.block(blocker=alice, blocked=bob)
    services.block(blocker=carol, blocked=alice)
    assert told(alice, kind="follows") == ["You followed bob"]
    assert told(alice, kind="endings") == ["Bob ended your follow"]
    assert told(alice, kind="requests") == ["Carol declined your request", "You asked to follow carol"]
    assert told(alice, kind="alerts") == ["You turned alerts of bob off"]
    assert told(alice, kind="blocks") == ["You blocked bob"]
    assert told(alice, other_id=carol.pk) == ["Carol declined your request", "You asked to follow carol"]
    assert sum(len(told(alice, kind=kind)) for kind in KINDS) == len(told(alice)) == 6


def test_pages_go_on_where_the_last_one_ended(alice, bob):
    for _ in range(20):
        services.follow(follower=alice, followee=bob)
        services.unfollow(follower=alice, followee=bob)
    first = history_page(alice.pk)
    second = history_page(alice.pk, cursor=first.next_cursor)
    seen = [entry.event_id for entry in [*first.items, *second.items]]
    assert seen == sorted(FollowEvent.objects.values_list("pk", flat=True), reverse=True)
    assert not second.next_cursor


def test_a_page_costs_the_same_for_one_change_and_for_many(alice, bob):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert told(alice)
        return len(queries)

    services.follow(follower=alice, followee=bob)
    before = cost()
    for n in range(9):
        services.follow(follower=alice, followee=make_account(f"other{n}"))
    assert cost() == before


# --- Whose device ---------------------------------------------------------------------------------------------


def test_only_ones_own_devices_are_named(alice, bob):
    mine = Origin(Source.PROFILE, "Firefox on Linux", "mine")
    theirs = Origin(Source.PROFILE, "Safari on iOS", "theirs")
    services.follow(follower=alice, followee=bob, origin=mine)
    services.remove_follower(followee=bob, follower=alice, origin=theirs)
    removed, followed = history_page(alice.pk, session="mine").items
    assert (removed.device, removed.this_device) == ("", False)
    assert (followed.device, followed.this_device) == ("Firefox on Linux", True)
    assert not history_page(alice.pk, session="another").items[1].this_device
    assert not history_page(alice.pk, session="").items[1].this_device


def test_the_page_knows_this_device(as_alice, bob):
    as_alice.post(reverse("follows:follow", args=["bob"]), headers={"User-Agent": FIREFOX})
    assert "Firefox on Linux (this device)" in as_alice.get(HISTORY).content.decode()


# --- Follow again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["remove_follower", "decline"])
def test_what_was_taken_can_be_followed_again(as_alice, alice, bob, act):
    User.objects.filter(pk=bob.pk).update(is_private=act == "decline")
    services.follow(follower=alice, followee=bob)
    getattr(services, act)(followee=bob, follower=alice)
    page = as_alice.get(HISTORY).content.decode()
    assert page.count("<follow-button") == 1
    assert 'data-state="follow"' in page
    services.follow(follower=alice, followee=bob)
    assert f'data-state="{"requested" if act == "decline" else "following"}"' in as_alice.get(HISTORY).content.decode()


def test_what_one_ended_oneself_is_not_offered(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    services.follow(follower=alice, followee=bob)
    services.block(blocker=alice, blocked=bob)
    assert "<follow-button" not in as_alice.get(HISTORY).content.decode()


def test_an_erased_account_is_a_deleted_account(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.remove_follower(followee=bob, follower=alice)
    User.objects.filter(pk=bob.pk).update(
        erased_at=timezone.now(), email=f"x{bob.pk}@deleted.invalid", handle="gone0gone0", name="", last_login=None
    )
    assert told(alice) == ["A deleted account ended your follow", "You followed a deleted account"]
    page = as_alice.get(HISTORY).content.decode()
    assert "gone0gone0" not in page
    assert "<follow-button" not in page


# --- Why videos stopped ---------------------------------------------------------------------------------------


def test_suspended_and_deactivated_accounts_explain_the_silence(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    assert silent_follows(alice.pk).accounts == []
    User.objects.filter(pk=bob.pk).update(suspended_at=timezone.now())
    page = as_alice.get(HISTORY).content.decode()
    assert "suspended by a moderator" in page
    assert "Your follow stands" in page
    User.objects.filter(pk=bob.pk).update(suspended_at=None, deactivated_at=timezone.now() - timedelta(days=1))
    assert "deactivated by its owner" in as_alice.get(HISTORY).content.decode()


# --- The page -------------------------------------------------------------------------------------------------


def test_nobody_reads_anothers_history(client, as_alice, alice, bob):
    services.follow(follower=bob, followee=alice)
    assert history_page(alice.pk).items == []
    assert "No history yet" in as_alice.get(HISTORY).content.decode()
    client.logout()
    assert client.get(HISTORY).url.startswith(reverse("account_login"))


def test_the_page_is_kept_by_no_cache(as_alice):
    assert "no-store" in as_alice.get(HISTORY)["Cache-Control"]


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "everything"},
        {"kind": "\x00"},
        {"who": "\x00"},
        {"who": "@BOB"},
        {"who": "x" * 500},
        {"who": "no body"},
        {"after": "rubbish"},
        {"after": "WyJ4Il0"},
        {"after": "WzFd", "kind": "follows", "who": "bob"},
    ],
)
def test_any_query_has_an_answer(as_alice, alice, bob, query):
    services.follow(follower=alice, followee=bob)
    assert as_alice.get(HISTORY, query).status_code == 200


def test_a_person_is_found_by_a_former_handle(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    User.objects.filter(pk=bob.pk).update(handle="robert")
    assert "You followed" in as_alice.get(HISTORY, {"who": "bob"}).content.decode()
    assert "Nobody by that handle" in as_alice.get(HISTORY, {"who": "stranger"}).content.decode()


def test_filters_without_a_match_say_so(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    assert "Nothing of this kind" in as_alice.get(HISTORY, {"kind": "blocks"}).content.decode()


def test_more_rows_come_by_htmx(as_alice, alice, bob):
    for _ in range(20):
        services.follow(follower=alice, followee=bob)
        services.unfollow(follower=alice, followee=bob)
    cursor = history_page(alice.pk).next_cursor
    rows = as_alice.get(HISTORY, {"after": cursor}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in rows
    assert rows.count('class="history-row"') == 10
    assert "This is where your history begins" in rows
