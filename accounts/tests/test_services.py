"""Writes: each rule holds, and each denial changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts import selectors, services
from accounts.models import HandleClaim, Invitation, StandingEvent, User
from accounts.services import AccountRefused
from accounts.signals import handle_taken, privacy_changed, standing_changed
from accounts.tests.factories import PASSWORD, make_account

pytestmark = pytest.mark.django_db
GROWN_UP = date(1990, 1, 1)


def sign_up(handle: str = "alice", **changes: object) -> User:
    values = {"handle": handle, "email": f"{handle}@example.org", "password": PASSWORD, "birth_date": GROWN_UP}
    return services.sign_up(**values | changes)  # type: ignore[arg-type]


@pytest.fixture
def heard():
    """What the signals said, in order."""
    said = []

    def listen(signal, sender, **facts):
        assert connection.in_atomic_block
        said.append(facts)

    for signal in (privacy_changed, standing_changed):
        signal.connect(listen)
    yield said
    for signal in (privacy_changed, standing_changed):
        signal.disconnect(listen)


def test_an_account_knows_its_mail_address_unconfirmed() -> None:
    alice = sign_up(email="Alice@Example.ORG", name="Alice")
    assert (alice.handle, alice.email, alice.name, alice.is_private) == ("alice", "alice@example.org", "Alice", False)
    assert alice.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=alice).email == "alice@example.org"
    assert not EmailAddress.objects.get(user=alice).verified


def test_the_young_start_private(settings) -> None:
    today = timezone.localdate()
    fifteen = today.replace(year=today.year - 15, day=1)
    assert sign_up(birth_date=fifteen).is_private
    settings.PRIVATE_UNDER_AGE = 15
    assert not sign_up("bob", birth_date=fifteen).is_private


@pytest.mark.parametrize(
    ("handle", "email", "field"), [("ALICE", "x@example.org", "handle"), ("bob", "ALICE@example.org", "email")]
)
def test_names_are_unique_in_any_case(handle: str, email: str, field: str) -> None:
    make_account("alice")
    with pytest.raises(AccountRefused) as refused:
        sign_up(handle, email=email)
    assert refused.value.field == field
    assert User.objects.count() == EmailAddress.objects.count() == 1


def test_closed_means_closed(settings) -> None:
    settings.SIGNUP_MODE = "closed"
    with pytest.raises(AccountRefused, match="closed"):
        sign_up()
    assert not User.objects.exists()


def test_an_invitation_is_counted_and_a_failed_sign_up_gives_it_back(settings) -> None:
    settings.SIGNUP_MODE = "invite"
    invitation = Invitation.objects.create(uses_left=2)
    make_account("taken")
    sign_up(invitation=f" {invitation.code} ")
    with pytest.raises(AccountRefused, match="taken"):
        sign_up("taken", email="new@example.org", invitation=invitation.code)
    invitation.refresh_from_db()
    assert invitation.uses_left == 1


@pytest.mark.parametrize("kind", ["used", "expired", "unknown", "empty"])
def test_a_bad_invitation_lets_nobody_in(kind: str, settings) -> None:
    settings.SIGNUP_MODE = "invite"
    past = timezone.now() - timedelta(seconds=1)
    codes = {
        "used": Invitation.objects.create(uses_left=0).code,
        "expired": Invitation.objects.create(uses_left=5, expires_at=past).code,
        "unknown": "nope",
        "empty": "",
    }
    with pytest.raises(AccountRefused) as refused:
        sign_up(invitation=codes[kind])
    assert refused.value.field == "invitation"
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_with_the_last_use_of_an_invitation_one_gets_in(settings) -> None:
    settings.SIGNUP_MODE = "invite"
    code = Invitation.objects.create(uses_left=1).code

    def attempt(number: int) -> str:
        try:
            return sign_up(f"guest{number}", invitation=code).handle
        except AccountRefused as refused:
            return refused.field
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))
    assert outcomes.count("invitation") == 7
    assert User.objects.count() == 1
    assert Invitation.objects.get().uses_left == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_taking_one_handle_at_once_one_has_it() -> None:
    def attempt(number: int) -> str:
        try:
            return sign_up("mira", email=f"mira{number}@example.org").email
        except AccountRefused as refused:
            return refused.field
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(8)))
    assert outcomes.count("handle") == 7
    assert User.objects.count() == EmailAddress.objects.count() == 1


def test_a_profile_changes_only_in_what_is_given() -> None:
    alice = make_account("alice", name="Alice", bio="Hello")
    services.update_profile(account=alice, bio="")
    assert (alice.handle, alice.name, alice.bio) == ("alice", "Alice", "")


def test_an_old_handle_leads_to_its_owner_and_to_nobody_else_ever() -> None:
    alice, bob = make_account("alice"), make_account("bob")
    services.update_profile(account=alice, handle="alice2")
    with pytest.raises(AccountRefused, match="taken"):
        services.update_profile(account=bob, handle="alice")
    with pytest.raises(AccountRefused, match="taken"):
        sign_up("alice", email="new@example.org")
    bob.refresh_from_db()
    assert bob.handle == "bob"
    assert selectors.account_by_handle("alice") is None
    assert selectors.current_handle_of("ALICE") == "alice2"
    assert selectors.account_by_handle("Alice2") == alice
    services.update_profile(account=alice, handle="alice")
    assert selectors.account_by_handle("alice") == alice


@pytest.mark.parametrize("handle", ["\x00", "a\x00", "", "not a handle", "x" * 5000, "nobody"])
def test_whatever_is_asked_for_is_looked_up_or_nobody(handle: str) -> None:
    assert selectors.account_by_handle(handle) is None
    assert selectors.current_handle_of(handle) is None


def test_nobody_collects_handles() -> None:
    alice = make_account("alice")
    for handle in ("one", "two", "three"):
        services.update_profile(account=alice, handle=handle)
    with pytest.raises(AccountRefused, match="new handles"):
        services.update_profile(account=alice, handle="four")
    services.update_profile(account=alice, handle="alice")
    assert HandleClaim.objects.filter(account_id=alice.pk).count() == 4
    HandleClaim.objects.update(claimed_at=timezone.now() - timedelta(days=31))
    services.update_profile(account=alice, handle="four")
    assert alice.handle == "four"


def test_a_new_avatar_replaces_the_old_file(django_capture_on_commit_callbacks) -> None:
    alice = make_account("alice")
    with django_capture_on_commit_callbacks(execute=True):
        services.set_avatar(account=alice, content=b"one")
    first = alice.avatar.name
    assert first.startswith(f"avatars/{alice.pk}/")
    with django_capture_on_commit_callbacks(execute=True):
        services.set_avatar(account=alice, content=b"two")
    assert not default_storage.exists(first)
    last = alice.avatar.name
    with default_storage.open(last) as file:
        assert file.read() == b"two"
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_avatar(account=alice)
    assert not default_storage.exists(last)
    assert not alice.avatar


def test_privacy_is_announced_when_it_changes(heard) -> None:
    alice = make_account("alice")
    services.set_privacy(account=alice, is_private=True)
    services.set_privacy(account=alice, is_private=True)
    services.set_privacy(account=alice, is_private=False)
    assert [fact["is_private"] for fact in heard] == [True, False]


def test_a_handle_is_announced_when_it_is_taken() -> None:
    taken: list[str] = []

    def listen(account_id: int, handle: str, **_: object) -> None:
        taken.append(handle)

    handle_taken.connect(listen)
    try:
        alice = make_account("Alice")
        services.update_profile(account=alice, handle="alice", name="Alice")
        services.update_profile(account=alice, handle="alice2")
        with pytest.raises(AccountRefused):
            make_account("alice2")
    finally:
        handle_taken.disconnect(listen)
    assert taken == ["alice", "alice2"]


def test_a_suspension_is_recorded_once_with_its_reason(heard) -> None:
    alice, moderator = make_account("alice"), make_account("mona", is_staff=True)
    services.suspend(account=alice, by=moderator, reason=" Spam ")
    services.suspend(account=alice, by=moderator, reason="Again")
    assert not alice.is_active
    assert not User.objects.present().filter(pk=alice.pk).exists()
    assert selectors.suspension(alice.pk).reason == "Spam"
    services.unsuspend(account=alice, by=moderator)
    services.unsuspend(account=alice, by=moderator)
    assert alice.is_present
    acts = [(event.act, event.actor_id) for event in selectors.standing_history(alice.pk)]
    assert acts == [("unsuspended", moderator.pk), ("suspended", moderator.pk)]
    assert len(heard) == 2


def test_who_cannot_be_suspended() -> None:
    mona, max_, root = (make_account(handle, is_staff=True) for handle in ("mona", "max", "root"))
    root.is_superuser = True
    for account, by in ((mona, mona), (max_, mona), (root, root)):
        with pytest.raises(AccountRefused):
            services.suspend(account=account, by=by, reason="x")
    assert not StandingEvent.objects.exists()
    assert not services.suspend(account=mona, by=root, reason="x").is_active


def test_deactivation_takes_programs_access_and_is_undone_whole(heard) -> None:
    alice = make_account("alice")
    Token.objects.create(user=alice)
    services.deactivate(account=alice)
    assert not alice.is_present
    assert not Token.objects.exists()
    services.reactivate(account=alice)
    assert alice.is_present
    assert len(heard) == 2


def test_the_record_of_standing_is_only_added_to() -> None:
    services.deactivate(account=make_account("alice"))
    for statement in ("UPDATE accounts_standingevent SET reason = 'x'", "DELETE FROM accounts_standingevent"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert StandingEvent.objects.get().reason == ""


@pytest.mark.parametrize(
    ("column", "value"), [("handle", "Alice"), ("handle", "a b"), ("handle", "alice."), ("email", "Alice@example.org")]
)
def test_the_database_itself_keeps_names_plain(column: str, value: str) -> None:
    alice = make_account("alice")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(**{column: value})


def test_an_administrator_can_be_made_by_djangos_own_command(monkeypatch) -> None:
    from django.core.management import call_command

    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, handle="root", email="Root@example.org", verbosity=0)
    root = User.objects.get(handle="root")
    assert root.is_superuser
    assert root.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=root, verified=True).email == "root@example.org"
