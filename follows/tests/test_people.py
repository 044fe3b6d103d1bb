"""Acts on a person, as pages: alerts, mute, remove, block, and taking back. With htmx and without JavaScript alike: what
is asked first, what is offered after, and that what is only asked about changes nothing."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import set_privacy
from accounts.tests.factories import make_account
from follows import selectors, services
from follows.models import Block, Follow, Mute
from follows.tests.test_pages import HTMX, state_of
from follows.views.answers import TapRate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def tap(client, name: str, handle: str = "bob", **fields: str):
    return client.post(reverse(f"follows:{name}", args=[handle]), fields, headers=HTMX)


def plainly(client, name: str, handle: str = "bob", **fields: str) -> str:
    """Without JavaScript: the page on which the tap ends."""
    return client.post(reverse(f"follows:{name}", args=[handle]), fields, follow=True).content.decode()


def toast_of(response) -> dict | None:
    return json.loads(response.headers.get("HX-Trigger", "{}")).get("toast")


def is_asked(response) -> bool:
    return "<confirm-dialog data-open>" in response.content.decode()


# --- Unfollow and Undo ----------------------------------------------------------------------------------------


def test_an_unfollow_is_taken_back_with_bell_and_date(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify="none")
    before = Follow.objects.get()
    toast = toast_of(tap(as_alice, "unfollow"))
    assert toast["text"] == "You unfollowed bob."
    assert not Follow.objects.exists()
    response = as_alice.post(toast["action"]["url"], toast["action"]["fields"], headers=HTMX)
    assert state_of(response) == "following"
    assert toast_of(response)["text"] == "You follow bob again."
    after = Follow.objects.get()
    assert (after.notify, after.followed_at) == ("none", before.followed_at)


def test_an_unfollow_that_changed_nothing_offers_no_undo(as_alice, bob):
    assert toast_of(tap(as_alice, "unfollow")) is None


def test_without_javascript_the_message_has_its_undo(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    page = plainly(as_alice, "unfollow", next="/settings/muted/")
    assert "You unfollowed bob." in page
    assert f'<form method="post" action="{reverse("follows:restore", args=["bob"])}"' in page
    assert 'name="next" value="/settings/muted/"' in page
    assert "You follow bob again." in plainly(as_alice, "restore")
    assert selectors.relation(alice.pk, bob.pk).following


def test_what_others_ended_is_not_taken_back(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.remove_follower(followee=bob, follower=alice)
    assert "cannot be taken back" in toast_of(tap(as_alice, "restore"))["text"]
    assert not Follow.objects.exists()


def test_leaving_a_private_account_is_asked_about_and_not_undone(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    set_privacy(account=bob, is_private=True)
    response = tap(as_alice, "unfollow")
    assert is_asked(response)
    assert state_of(response) == "following"
    assert "Unfollow bob?" in plainly(as_alice, "unfollow")
    assert Follow.objects.exists()
    assert toast_of(tap(as_alice, "unfollow", confirmed="yes"))["action"] is None
    assert not Follow.objects.exists()


def test_the_page_that_asks_sends_the_same_on_purpose(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    set_privacy(account=bob, is_private=True)
    page = plainly(as_alice, "unfollow", next="/settings/following/")
    assert '<input type="hidden" name="confirmed" value="yes">' in page
    assert '<a class="btn" href="/settings/following/">Keep following</a>' in page


def test_a_request_is_taken_back_without_a_question(as_alice, alice):
    shy = make_account("shy", is_private=True)
    services.follow(follower=alice, followee=shy)
    response = tap(as_alice, "unfollow", "shy")
    assert state_of(response) == "follow"
    assert toast_of(response)["text"] == "You took your request to shy back."
    assert state_of(tap(as_alice, "restore", "shy")) == "requested"


# --- Alerts and mute ------------------------------------------------------------------------------------------


def test_the_bell_has_two_states_and_an_undo(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    response = tap(as_alice, "bell", notify="none", tools="bell")
    assert 'aria-pressed="false"' in response.content.decode()
    assert selectors.relation(alice.pk, bob.pk).notify == "none"
    undo = toast_of(response)["action"]
    as_alice.post(undo["url"], undo["fields"], headers=HTMX)
    assert selectors.relation(alice.pk, bob.pk).notify == "all"
    assert toast_of(tap(as_alice, "bell", notify="all")) is None
    assert tap(as_alice, "bell", notify="loud").status_code == 400


@pytest.mark.parametrize(("length", "days"), [("day", 1), ("week", 7), ("month", 30)])
def test_a_mute_lasts_as_long_as_chosen_and_is_undone(as_alice, alice, bob, length, days):
    response = tap(as_alice, "mute", **{"for": length, "tools": "menu"})
    until = Mute.objects.get().until
    assert timedelta(days=days) - timedelta(minutes=1) < until - timezone.now() <= timedelta(days=days)
    assert "Muted until" in response.content.decode()
    undo = toast_of(response)["action"]
    assert "Muted" not in as_alice.post(undo["url"], undo["fields"] | {"tools": "menu"}, headers=HTMX).content.decode()
    assert not Mute.objects.exists()


def test_a_mute_without_an_end_stands_until_it_is_lifted(as_alice, alice, bob):
    assert "Muted until you unmute" in plainly(as_alice, "mute", **{"for": "ever"})
    assert Mute.objects.get().until is None
    assert "bob is no longer muted." in plainly(as_alice, "unmute")


def test_undoing_an_unmute_brings_the_same_end_back(as_alice, alice, bob):
    until = timezone.now() + timedelta(days=3)
    services.mute(muter=alice, muted=bob, until=until)
    undo = toast_of(tap(as_alice, "unmute"))["action"]
    as_alice.post(undo["url"], undo["fields"], headers=HTMX)
    assert Mute.objects.get().until == until


@pytest.mark.parametrize("fields", [{}, {"for": "life"}, {"until": "soon"}, {"until": "9999999"}])
def test_an_unknown_length_mutes_nobody(as_alice, bob, fields):
    assert tap(as_alice, "mute", **fields).status_code == 400
    assert not Mute.objects.exists()


# --- Remove and block -----------------------------------------------------------------------------------------


def test_removing_a_follower_is_asked_about(as_alice, alice, bob):
    services.follow(follower=bob, followee=alice)
    assert is_asked(tap(as_alice, "remove"))
    assert Follow.objects.exists()
    assert toast_of(tap(as_alice, "remove", confirmed="yes"))["text"] == "bob no longer follows you."
    assert not Follow.objects.exists()


def test_removing_who_does_not_follow_changes_nothing(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    response = tap(as_alice, "remove", confirmed="yes")
    assert toast_of(response) is None
    assert selectors.relation(alice.pk, bob.pk).following


def test_the_own_list_of_followers_removes_and_others_do_not(as_alice, alice, bob):
    services.follow(follower=bob, followee=alice)
    services.follow(follower=alice, followee=bob)
    where = reverse("follows:remove", args=["bob"])
    assert where in as_alice.get(reverse("follows:followers", args=["alice"])).content.decode()
    assert where not in as_alice.get(reverse("follows:following", args=["alice"])).content.decode()
    assert "/remove/" not in as_alice.get(reverse("follows:followers", args=["bob"])).content.decode()


def test_a_block_names_what_ends_and_only_that(as_alice, alice, bob):
    asked = tap(as_alice, "block").content.decode()
    assert "stops following you" not in asked
    assert "You stop following" not in asked
    services.follow(follower=bob, followee=alice)
    services.follow(follower=alice, followee=bob)
    asked = tap(as_alice, "block").content.decode()
    assert "You stop following bob. bob stops following you." in asked
    assert not Block.objects.exists()
    response = tap(as_alice, "block", confirmed="yes")
    assert state_of(response) == "blocked"
    assert not Follow.objects.exists()


@pytest.mark.parametrize("notify", ["all", "none"])
def test_lifting_a_block_offers_the_follow_back_as_it_was(as_alice, alice, bob, notify):
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify=notify)
    before = Follow.objects.get()
    services.block(blocker=alice, blocked=bob)
    toast = toast_of(tap(as_alice, "unblock"))
    assert toast["text"] == "You unblocked bob. You followed bob before."
    assert toast["action"]["label"] == "Follow again"
    assert not Follow.objects.exists()
    response = as_alice.post(toast["action"]["url"], toast["action"]["fields"], headers=HTMX)
    assert state_of(response) == "following"
    after = Follow.objects.get()
    assert (after.notify, after.followed_at) == (notify, before.followed_at)


def test_lifting_a_block_offers_nothing_that_it_did_not_end(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    services.block(blocker=alice, blocked=bob)
    assert toast_of(tap(as_alice, "unblock"))["action"] is None


def test_following_again_somebody_never_followed_is_a_follow(as_alice, alice, bob):
    assert state_of(tap(as_alice, "follow_again")) == "following"
    assert state_of(tap(as_alice, "follow_again")) == "following"
    assert Follow.objects.count() == 1


def test_following_again_asks_a_private_account_and_meets_their_block(as_alice, alice):
    shy = make_account("shy", is_private=True)
    assert state_of(tap(as_alice, "follow_again", "shy")) == "requested"
    services.block(blocker=shy, blocked=alice)
    assert "You cannot follow this account." in tap(as_alice, "follow_again", "shy").content.decode()
    assert not Follow.objects.exists()


# --- Who may, how often ---------------------------------------------------------------------------------------

ACTS = ["follow", "unfollow", "restore", "bell", "mute", "unmute", "remove", "block", "unblock", "follow_again"]


@pytest.mark.parametrize("name", [*ACTS, "approve", "decline"])
def test_a_tap_after_logging_out_leads_in_and_back_to_its_page(client, bob, name):
    where = reverse(f"follows:{name}", args=["bob"])
    response = client.post(where, {"next": "/explore/"})
    assert response.url == reverse("account_login") + "?next=/explore/"
    response = client.post(where, {"next": "/explore/"}, headers=HTMX)
    assert response["HX-Redirect"] == reverse("account_login") + "?next=/explore/"
    assert client.get(where).status_code == 405


@pytest.mark.parametrize("name", ACTS)
def test_an_act_on_nobody_is_not_found_and_a_get_changes_nothing(as_alice, bob, name):
    assert tap(as_alice, name, "nobody").status_code == 404
    assert as_alice.get(reverse(f"follows:{name}", args=["bob"])).status_code == 405


def test_more_taps_than_a_hand_makes_are_refused_in_words(as_alice, alice, bob, monkeypatch):
    monkeypatch.setattr(TapRate, "rate", "3/min")
    for _ in range(3):
        assert tap(as_alice, "follow").status_code == 200
    response = tap(as_alice, "unfollow")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert "That was a lot at once" in response.content.decode()
    assert selectors.relation(alice.pk, bob.pk).following


def test_the_rate_is_each_accounts_own(as_alice, client, alice, bob, monkeypatch):
    monkeypatch.setattr(TapRate, "rate", "1/min")
    assert tap(as_alice, "follow").status_code == 200
    client.force_login(make_account("carol"))
    assert tap(client, "follow").status_code == 200


# --- Pages ----------------------------------------------------------------------------------------------------


def test_whom_i_block_and_mute_is_listed_and_counted(as_alice, alice, bob):
    carol, dora = make_account("carol"), make_account("dora")
    services.block(blocker=alice, blocked=bob)
    services.mute(muter=alice, muted=carol, until=timezone.now() + timedelta(days=2))
    services.mute(muter=alice, muted=dora, until=timezone.now() - timedelta(days=2))
    blocked = as_alice.get(reverse("follows:blocked")).content.decode()
    assert "@bob" in blocked
    assert 'data-state="blocked"' in blocked
    muted = as_alice.get(reverse("follows:muted")).content.decode()
    assert "@carol" in muted
    assert "@dora" not in muted
    for page in (blocked, muted):
        assert '<strong class="num">1</strong> blocked' in page
        assert '<strong class="num">1</strong> muted' in page


@pytest.mark.parametrize(("name", "words"), [("blocked", "You block nobody"), ("muted", "You mute nobody")])
def test_an_empty_list_says_what_would_be_there(as_alice, name, words):
    assert words in as_alice.get(reverse(f"follows:{name}")).content.decode()


@pytest.mark.parametrize("name", ["blocked", "muted"])
def test_the_lists_page_through_everybody(as_alice, alice, name):
    people = [make_account(f"person{number:02}") for number in range(33)]
    for person in people:
        if name == "blocked":
            services.block(blocker=alice, blocked=person)
        else:
            services.mute(muter=alice, muted=person)
    first = where = reverse(f"follows:{name}")
    seen = []
    while where:
        page = as_alice.get(where, headers=HTMX if "after" in where else {}).content.decode()
        seen += re.findall(r'account-row__handle">@(\w+)<', page)
        more = re.search(r'hx-get="(\?after=[^"]+)"', page)
        where = first + more[1] if more else ""
    assert seen == [person.handle for person in reversed(people)]


# --- Requests -------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(client) -> User:
    owner = make_account("owner", is_private=True)
    client.force_login(owner)
    return owner


def test_an_answer_takes_the_place_of_its_request_and_the_numbers_follow(client, owner, alice, bob):
    for asker in (alice, bob):
        services.follow(follower=asker, followee=owner)
    approved = tap(client, "approve", "alice").content.decode()
    assert "Now follows you." in approved
    assert 'data-state="follow_back"' in approved
    assert '<strong class="num">1</strong> waiting' in approved
    declined = tap(client, "decline", "bob").content.decode()
    assert "Was declined, and can ask again." in declined
    assert '<strong class="num">0</strong> waiting' in declined
    assert selectors.counts(owner.pk).followers == 1


def test_a_request_taken_back_meanwhile_is_not_approved(client, owner, bob):
    services.follow(follower=bob, followee=owner)
    services.unfollow(follower=bob, followee=owner)
    assert "Took the request back." in tap(client, "approve").content.decode()
    assert "bob took the request back." in plainly(client, "approve")
    assert not Follow.objects.exists()


def test_everyone_is_approved_on_purpose_only(client, owner, alice, bob):
    for asker in (alice, bob):
        services.follow(follower=asker, followee=owner)
    where = reverse("follows:approve_everyone")
    assert "2 people start to follow you" in client.post(where).content.decode()
    assert selectors.counts(owner.pk).followers == 0
    assert "You approved 2 requests." in client.post(where, {"confirmed": "yes"}, follow=True).content.decode()
    assert selectors.counts(owner.pk).followers == 2


def test_the_badge_is_the_list_everywhere(client, owner, alice, bob):
    for asker in (alice, bob):
        services.follow(follower=asker, followee=owner)
    listed = client.get(reverse("follows:requests")).content.decode().count('aria-label="Approve ')
    assert listed == selectors.counts(owner.pk).requests == 2
    assert "2 waiting to follow you" in client.get("/explore/").content.decode()
    assert '<span class="badge badge--accent">2</span>' in client.get("/@owner/").content.decode()
    account = client.get(reverse("accounts:manage_account")).content.decode()
    assert '<span class="num">2</span> waiting for your answer' in account


def test_going_public_says_before_how_many_come_in(client, owner, alice):
    services.follow(follower=alice, followee=owner)
    page = client.get(reverse("accounts:privacy")).content.decode()
    assert '<strong class="num">1</strong> person waits' in page
    set_privacy(account=owner, is_private=False)
    page = client.get(reverse("accounts:privacy")).content.decode()
    assert 'Your <strong class="num">1</strong> follower stays' in page
    assert selectors.counts(owner.pk).followers == 1


# --- The profile around the button ----------------------------------------------------------------------------


def test_what_hangs_on_the_tie_is_asked_for_again(as_alice, alice, bob):
    where, figures = bob.get_absolute_url(), HTMX | {"HX-Target": "figures"}
    assert 'hx-get="/@bob/?seen=0.0"' in as_alice.get(where).content.decode()
    services.follow(follower=alice, followee=bob)
    part = as_alice.get(where, {"seen": "0.0"}, headers=figures).content.decode()
    assert "<strong>1</strong> follower<" in part
    assert "profile-body" not in part
    services.block(blocker=alice, blocked=bob)
    part = as_alice.get(where, {"seen": "0.0"}, headers=figures).content.decode()
    assert "You blocked this account" in part
    assert "<html" not in part


def test_somebody_blocked_finds_nothing_and_changes_nothing(as_alice, alice, bob):
    services.block(blocker=bob, blocked=alice)
    assert as_alice.get(bob.get_absolute_url(), headers=HTMX | {"HX-Target": "figures"}).status_code == 404
    assert state_of(tap(as_alice, "unblock")) == "follow"
    assert Block.objects.count() == 1
