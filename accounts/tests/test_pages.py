"""Pages as people use them: each denial leaves everything as it was, and nothing that is sent is an error page."""

import re
from datetime import date
from unittest.mock import Mock

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts import services
from accounts.models import Invitation, User
from accounts.tests.factories import PASSWORD, make_account
from accounts.tests.pictures import jpeg_with_place, png_bomb

pytestmark = pytest.mark.django_db

SIGNUP = {"email": "Alice@example.org", "username": "Alice", "password1": PASSWORD, "birth_date": "1990-01-01"}


def signed_in(client: Client) -> str | None:
    return User.objects.filter(pk=client.session.get("_auth_user_id")).values_list("handle", flat=True).first()


def log_in(client: Client, login: str = "alice", password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


@pytest.fixture
def alice() -> User:
    return make_account("alice", name="Alice")


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


# --- Sign-up --------------------------------------------------------------------------------------------------


def test_signing_up_lets_in_and_asks_to_confirm_the_address(client: Client) -> None:
    response = client.post(reverse("account_signup"), SIGNUP)
    assert (response.status_code, response.url) == (302, "/interests/")
    assert signed_in(client) == "alice"
    assert mail.outbox[0].to == ["alice@example.org"]
    address = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body)[1]
    assert b"alice@example.org" in client.get(address).content
    client.post(address)
    assert EmailAddress.objects.get(user__handle="alice").verified


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"username": "admin"}, "kept for the site"),
        ({"username": "a"}, "at least 2"),
        ({"username": "аlice"}, "small letters"),
        ({"username": "a\x00b"}, "Null characters"),
        ({"username": "TAKEN"}, "taken"),
        ({"email": "Taken@Example.org"}, "There is an account with this e-mail address"),
        ({"email": "not an address"}, "valid email"),
        ({"password1": "123"}, "too short"),
        ({"password1": "password"}, "too common"),
        ({"birth_date": "2999-01-01"}, "your own date of birth"),
        ({"birth_date": "1850-01-01"}, "your own date of birth"),
        ({"birth_date": "2023-02-29"}, "valid date"),
        ({"birth_date": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_gets_in(client: Client, change: dict[str, str], says: str) -> None:
    make_account("taken")
    response = client.post(reverse("account_signup"), SIGNUP | change)
    assert says in response.content.decode()
    assert signed_in(client) is None
    assert User.objects.count() == 1


def test_who_is_too_young_is_told_the_age(client: Client, settings) -> None:
    settings.MINIMUM_AGE = 14
    thirteen = timezone.localdate().replace(year=timezone.localdate().year - 13, day=1)
    response = client.post(reverse("account_signup"), SIGNUP | {"birth_date": thirteen.isoformat()})
    assert "at least 14" in response.content.decode()
    assert not User.objects.exists()


def test_the_same_form_sent_twice_is_one_account(client: Client) -> None:
    client.post(reverse("account_signup"), SIGNUP)
    assert client.post(reverse("account_signup"), SIGNUP).status_code == 302
    late = Client().post(reverse("account_signup"), SIGNUP)
    assert "This handle is taken" in late.content.decode()
    assert User.objects.count() == 1


def test_what_only_the_database_can_tell_is_marked_in_the_form(client: Client, monkeypatch) -> None:
    """Another tap was faster between the form's look and the write."""
    make_account("alice")
    monkeypatch.setattr("accounts.selectors.handle_is_free", Mock(return_value=True))
    response = client.post(reverse("account_signup"), SIGNUP | {"email": "new@example.org"})
    assert response.context["form"].errors["username"] == ["This handle is taken. Pick another."]


def test_by_invitation(client: Client, settings) -> None:
    settings.SIGNUP_MODE = "invite"
    invitation = Invitation.objects.create()
    assert invitation.code in client.get(reverse("account_signup"), {"code": invitation.code}).content.decode()
    refused = client.post(reverse("account_signup"), SIGNUP | {"invitation": "wrong"})
    assert "This invitation is not valid" in refused.content.decode()
    assert not User.objects.exists()
    client.post(reverse("account_signup"), SIGNUP | {"invitation": invitation.code})
    assert signed_in(client) == "alice"
    again = Client().post(
        reverse("account_signup"),
        SIGNUP | {"username": "bob", "email": "bob@example.org", "invitation": invitation.code},
    )
    assert "used up" in again.content.decode()
    assert User.objects.count() == 1


def test_closed(client: Client, settings) -> None:
    settings.SIGNUP_MODE = "closed"
    assert "Sign-up is closed" in client.get(reverse("account_signup")).content.decode()
    client.post(reverse("account_signup"), SIGNUP)
    assert not User.objects.exists()


def test_where_addresses_are_confirmed_a_known_one_is_not_given_away(client: Client, settings, alice: User) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = client.post(reverse("account_signup"), SIGNUP | {"username": "bob"})
    unknown = Client().post(reverse("account_signup"), SIGNUP | {"username": "eve", "email": "eve@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert "account with it already" in mail.outbox[0].body
    assert not User.objects.filter(handle="bob").exists()


def test_without_a_mail_server_one_still_gets_in(client: Client, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    client.post(reverse("account_signup"), SIGNUP)
    assert signed_in(client) == "alice"


# --- Logging in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["alice", "ALICE", "@alice", " alice ", "alice@example.org", "Alice@Example.org"])
def test_handle_or_address_lets_in(client: Client, alice: User, login: str) -> None:
    assert log_in(client, login).status_code == 302
    assert signed_in(client) == "alice"


@pytest.mark.parametrize(("login", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("a\x00", "x"), ("", "")])
def test_anything_else_does_not(client: Client, alice: User, login: str, password: str) -> None:
    assert log_in(client, login, password).status_code == 200
    assert signed_in(client) is None


def test_logging_out(as_alice: Client) -> None:
    as_alice.post(reverse("account_logout"))
    assert signed_in(as_alice) is None


def test_a_suspended_account_is_told_why_and_its_session_ends(as_alice: Client, alice: User) -> None:
    services.suspend(account=alice, by=make_account("mona", is_staff=True), reason="Spam <b>")
    assert as_alice.get(reverse("accounts:settings")).status_code == 302
    response = log_in(Client())
    assert response.status_code == 403
    assert "Spam &lt;b&gt;" in response.content.decode()
    services.unsuspend(account=alice, by=alice)
    assert log_in(Client()).status_code == 302


def test_deactivating_needs_the_password_and_logging_in_undoes_it(as_alice: Client, alice: User) -> None:
    other_device = Client()
    other_device.force_login(alice)
    address = reverse("accounts:deactivate")
    assert as_alice.post(address, {"password": "wrong"}).status_code == 422
    alice.refresh_from_db()
    assert alice.is_present
    as_alice.post(address, {"password": PASSWORD})
    alice.refresh_from_db()
    assert not alice.is_present
    assert signed_in(as_alice) is None
    assert other_device.get(reverse("accounts:settings")).status_code == 302
    log_in(as_alice)
    alice.refresh_from_db()
    assert alice.is_present
    assert as_alice.get(reverse("accounts:settings")).status_code == 200


def test_resetting_the_password_by_mail(client: Client, alice: User) -> None:
    client.post(reverse("account_reset_password"), {"email": "ALICE@example.org"})
    address = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    page = client.get(address, follow=True)
    done = client.post(page.request["PATH_INFO"], {"password1": "another horse"})
    assert done.status_code == 302
    assert log_in(client, password="another horse").status_code == 302
    assert "not valid any more" in Client().get(address, follow=True).content.decode()


def test_a_reset_for_nobody_answers_the_same(client: Client, alice: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert known.url == unknown.url


@pytest.mark.parametrize("key", ["zzzzzzzzzzzzz-x-y", "1-bad", "zzzzzzzzzzzzzzzzzzzzzz-x-y"])
def test_a_made_up_reset_link_is_no_error(client: Client, key: str) -> None:
    assert "not valid any more" in client.get(f"/accounts/password/reset/key/{key}/").content.decode()


def test_changing_the_password_keeps_this_session_and_ends_others(as_alice: Client, alice: User) -> None:
    other_device = Client()
    other_device.force_login(alice)
    services.give_token(account=alice)
    as_alice.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "another horse"})
    assert as_alice.get(reverse("accounts:settings")).status_code == 200
    assert other_device.get(reverse("accounts:settings")).status_code == 302
    assert not Token.objects.exists()
    assert "was changed" in mail.outbox[0].body


def ask_for_new_address(client: Client, email: str) -> str:
    """Gives the password again, as one is asked to, and returns the address in the mail."""
    asked = client.post(reverse("account_email"), {"action_add": "1", "email": email})
    client.post(asked.url, {"password": PASSWORD, "next": reverse("account_email")})
    return re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body)[1]


def test_a_new_address_counts_once_it_is_confirmed(as_alice: Client, alice: User) -> None:
    address = ask_for_new_address(as_alice, "New@Example.org")
    assert "new@example.org" in as_alice.get(reverse("account_email")).content.decode()
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    as_alice.post(address)
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    assert list(EmailAddress.objects.filter(user=alice).values_list("email", "verified", "primary")) == [
        ("new@example.org", True, True)
    ]
    assert mail.outbox[-1].to == ["alice@example.org"]


def test_an_address_taken_meanwhile_is_not_confirmed(as_alice: Client, alice: User) -> None:
    address = ask_for_new_address(as_alice, "new@example.org")
    services.create_account(handle="eve", email="new@example.org", password=PASSWORD)
    assert as_alice.post(address).status_code < 500
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert EmailAddress.objects.get(user=alice, primary=True).email == "alice@example.org"


def test_the_address_changes_only_with_the_password_given_lately(as_alice: Client, alice: User) -> None:
    response = as_alice.post(reverse("account_email"), {"action_add": "1", "email": "new@example.org"})
    assert "/reauthenticate/" in response.url
    assert EmailAddress.objects.count() == 1


# --- Settings -------------------------------------------------------------------------------------------------

PAGES = [
    "accounts:settings",
    "accounts:profile_edit",
    "accounts:privacy",
    "accounts:manage_account",
    "accounts:deactivate",
    "videos:delete_account",
    "accounts:token",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "account_logout",
]


@pytest.mark.parametrize("name", PAGES)
def test_settings_are_for_who_is_logged_in(client: Client, alice: User, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    client.force_login(alice)
    response = client.get(reverse(name))
    assert response.status_code == 200
    content = response.content.decode()
    assert "style=" not in content
    assert not re.search(r"\son\w+=", content)


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_reset_password_done", "terms", "privacy"],
)
def test_the_door_is_open_to_all(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "style=" not in response.content.decode()


def profile(**changes: object) -> dict[str, object]:
    return {"name": "Alice", "handle": "alice", "bio": ""} | changes


def test_following_manager_is_where_people_know_it_from(as_alice: Client) -> None:
    assert reverse("accounts:manage_account") in as_alice.get(reverse("accounts:settings")).content.decode()
    assert reverse("follows:manager") in as_alice.get(reverse("accounts:manage_account")).content.decode()


def test_editing_the_profile(as_alice: Client, alice: User) -> None:
    response = as_alice.post(
        reverse("accounts:profile_edit"), profile(name=" سارا 👩‍👩‍👧 ", handle="@Alice.2", bio="One\r\n\r\n\r\n\r\nTwo")
    )
    assert response.status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.handle, alice.bio) == ("سارا 👩‍👩‍👧", "alice.2", "One\n\nTwo")


@pytest.mark.parametrize(
    "change",
    [
        {"bio": "x" * 5000},
        {"bio": "a\x00b"},
        {"name": "x" * 51},
        {"handle": "bob"},
        {"handle": "admin"},
        {"handle": ""},
        {"handle": "old"},
    ],
)
def test_a_profile_with_a_fault_is_not_saved(as_alice: Client, alice: User, change: dict[str, str]) -> None:
    bob = make_account("old")
    services.update_profile(account=bob, handle="bob")
    response = as_alice.post(reverse("accounts:profile_edit"), profile(name="Other") | change)
    assert response.status_code == 422
    alice.refresh_from_db()
    assert (alice.name, alice.handle, alice.bio) == ("Alice", "alice", "")


def test_a_bio_counts_line_breaks_as_browsers_do(as_alice: Client, alice: User) -> None:
    bio = "x" * 149 + "\r\n" + "y" * 150
    assert as_alice.post(reverse("accounts:profile_edit"), profile(bio=bio)).status_code == 302


def test_a_reserved_handle_stays_with_who_was_given_it(client: Client) -> None:
    admin = make_account("admin")
    client.force_login(admin)
    assert client.post(reverse("accounts:profile_edit"), profile(handle="admin", name="Root")).status_code == 302


def test_a_picture_is_square_small_and_without_its_place(as_alice: Client, alice: User) -> None:
    with jpeg_with_place() as picture:
        as_alice.post(reverse("accounts:profile_edit"), profile(avatar=picture))
    alice.refresh_from_db()
    from PIL import Image

    with alice.avatar.open() as file, Image.open(file) as saved:
        assert (saved.format, saved.size) == ("WEBP", (512, 512))
        assert not saved.getexif()
    as_alice.post(reverse("accounts:avatar_remove"))
    alice.refresh_from_db()
    assert not alice.avatar


@pytest.mark.parametrize("kind", ["text", "empty", "bomb", "heic"])
def test_a_file_that_is_no_picture_is_refused_in_words(as_alice: Client, alice: User, kind: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    contents = {
        "text": b"hello",
        "empty": b"",
        "bomb": png_bomb(),
        "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    }
    response = as_alice.post(
        reverse("accounts:profile_edit"), profile(avatar=SimpleUploadedFile("me.jpg", contents[kind], "image/jpeg"))
    )
    assert response.status_code == 422
    assert response.context["form"].errors["avatar"]
    alice.refresh_from_db()
    assert not alice.avatar


def test_privacy(as_alice: Client, alice: User) -> None:
    as_alice.post(reverse("accounts:privacy"), {"is_private": "on"})
    alice.refresh_from_db()
    assert alice.is_private
    as_alice.post(reverse("accounts:privacy"), {})
    alice.refresh_from_db()
    assert not alice.is_private


def test_a_token_is_made_shown_renewed_and_revoked(as_alice: Client, alice: User) -> None:
    as_alice.post(reverse("accounts:token_create"))
    first = Token.objects.get(user=alice).key
    assert first in as_alice.get(reverse("accounts:token")).content.decode()
    as_alice.post(reverse("accounts:token_create"))
    assert Token.objects.get(user=alice).key != first
    as_alice.post(reverse("accounts:token_revoke"))
    assert not Token.objects.exists()


def test_an_operators_edit_of_the_terms_is_shown(client: Client) -> None:
    from django.contrib.flatpages.models import FlatPage

    FlatPage.objects.filter(url="/terms/").update(content="<p>Ours.</p>")
    assert "<p>Ours.</p>" in client.get("/terms/").content.decode()


def test_birth_dates_of_leap_days_are_taken(client: Client) -> None:
    client.post(reverse("account_signup"), SIGNUP | {"birth_date": "2000-02-29"})
    assert User.objects.get().birth_date == date(2000, 2, 29)
