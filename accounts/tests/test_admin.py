"""The desk: moderators read and suspend with a reason; what is private stays with administrators."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import selectors, services
from accounts.models import Erasure, ErasureStep, Invitation, StandingEvent, User
from accounts.services import erasure
from accounts.tests.factories import make_account

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_user_changelist"


@pytest.fixture
def alice() -> User:
    return make_account("alice", name="Alice")


@pytest.fixture
def moderator() -> User:
    mona = make_account("mona", is_staff=True)
    mona.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "suspend_user", "decide_case"]))
    return mona


@pytest.fixture
def administrator() -> User:
    return make_account("root", is_staff=True, is_superuser=True)


def page(client: Client, account: User) -> str:
    return client.get(reverse("admin:accounts_user_change", args=[account.pk])).content.decode()


def standing(act: str, *accounts: User) -> str:
    ids = "&".join(f"_selected_action={account.pk}" for account in accounts)
    return reverse("admin:accounts_user_standing", args=[act]) + "?" + ids


def test_a_moderator_sees_accounts_without_what_is_private(client: Client, alice: User, moderator: User) -> None:
    client.force_login(moderator)
    assert "@alice" in client.get(reverse(LIST)).content.decode()
    content = page(client, alice)
    assert "@alice" in content
    for private in (alice.email, "birth", alice.password):
        assert private not in content
    assert "@alice" not in client.get(reverse(LIST), {"q": alice.email}).content.decode()
    assert client.post(reverse("admin:accounts_user_change", args=[alice.pk]), {"is_staff": "on"}).status_code == 403


def test_an_administrator_sees_the_address_and_gives_roles_and_nothing_else(
    client: Client, alice: User, administrator: User
) -> None:
    client.force_login(administrator)
    content = page(client, alice)
    assert alice.email in content
    assert alice.password not in content
    client.post(reverse("admin:accounts_user_change", args=[alice.pk]), {"is_staff": "on", "handle": "hacked"})
    alice.refresh_from_db()
    assert (alice.is_staff, alice.handle) == (True, "alice")


def test_suspending_asks_for_a_reason_and_records_it(client: Client, alice: User, moderator: User) -> None:
    client.force_login(moderator)
    asked = client.post(reverse(LIST), {"action": "suspend_chosen", "_selected_action": [alice.pk]})
    assert "@alice" in client.get(asked.url).content.decode()
    for missing in ({"rule": "spam", "reason": ""}, {"rule": "", "reason": "Spam"}, {"rule": "mood", "reason": "Spam"}):
        assert client.post(asked.url, missing).status_code == 200
        alice.refresh_from_db()
        assert alice.is_present
    client.post(asked.url, {"rule": "spam", "reason": "Spam"}, follow=True)
    alice.refresh_from_db()
    assert not alice.is_active
    assert (selectors.suspension(alice.pk).reason, selectors.suspension(alice.pk).actor_id) == ("Spam", moderator.pk)
    assert "Spam" in page(client, alice)
    client.post(standing("unsuspended", alice), {})
    alice.refresh_from_db()
    assert alice.is_present


def test_the_button_on_the_account_leads_there(client: Client, alice: User, moderator: User) -> None:
    client.force_login(moderator)
    response = client.get(reverse("admin:accounts_user_suspend_this", args=[alice.pk]))
    assert response.url == standing("suspended", alice)


def test_of_several_each_is_told_apart(client: Client, alice: User, moderator: User, administrator: User) -> None:
    client.force_login(moderator)
    response = client.post(
        standing("suspended", alice, moderator, administrator), {"rule": "hate", "reason": "x"}, follow=True
    )
    content = response.content.decode()
    assert "@alice is suspended" in content
    assert "This is about you" in content
    assert "Only an administrator" in content
    assert StandingEvent.objects.count() == 1


@pytest.mark.parametrize("act", ["suspended", "unsuspended", "nonsense"])
def test_without_the_permission_nothing_happens(client: Client, alice: User, act: str) -> None:
    reader = make_account("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_user"))
    client.force_login(reader)
    assert client.post(standing(act, alice), {"rule": "hate", "reason": "x"}).status_code == 403
    client.post(reverse(LIST), {"action": "suspend_chosen", "_selected_action": [alice.pk]})
    assert client.get(reverse("admin:accounts_user_suspend_this", args=[alice.pk])).status_code == 403
    assert not StandingEvent.objects.exists()


def test_nobody_is_chosen(client: Client, moderator: User) -> None:
    client.force_login(moderator)
    for ids in ("", "?_selected_action=x", "?_selected_action=99999999999999999999"):
        address = reverse("admin:accounts_user_standing", args=["suspended"]) + ids
        assert "No account is chosen" in client.post(address, {"reason": "x"}).content.decode()


def test_filters_by_standing(client: Client, alice: User, moderator: User) -> None:
    services.suspend(account=alice, by=moderator, reason="x")
    client.force_login(moderator)
    for choice, shown in (("suspended", True), ("present", False), ("deactivated", False), ("erased", False)):
        assert ("@alice" in client.get(reverse(LIST), {"standing": choice}).content.decode()) is shown


def test_the_desk_has_the_sites_own_door(client: Client, alice: User) -> None:
    assert client.get(reverse("admin:index"), follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    client.force_login(alice)
    assert client.get(reverse("admin:login")).status_code == 403


def test_an_invitation_names_who_made_it_and_its_link(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    client.post(reverse("admin:accounts_invitation_add"), {"note": "For Bob", "uses_left": "1"})
    invitation = Invitation.objects.get()
    assert invitation.created_by == administrator
    shown = client.get(reverse("admin:accounts_invitation_change", args=[invitation.pk])).content.decode()
    assert f"/accounts/signup/?code={invitation.code}" in shown
    assert invitation.code in client.get(reverse("admin:accounts_invitation_changelist")).content.decode()
    assert client.get(reverse("admin:accounts_standingevent_changelist")).status_code == 200


def test_deletions_are_read_with_what_each_app_confirmed(client: Client, alice: User, moderator: User) -> None:
    moderator.user_permissions.set(Permission.objects.filter(codename__in=["view_erasure", "view_erasurestep"]))
    services.ask_for_deletion(account=alice)
    client.force_login(moderator)
    address = reverse("admin:accounts_erasure_changelist")
    one = reverse("admin:accounts_erasure_change", args=[alice.pk])
    assert "@alice" in client.get(address, {"state": "waiting"}).content.decode()
    assert "@alice" not in client.get(address, {"state": "finished"}).content.decode()
    Erasure.objects.update(due_at="2000-01-01T00:00Z")
    erasure.begin(alice.pk)
    step = ErasureStep.objects.get(part="follows")
    ErasureStep.objects.filter(pk=step.pk).update(removed={"followers": 12304, "follows": 1})
    shown = client.get(one).content.decode()
    assert "follows: 1, followers: 12,304" in shown
    assert "alice" not in shown
    assert one in client.get(address, {"state": "running"}).content.decode()
    for act in (client.post(one, {"due_at_0": "2099-01-01"}), client.post(reverse("admin:accounts_erasure_add"))):
        assert act.status_code == 403
    assert client.post(reverse("admin:accounts_erasure_delete", args=[alice.pk]), {"post": "yes"}).status_code == 403
    assert Erasure.objects.get().due_at.year == 2000


def test_nobody_gives_an_erased_account_a_role(client: Client, alice: User, administrator: User) -> None:
    services.ask_for_deletion(account=alice)
    Erasure.objects.update(due_at="2000-01-01T00:00Z")
    erasure.begin(alice.pk)
    client.force_login(administrator)
    assert client.post(reverse("admin:accounts_user_change", args=[alice.pk]), {"is_staff": "on"}).status_code == 403
    assert "rased" in page(client, alice)
    alice.refresh_from_db()
    assert not alice.is_staff
