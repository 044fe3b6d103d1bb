"""Following in the browser's terms: what each page says, to whom, and that a denial changes nothing."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.models import Follow
from follows.selectors import counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def state_of(response) -> str:
    return response.content.decode().split('data-state="')[1].split('"')[0]


def test_a_tap_answers_the_button_as_it_now_stands(as_alice, bob):
    response = as_alice.post(reverse("follows:follow", args=["bob"]), {"place": "card"}, headers=HTMX)
    assert state_of(response) == "following"
    assert f'id="follow-button-{bob.pk}-card"' in response.content.decode()
    response = as_alice.post(reverse("follows:unfollow", args=["bob"]), headers=HTMX)
    assert state_of(response) == "follow"


def test_without_javascript_a_tap_returns_to_its_page(as_alice, bob):
    response = as_alice.post(reverse("follows:follow", args=["bob"]), {"next": "/settings/following/"})
    assert (response.status_code, response.url) == (302, "/settings/following/")
    assert Follow.objects.get().state == "active"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_tap_never_leads_to_another_site(as_alice, bob, elsewhere):
    response = as_alice.post(reverse("follows:follow", args=["bob"]), {"next": elsewhere})
    assert response.url == bob.get_absolute_url()


def test_whoever_is_not_logged_in_is_asked_to(client, bob):
    response = client.post(reverse("follows:follow", args=["bob"]))
    assert response.url.startswith(reverse("account_login"))
    assert not Follow.objects.exists()


def test_a_get_changes_nothing(as_alice, bob):
    assert as_alice.get(reverse("follows:follow", args=["bob"])).status_code == 405
    assert not Follow.objects.exists()


def test_a_forged_form_changes_nothing(alice, bob):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(reverse("follows:follow", args=["bob"])).status_code == 403
    assert not Follow.objects.exists()


@pytest.mark.parametrize("handle", ["nobody", "alice.alice.alice.alice.alice.al", "bob..", "ALICE\x00"])
def test_an_unknown_handle_is_not_found(as_alice, handle):
    assert as_alice.post(f"/@{handle}/follow/").status_code == 404


def test_handles_are_found_in_any_case(as_alice, bob):
    as_alice.post("/@BOB/follow/", headers=HTMX)
    assert counts(bob.pk).followers == 1


def test_a_refusal_says_why_and_shows_the_truth(as_alice, alice, bob):
    services.block(blocker=bob, blocked=alice)
    response = as_alice.post(reverse("follows:follow", args=["bob"]), headers=HTMX)
    assert state_of(response) == "follow"
    assert "You cannot follow this account." in response.content.decode()
    assert not Follow.objects.exists()


def test_following_oneself_is_refused_in_words(as_alice):
    response = as_alice.post(reverse("follows:follow", args=["alice"]), follow=False)
    assert response.status_code == 302
    assert not Follow.objects.exists()


def test_the_relation_answers_for_every_state(as_alice, alice, bob):
    where = reverse("follows:relation", args=["bob"])
    assert state_of(as_alice.get(where)) == "follow"
    services.follow(follower=bob, followee=alice)
    assert state_of(as_alice.get(where)) == "follow_back"
    services.follow(follower=alice, followee=bob)
    response = as_alice.get(where)
    assert state_of(response) == "following"
    for page in (response, as_alice.get(reverse("follows:followers", args=["bob"]))):
        assert "no-store" in page["Cache-Control"]


def test_the_manager_lists_everyone_whatever_became_of_them(as_alice, alice):
    names = ["public", "private", "suspended", "deactivated"]
    cast = {name: make_account(name, is_private=name == "private") for name in names}
    for account in cast.values():
        services.follow(follower=alice, followee=account)
    User.objects.filter(pk=cast["suspended"].pk).update(suspended_at=timezone.now())
    User.objects.filter(pk=cast["deactivated"].pk).update(deactivated_at=timezone.now())
    page = as_alice.get(reverse("follows:manager")).content.decode()
    for name in names:
        assert f"@{name}" in page
        assert f'data-state-url="/@{name}/relation/"' in page
    assert "Suspended" in page
    assert "Deactivated" in page
    assert "Asked" in page
    as_alice.post(reverse("follows:unfollow", args=["suspended"]), headers=HTMX)
    assert "@suspended" not in as_alice.get(reverse("follows:manager")).content.decode()


def test_the_manager_pages_through_everyone_without_gap_or_repeat(as_alice, alice):
    followed = [make_account(f"person{number:03}") for number in range(65)]
    for account in followed:
        services.follow(follower=alice, followee=account)
    seen, where = [], reverse("follows:manager")
    while where:
        page = as_alice.get(where, headers=HTMX if "after" in where else {}).content.decode()
        seen += re.findall(r'account-row__handle">\s*@(\w+)', page)
        where = "".join(re.findall(r'hx-get="([^"]*after=[^"]*)"', page))
        where = where.replace("&amp;", "&")
    assert seen == [account.handle for account in reversed(followed)]


def test_the_manager_finds_by_handle_and_by_name(as_alice, alice, bob):
    carol = make_account("carol", name="Örsted")
    for account in (bob, carol):
        services.follow(follower=alice, followee=account)
    assert "@carol" not in as_alice.get(reverse("follows:manager"), {"q": "@bob"}).content.decode()
    assert "@carol" in as_alice.get(reverse("follows:manager"), {"q": "örs"}).content.decode()
    assert "Nobody matches" in as_alice.get(reverse("follows:manager"), {"q": "zzz%_\\"}).content.decode()


def test_an_empty_manager_stays_and_says_why(as_alice, alice, bob):
    services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    assert "You follow nobody yet" in as_alice.get(reverse("follows:manager")).content.decode()


@pytest.mark.parametrize("cursor", ["garbage", "W10", "WyJhIl0", "%00", "WzFlOTk5XQ", "W3RydWVd"])
def test_a_damaged_cursor_is_the_first_page_or_empty_never_an_error(as_alice, alice, bob, cursor):
    services.follow(follower=alice, followee=bob)
    assert as_alice.get(reverse("follows:manager"), {"after": cursor}).status_code == 200


def test_requests_are_approved_and_declined(client, alice):
    owner = make_account("owner", is_private=True)
    bob = make_account("bob")
    for asker in (alice, bob):
        services.follow(follower=asker, followee=owner)
    client.force_login(owner)
    page = client.get(reverse("follows:requests")).content.decode()
    assert "@alice" in page
    assert "@bob" in page
    client.post(reverse("follows:approve", args=["alice"]))
    client.post(reverse("follows:decline", args=["bob"]))
    assert (counts(owner.pk).followers, counts(owner.pk).requests) == (1, 0)
    assert "No open requests" in client.get(reverse("follows:requests")).content.decode()


def test_nobody_approves_for_somebody_else(as_alice, bob):
    owner = make_account("owner", is_private=True)
    services.follow(follower=bob, followee=owner)
    as_alice.post(reverse("follows:approve", args=["bob"]))
    as_alice.post(reverse("follows:approve_everyone"))
    assert Follow.objects.get().state == "requested"


def test_lists_show_everyone_the_count_says(client, alice, bob):
    services.follow(follower=alice, followee=bob)
    page = client.get(reverse("follows:followers", args=["bob"])).content.decode()
    assert "@alice" in page
    assert "cannot see" not in page


def test_a_list_closes_with_those_the_viewer_cannot_see(as_alice, alice, bob):
    shy = make_account("shy")
    services.block(blocker=shy, blocked=alice)
    services.follow(follower=shy, followee=bob)
    services.follow(follower=make_account("carol"), followee=bob)
    page = as_alice.get(reverse("follows:followers", args=["bob"])).content.decode()
    assert "@shy" not in page
    assert "1 account you cannot see" in page
    assert counts(bob.pk).followers == 2


@pytest.mark.parametrize(("column", "mark"), [("suspended_at", "Suspended"), ("deactivated_at", "Deactivated")])
def test_a_list_marks_who_is_absent_and_leaves_nobody_out(client, alice, bob, column, mark):
    services.follow(follower=alice, followee=bob)
    User.objects.filter(pk=alice.pk).update(**{column: timezone.now()})
    page = client.get(reverse("follows:followers", args=["bob"])).content.decode()
    assert "@alice" in page
    assert mark in page
    assert counts(bob.pk).followers == 1


def test_lists_of_a_private_account_are_for_its_followers(as_alice, alice):
    owner = make_account("owner", is_private=True)
    services.follow(follower=owner, followee=make_account("friend"))
    where = reverse("follows:following", args=["owner"])
    assert "@friend" not in as_alice.get(where).content.decode()
    services.follow(follower=alice, followee=owner)
    assert "@friend" not in as_alice.get(where).content.decode()
    services.approve(followee=owner, follower=alice)
    assert "@friend" in as_alice.get(where).content.decode()


def test_somebody_blocked_finds_no_lists(as_alice, alice, bob):
    services.block(blocker=bob, blocked=alice)
    assert as_alice.get(reverse("follows:followers", args=["bob"])).status_code == 404


@pytest.mark.parametrize("name", ["follows:manager", "follows:followers"])
def test_queries_do_not_grow_with_the_list(as_alice, alice, django_assert_max_num_queries, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    where = reverse(name, args=["alice"] if name == "follows:followers" else [])

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_alice.get(where).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        other = make_account(f"other{number}")
        services.follow(follower=alice, followee=other)
        services.follow(follower=other, followee=alice)

    add(0)
    cost()
    with_one = cost()
    for number in range(1, 10):
        add(number)
    assert cost() == with_one
