"""The download of one's data: asked for, made by a worker, offered for some days, had by nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import archiving, links, selectors, services, tasks
from accounts.models import Archive, Erasure, User
from accounts.services import AccountRefused, archives, erasure
from accounts.tests.factories import PASSWORD, make_account

pytestmark = pytest.mark.django_db

DATA, FILE = "/settings/data/", "/settings/data/file/"


@pytest.fixture
def alice() -> User:
    return make_account("alice", name="Alice", bio="Hello")


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def asked(account: User) -> Archive:
    return services.ask_for_archive(account=account)


def made(account: User) -> Archive:
    archive = asked(account)
    archives.make(archive.pk)
    archive.refresh_from_db()
    return archive


def a_day_later() -> None:
    for archive in Archive.objects.all():
        Archive.objects.filter(pk=archive.pk).update(asked_at=archive.asked_at - timedelta(days=1))


def content(archive: Archive) -> ZipFile:
    with default_storage.open(archive.name) as file:
        return ZipFile(BytesIO(file.read()))


def files() -> list[str]:
    """All below the folder of archives."""

    def below(folder: str) -> Iterator[str]:
        folders, names = default_storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in names)
        for name in folders:
            yield from below(f"{folder}/{name}")

    try:
        return list(below("archives"))
    except FileNotFoundError:
        return []


@pytest.fixture(autouse=True)
def no_files_before() -> None:
    archives.remove_folder("archives")


# --- Asking ---------------------------------------------------------------------------------------------------


def test_it_is_made_and_offered_and_there_is_a_mail(alice: User, django_capture_on_commit_callbacks) -> None:
    services.set_language(account=alice, language="de")
    with django_capture_on_commit_callbacks(execute=True):
        archive = made(alice)
    assert (archive.state, archive.progress, archive.is_offered) == ("ready", 100, True)
    assert archive.bytes == default_storage.size(archive.name)
    assert timedelta(days=6) < archive.expires_at - timezone.now() <= timedelta(days=7)
    [message] = mail.outbox
    assert message.to == ["alice@example.org"]
    assert DATA in message.body
    with content(archive) as file:
        assert json.loads(file.read("account/profile.json"))[0]["email"] == "alice@example.org"
        assert '<html lang="de"' in file.read("index.html").decode()
        assert file.testzip() is None


def test_one_at_a_time_and_one_a_day(alice: User) -> None:
    asked(alice)
    with pytest.raises(AccountRefused, match="already"):
        asked(alice)
    archives.make(Archive.objects.get().pk)
    with pytest.raises(AccountRefused, match="tomorrow"):
        asked(alice)
    first = Archive.objects.get()
    a_day_later()
    second = made(alice)
    first.refresh_from_db()
    assert not first.is_offered
    archives.sweep()
    assert [archive.pk for archive in Archive.objects.all()] == [second.pk]
    assert files() == [second.name]


def test_after_its_days_file_and_row_are_gone(alice: User) -> None:
    archive = made(alice)
    Archive.objects.update(expires_at=timezone.now())
    archive.refresh_from_db()
    assert not archive.is_offered
    tasks.sweep_archives()
    assert not Archive.objects.exists()
    assert not default_storage.exists(archive.name)


# --- What goes wrong ------------------------------------------------------------------------------------------


class Killed(BaseException):
    """As a worker is: nothing is tidied up."""


def test_a_worker_that_is_killed_is_followed_by_another_and_nothing_half_made_is_offered(
    alice: User, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = asked(alice)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as broken, pytest.raises(Killed):
        broken.setattr(archiving, "_write_index", die)
        archives.make(archive.pk)
    assert len(files()) == 1
    assert as_alice.get(reverse("accounts:archive_file", args=[links.sign(archive)])).status_code == 404
    archives.make(archive.pk)  # its lease holds
    archive.refresh_from_db()
    assert (archive.state, archive.attempts) == ("waiting", 1)
    Archive.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    archives.make(archive.pk)
    archive.refresh_from_db()
    assert archive.is_offered
    assert files() == [archive.name]


def test_a_full_disk_is_said_and_it_can_be_asked_for_again(
    alice: User, as_alice: Client, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEEP_FREE_BYTES = 2**62
    archive = made(alice)
    assert (archive.state, archive.failure) == ("failed", "no_room")
    assert files() == []
    assert "There was no room for the file" in as_alice.get(DATA).content.decode()
    settings.KEEP_FREE_BYTES = 0
    assert made(alice).is_offered


def test_what_goes_wrong_is_tried_again_and_then_said(alice: User, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def fail(*_: object) -> None:
        raise OSError("the storage is away")

    monkeypatch.setattr(archiving, "_write_index", fail)
    archive = asked(alice)
    for attempt in range(1, archives.MOST_ATTEMPTS + 1):
        archives.make(archive.pk)
        archive.refresh_from_db()
        assert (archive.state, archive.attempts) == ("waiting", attempt)
        Archive.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    archives.sweep()
    archive.refresh_from_db()
    assert (archive.state, archive.failure) == ("failed", "broken")
    assert files() == []
    assert "the storage is away" in caplog.text


def test_who_lost_the_lease_leaves_no_trace(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = asked(alice)

    def lose(*_: object) -> None:
        Archive.objects.update(lease_key="another")

    monkeypatch.setattr(archiving, "_write_index", lose)
    archives.make(archive.pk)
    archive.refresh_from_db()
    assert (archive.state, archive.lease_key) == ("waiting", "another")
    assert files() == []


def test_what_is_offered_stays_whatever_its_worker_heard(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the last statement was lost."""
    archive, offer = asked(alice), archives._offer

    def offer_and_lose_the_answer(*given: Any) -> None:
        offer(*given)
        raise OSError("the connection is gone")

    monkeypatch.setattr(archives, "_offer", offer_and_lose_the_answer)
    archives.make(archive.pk)
    archive.refresh_from_db()
    assert archive.is_offered
    assert files() == [archive.name]


def test_a_file_that_is_missing_is_said_in_the_index(alice: User) -> None:
    User.objects.update(avatar=f"avatars/{alice.pk}/gone.webp")
    with content(made(alice)) as file:
        assert "1 file is not there any more" in file.read("index.html").decode()


# --- Who has it -----------------------------------------------------------------------------------------------


def test_the_file_wants_the_password_of_who_logged_in_a_while_ago(as_alice: Client, alice: User) -> None:
    archive = made(alice)
    response = as_alice.get(FILE)
    assert response.url.startswith(reverse("account_reauthenticate"))
    response = as_alice.post(response.url, {"password": PASSWORD}, follow=True)
    assert response["Content-Disposition"] == f'attachment; filename="{archive.name.rpartition("/")[2]}"'
    assert response["Cache-Control"] == "private, no-store"
    assert ZipFile(BytesIO(response.getvalue())).testzip() is None


def test_nobody_else_has_it_and_nobody_after_its_time(as_alice: Client, alice: User) -> None:
    archive = made(alice)
    address = reverse("accounts:archive_file", args=[links.sign(archive)])
    other = Client()
    assert other.get(address).status_code == 302
    other.force_login(make_account("bob"))
    assert other.get(address).status_code == 404
    assert as_alice.get(address[:-3] + "x/").status_code == 404
    assert as_alice.get(f"/media/{archive.name}").status_code == 404
    part = as_alice.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.getvalue()) == (206, b"PK\x03\x04")
    Archive.objects.update(expires_at=timezone.now())
    assert as_alice.get(address).status_code == 404


def test_the_page_says_how_it_stands(as_alice: Client, alice: User) -> None:
    assert "Put my data together" in as_alice.get(DATA).content.decode()
    assert as_alice.post(DATA).url == DATA
    assert 'hx-trigger="every 2s"' in as_alice.get(DATA).content.decode()
    archives.make(Archive.objects.get().pk)
    part = as_alice.get(DATA, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="archive"')
    assert FILE in part
    assert "less than a day ago" in as_alice.post(DATA, follow=True).content.decode()
    Archive.objects.update(expires_at=timezone.now())
    assert "Ask for your data again" in _with_password(as_alice, FILE)


def _with_password(client: Client, address: str) -> str:
    asked_for = client.get(address)
    return client.post(asked_for.url, {"password": PASSWORD}, follow=True).content.decode()


def test_the_same_by_api(alice: User) -> None:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {services.give_token(account=alice).key}")
    assert api.get("/api/v1/me/data/").status_code == 404
    assert api.post("/api/v1/me/data/").json()["state"] == "waiting"
    assert api.post("/api/v1/me/data/").status_code == 409
    assert api.post("/api/v1/me/data/link/", {"password": PASSWORD}).status_code == 404
    archives.make(Archive.objects.get().pk)
    assert api.get("/api/v1/me/data/").json()["file"] is True
    assert api.post("/api/v1/me/data/link/", {"password": "wrong"}).status_code == 400
    address = api.post("/api/v1/me/data/link/", {"password": PASSWORD}).json()["url"]
    assert ZipFile(BytesIO(api.get(address).getvalue())).testzip() is None
    assert APIClient().get(address).status_code == 401


# --- The end of the account -----------------------------------------------------------------------------------


def test_it_goes_with_the_account(alice: User) -> None:
    made(alice)
    services.ask_for_deletion(account=alice)
    Erasure.objects.update(due_at=timezone.now())
    erasure.begin(alice.pk)
    Archive.objects.update(state="waiting", lease_until=timezone.now() + timedelta(minutes=1))
    erasure.erase(alice.pk)
    assert Archive.objects.exists()  # a worker has it
    Archive.objects.update(lease_until=None)
    erasure.erase(alice.pk)
    assert not Archive.objects.exists()
    assert files() == []
    assert selectors.archive_of(alice) is None


def test_in_a_bucket(alice: User, bucket, as_alice: Client) -> None:
    default_storage.save(f"avatars/{alice.pk}/picture.webp", ContentFile(b"a picture"))
    User.objects.update(avatar=f"avatars/{alice.pk}/picture.webp")
    archive = made(alice)
    with content(archive) as file:
        assert file.read("account/picture.webp") == b"a picture"
    response = as_alice.get(reverse("accounts:archive_file", args=[links.sign(archive)]))
    assert response.status_code == 302
    assert bucket.url in response.url
    Archive.objects.update(expires_at=timezone.now())
    archives.sweep()
    assert not default_storage.exists(archive.name)
