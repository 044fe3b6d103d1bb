"""Whoever imported is told: that it is done, and of somebody who took a name that they had imported."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.models import Notification
from feeds.selectors import notifications_page
from follows import services, tasks

pytestmark = pytest.mark.django_db


def preview_of(owner, *names):
    data = "\n".join(["handle", *names]).encode()
    return services.start_import(owner=owner, data=data, submit_key=uuid4())


def kinds(account) -> list[str]:
    return [notice.kind for notice in notifications_page(account.pk).items]


def test_told_when_an_import_is_done_with_its_sums(client, alice):
    """M#25841: nobody was told the result."""
    make_account("bob")
    batch = preview_of(alice, "bob", "nobody", "two words")
    assert kinds(alice) == []
    services.confirm(batch=batch)
    services.confirm(batch=batch)
    (notice,) = notifications_page(alice.pk).items
    assert (notice.kind, notice.text) == ("imported", "1 followed, 1 not possible, 1 not found here")
    client.force_login(alice)
    page = client.get(reverse("feeds:notifications")).content.decode()
    assert "Your import is done" in page
    assert reverse("follows:imports") in page


def test_the_result_is_in_the_language_of_whoever_imported_not_of_the_worker(alice):
    User.objects.filter(pk=alice.pk).update(language="de")
    make_account("bob")
    services.confirm(batch=preview_of(alice, "bob"))
    (notice,) = notifications_page(alice.pk).items
    assert notice.text == "1 gefolgt"


def test_not_told_of_what_one_cancelled_oneself(alice):
    services.cancel(batch=preview_of(alice, "nobody"))
    assert kinds(alice) == []


def test_told_once_of_each_account_that_appears(client, alice):
    services.confirm(batch=preview_of(alice, "mira", "nobody"))
    services.confirm(batch=preview_of(alice, "mira"))
    mira = make_account("mira", name="Mira")
    for _ in range(2):
        tasks.offer(mira.pk)
        tasks.sweep_imports()
    assert Notification.objects.filter(kind="appeared").count() == 1
    client.force_login(alice)
    page = client.get(reverse("feeds:notifications")).content.decode()
    assert "has a name here that you imported" in page
    assert reverse("follows:offers") in page


def test_nothing_is_told_across_a_block(alice):
    services.confirm(batch=preview_of(alice, "mira"))
    mira = make_account("mira")
    services.block(blocker=mira, blocked=alice)
    tasks.offer(mira.pk)
    assert "appeared" not in kinds(alice)
