"""Deleting an account: asked for, taken back, final. What other apps erase is tested there and in tests/."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts import selectors, services
from accounts.models import Erasure, ErasureStep, HandleClaim, Invitation, LogIn, User
from accounts.services import AccountRefused, erasure
from accounts.signals import erasure_due
from accounts.tests.factories import PASSWORD, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_account("alice", name="Alice", bio="Hello")


def make_due(account: User) -> None:
    services.ask_for_deletion(account=account)
    Erasure.objects.filter(pk=account.pk).update(due_at=timezone.now())


def acts(account: User) -> list[str]:
    return [event.act for event in reversed(selectors.standing_history(account.pk))]


# --- Asking and taking back -----------------------------------------------------------------------------------


def test_asking_deactivates_at_once_and_names_the_day(
    alice: User, settings, django_capture_on_commit_callbacks
) -> None:
    settings.DELETE_AFTER_DAYS = 12
    services.give_token(account=alice)
    with django_capture_on_commit_callbacks(execute=True):
        asked = services.ask_for_deletion(account=alice)
    assert alice.standing == "deactivated"
    assert not Token.objects.exists()
    assert abs(asked.due_at - timezone.now() - timedelta(days=12)) < timedelta(minutes=1)
    [message] = mail.outbox
    assert message.to == ["alice@example.org"]
    assert f"{asked.due_at:%-d %B %Y}" in message.body
    assert "@alice" in message.body


def test_asking_twice_is_once_and_the_first_day_stands(alice: User, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = services.ask_for_deletion(account=alice)
        again = services.ask_for_deletion(account=alice)
    assert again.due_at == first.due_at
    assert len(mail.outbox) == 1
    assert acts(alice) == ["deletion_asked"]


@pytest.mark.parametrize(("days_left", "mails"), [(4, 0), (2, 1)])
def test_three_days_before_it_is_final_there_is_a_last_word_once(
    alice: User, django_capture_on_commit_callbacks, days_left: int, mails: int
) -> None:
    services.ask_for_deletion(account=alice)
    due_at = timezone.now() + timedelta(days=days_left)
    Erasure.objects.update(asked_at=due_at - timedelta(days=30), due_at=due_at)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            erasure.sweep()
    assert len(mail.outbox) == mails
    for message in mail.outbox:
        assert message.to == ["alice@example.org"]
        assert message.subject.endswith("Your account will soon be deleted for good")
        assert f"@alice. It is deleted for good on {due_at:%-d %B %Y}." in message.body


def test_no_last_word_to_who_has_just_asked_or_took_it_back(
    alice: User, bob: User, settings, django_capture_on_commit_callbacks
) -> None:
    settings.DELETE_AFTER_DAYS = 2
    services.ask_for_deletion(account=alice)
    services.ask_for_deletion(account=bob)
    Erasure.objects.filter(pk=bob.pk).update(asked_at=timezone.now() - timedelta(days=28))
    services.reactivate(account=bob)
    with django_capture_on_commit_callbacks(execute=True):
        erasure.sweep()
        assert not erasure.remind(bob.pk)
    assert not mail.outbox


def test_keeping_the_account_takes_it_back(alice: User) -> None:
    services.ask_for_deletion(account=alice)
    services.reactivate(account=alice)
    services.reactivate(account=alice)
    assert alice.is_present
    assert not Erasure.objects.exists()
    assert acts(alice) == ["deletion_asked", "reactivated"]


def test_a_suspended_account_can_ask_and_stays_suspended_when_it_is_kept(alice: User) -> None:
    services.suspend(account=alice, by=make_account("mona", is_staff=True), reason="Spam")
    services.ask_for_deletion(account=alice)
    services.reactivate(account=alice)
    assert alice.standing == "suspended"
    assert alice.deactivated_at is None


def test_an_administrator_hands_over_first() -> None:
    root = make_account("root", is_staff=True, is_superuser=True)
    with pytest.raises(AccountRefused, match="Hand over"):
        services.ask_for_deletion(account=root)
    assert root.is_present
    assert not Erasure.objects.exists()


def test_a_mail_server_that_is_away_changes_nothing(alice: User, settings, django_capture_on_commit_callbacks) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True):
        services.ask_for_deletion(account=alice)
    assert Erasure.objects.filter(pk=alice.pk).exists()


# --- Becoming final -------------------------------------------------------------------------------------------


def test_before_its_day_nothing_happens(alice: User) -> None:
    services.ask_for_deletion(account=alice)
    erasure.sweep()
    assert not erasure.begin(alice.pk)
    alice.refresh_from_db()
    assert (alice.erased_at, alice.handle, alice.name) == (None, "alice", "Alice")


def test_what_is_left_of_the_row_says_nothing(alice: User, django_capture_on_commit_callbacks) -> None:
    alice.groups.add(Group.objects.get(name="Moderators"))
    alice.user_permissions.add(Permission.objects.first())
    User.objects.filter(pk=alice.pk).update(birth_date="1990-01-01", is_staff=True, last_login=timezone.now())
    make_due(alice)
    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.begin(alice.pk)
    alice.refresh_from_db()
    assert alice.standing == "erased"
    assert (alice.display_name, alice.name, alice.bio, alice.birth_date) == ("a deleted account", "", "", None)
    assert "alice" not in f"{alice.handle} {alice.email}"
    assert not alice.has_usable_password()
    assert not alice.is_staff
    assert (alice.groups.count(), alice.user_permissions.count()) == (0, 0)
    assert not EmailAddress.objects.filter(user=alice).exists()
    assert mail.outbox[-1].to == ["alice@example.org"]
    assert "is deleted" in mail.outbox[-1].body


def test_its_handle_is_nobodys_and_leads_nowhere(alice: User) -> None:
    services.update_profile(account=alice, handle="alice2")
    make_due(alice)
    erasure.begin(alice.pk)
    for handle in ("alice", "alice2"):
        assert selectors.account_by_handle(handle) is None
        assert selectors.current_handle_of(handle) is None
        assert HandleClaim.objects.get(handle=handle).account_id == alice.pk
        with pytest.raises(AccountRefused, match="taken"):
            services.create_account(handle=handle, email="new@example.org", password=PASSWORD)
    services.create_account(handle="alice3", email="alice@example.org", password=PASSWORD)  # the address is free


def test_it_is_final(alice: User) -> None:
    make_due(alice)
    assert erasure.begin(alice.pk)
    assert not erasure.begin(alice.pk)
    for act in (services.reactivate, services.ask_for_deletion):
        with pytest.raises(AccountRefused, match="deleted"):
            act(account=alice)
    assert acts(alice) == ["deletion_asked", "erased"]


@pytest.mark.parametrize("change", [{"erased_at": None}, {"name": "Alice"}, {"email": "alice@example.org"}])
def test_the_database_itself_keeps_an_erased_account_empty(alice: User, change: dict[str, object]) -> None:
    make_due(alice)
    erasure.begin(alice.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(**change)


def test_a_deletion_that_became_due_while_it_was_taken_back_does_not_begin(alice: User) -> None:
    make_due(alice)
    services.reactivate(account=alice)
    assert not erasure.begin(alice.pk)
    erasure.sweep()
    alice.refresh_from_db()
    assert alice.is_present


# --- The parts ------------------------------------------------------------------------------------------------


def test_every_part_confirms_and_only_then_it_is_finished(alice: User) -> None:
    heard: list[int] = []

    def listen(account_id: int, **_: object) -> None:
        heard.append(account_id)
        services.owe(account_id=account_id, part="another")

    erasure_due.connect(listen)
    try:
        make_due(alice)
        erasure.sweep()
        erasure.sweep()
        steps = ErasureStep.objects.filter(erasure=alice.pk)
        assert steps.filter(part="another").count() == steps.filter(part="accounts").count() == 1
        steps.exclude(part="another").update(confirmed_at=timezone.now())
        erasure.sweep()
        assert Erasure.objects.get().finished_at is None
        services.carry_out(account_id=alice.pk, part="another", erasers={})
        erasure.sweep()
        assert Erasure.objects.get().finished_at
        erasure.sweep()
    finally:
        erasure_due.disconnect(listen)
    assert heard == [alice.pk] * 4  # begun, and by three sweeps; a finished one is not announced any more


def test_a_part_goes_on_turn_by_turn_until_nothing_is_left_and_counts(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_due(alice)
    erasure.begin(alice.pk)
    services.owe(account_id=alice.pk, part="another")
    left = {"apples": 3, "pears": 1}

    def eat(what: str):
        def some(account_id: int) -> int:
            eaten = min(2, left[what])
            left[what] -= eaten
            return eaten

        return some

    monkeypatch.setattr(erasure, "CHUNKS_A_TURN", 2)
    erasers = {what: eat(what) for what in left}
    turns = [services.carry_out(account_id=alice.pk, part="another", erasers=erasers) for _ in range(3)]
    assert turns == [True, False, False]
    step = ErasureStep.objects.get(part="another")
    assert step.removed == {"apples": 3, "pears": 1}
    assert step.confirmed_at


def test_what_fails_or_has_to_wait_is_not_confirmed(alice: User) -> None:
    make_due(alice)
    erasure.begin(alice.pk)
    services.owe(account_id=alice.pk, part="another")

    def wait(account_id: int) -> int:
        raise services.NotYet("somebody works on it")

    def fail(account_id: int) -> int:
        raise OSError("the storage is away")

    services.carry_out(account_id=alice.pk, part="another", erasers={"files": wait})
    with pytest.raises(OSError, match="away"):
        services.carry_out(account_id=alice.pk, part="another", erasers={"files": fail})
    services.carry_out(account_id=alice.pk, part="another", erasers={}, after="follows")
    assert ErasureStep.objects.get(part="another").confirmed_at is None


def test_one_failure_holds_nobody_else_back(alice: User, monkeypatch, caplog) -> None:
    bob = make_account("bob")
    make_due(alice)
    make_due(bob)
    begin = erasure.begin

    def begin_or_fail(account_id: int) -> bool:
        if account_id == alice.pk:
            raise ValueError("broken")
        return begin(account_id)

    monkeypatch.setattr(erasure, "begin", begin_or_fail)
    erasure.sweep()
    bob.refresh_from_db()
    assert bob.erased_at
    assert "broken" in caplog.text


def test_accounts_own_part(alice: User, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.set_avatar(account=alice, content=b"a picture")
    picture = alice.avatar.name
    device, other = Client(), Client()
    device.force_login(alice)
    other.force_login(make_account("bob"))
    Invitation.objects.create(created_by=alice)
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=alice, content_type=about, object_id=str(alice.pk), object_repr="@alice", action_flag=CHANGE
    )
    make_due(alice)
    erasure.begin(alice.pk)
    assert default_storage.exists(picture)
    erasure.erase(alice.pk)
    erasure.erase(alice.pk)
    assert not default_storage.exists(picture)
    assert LogIn.objects.count() == 1
    assert Invitation.objects.get().created_by is None
    assert LogEntry.objects.get().object_repr == "a deleted account"
    step = ErasureStep.objects.get(part="accounts")
    assert step.removed == {"sessions": 1, "pictures": 1, "invitations": 1, "log entries": 1}
    assert step.confirmed_at
