"""Where one is logged in, and ending that."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as FormerStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_redis import get_redis_connection
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts import selectors, services, tasks
from accounts.links import log_in_id_of
from accounts.models import LogIn, User
from accounts.tests.factories import PASSWORD, make_account

pytestmark = pytest.mark.django_db

PAGE = "/settings/log-ins/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def alice() -> User:
    return make_account("alice")


def logged_in(user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": user_agent})
    assert client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def end_of(client: Client) -> str:
    return f"{PAGE}{log_in_id_of(client.session.session_key)}/end/"


def test_each_is_listed_with_its_device_and_the_session_itself_is_not_given_away(alice: User) -> None:
    here, _there = logged_in(), logged_in("curl/8")
    page = here.get(PAGE).content.decode()
    assert page.count("Firefox on Linux") == 1
    assert "curl" in page
    assert page.count("This device.") == 1
    for key in LogIn.objects.values_list("session_key", flat=True):
        assert key not in page
    assert "127.0.0.1" not in "".join(str(vars(row)) for row in LogIn.objects.all())


def test_one_is_ended_and_the_others_stay(alice: User) -> None:
    here, there, third = logged_in(), logged_in(), logged_in()
    for _ in range(2):
        assert here.post(end_of(there)).url == PAGE
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)


def test_all_others_end_with_the_token(alice: User) -> None:
    here, there, third = logged_in(), logged_in(), logged_in()
    services.give_token(account=alice)
    here.post(f"{PAGE}end-others/")
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, False)
    assert not Token.objects.exists()


def test_nobody_ends_those_of_another(alice: User, bob: User) -> None:
    there = logged_in()
    other = Client()
    other.force_login(bob)
    other.post(end_of(there))
    other.post(f"{PAGE}end-others/")
    assert is_in(there)
    assert there.get(f"{PAGE}end-others/").status_code == 405


def test_what_a_new_password_ended_is_not_listed(alice: User) -> None:
    logged_in()
    services.change_password(account=alice, password="another horse")
    assert selectors.log_ins(alice).items == []


def test_without_redis_it_is_the_same(alice: User, settings) -> None:
    here, there = logged_in(), logged_in()
    get_redis_connection("default").flushall()
    here.post(end_of(there))
    assert (is_in(here), is_in(there)) == (True, False)


def test_when_it_was_last_used_is_written_down_once_an_hour(alice: User, django_assert_num_queries) -> None:
    here = logged_in()
    key = here.session.session_key
    long_ago = timezone.now() - timedelta(days=3)
    LogIn.objects.update(seen_at=long_ago)
    here.get(PAGE)
    seen_at = LogIn.objects.get(pk=key).seen_at
    assert seen_at > long_ago
    here.get(PAGE)
    assert LogIn.objects.get(pk=key).seen_at == seen_at


def test_by_api(alice: User) -> None:
    here, there = logged_in(), logged_in()
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {services.give_token(account=alice).key}")
    listed = api.get("/api/v1/me/log-ins/").json()["results"]
    assert [row["device"] for row in listed] == ["Firefox on Linux"] * 2
    assert api.delete(f"/api/v1/me/log-ins/{log_in_id_of(there.session.session_key)}/").status_code == 204
    assert (is_in(here), is_in(there)) == (True, False)
    assert api.delete("/api/v1/me/log-ins/").status_code == 204
    assert not is_in(here)
    assert api.get("/api/v1/me/log-ins/").status_code == 401


def test_those_that_are_over_are_cleared(alice: User) -> None:
    here, there = logged_in(), logged_in()
    LogIn.objects.filter(pk=there.session.session_key).update(expire_date=timezone.now())
    tasks.clear_sessions()
    assert LogIn.objects.count() == 1
    assert is_in(here)


def test_an_update_of_the_site_logs_nobody_out(alice: User) -> None:
    """The migration that moves sessions to their table."""
    from importlib import import_module

    from django.apps import apps

    here = logged_in()
    former = FormerStore()
    former.update(dict(here.session.items()))
    former.create()
    former.update(dict(here.session.items()))
    former.save()
    LogIn.objects.all().delete()
    move = import_module("accounts.migrations.0005_sessions_stay").move
    for _ in range(2):
        move(apps, None)
    assert LogIn.objects.get().account_id == alice.pk
    here.cookies["sessionid"] = Session.objects.get().pk
    assert is_in(here)
