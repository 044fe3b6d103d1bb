"""The same import and the same offer answered by several devices at once: the first answer counts, and says the truth."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.http import Http404

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services, tasks
from follows.models import Batch, BatchRow, Follow, FollowEvent
from follows.tests.test_storms import storm

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("truth")]


def preview_of(owner: User, *names: str) -> Batch:
    return services.start_import(owner=owner, data="\n".join(["handle", *names]).encode(), submit_key=uuid4())


def on_a_connection(act: Callable[[], object]) -> object:
    try:
        return act()
    finally:
        connections.close_all()


def wait_for_a_lock() -> None:
    """Of a row that this transaction has changed."""
    with connection.cursor() as cursor:
        for _ in range(3000):
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_preview_confirmed_and_changed_at_once(alice):
    names = [f"person{n}" for n in range(10)]
    for name in names:
        make_account(name)
    batch = preview_of(alice, *names)
    storm(
        [
            *[lambda: services.leave_out(batch=batch, position=3, out=True)] * 2,
            *[lambda: services.confirm(batch=batch)] * 3,
            lambda: services.leave_out(batch=batch, position=4, out=True),
        ]
    )
    done = BatchRow.objects.filter(result="done")
    assert Batch.objects.get().state == "done"
    assert Follow.objects.count() == FollowEvent.objects.count() == done.count()
    assert done.count() + BatchRow.objects.filter(result="skipped").count() == 10


def test_a_preview_that_is_confirmed_while_another_file_is_read_is_kept(alice, bob):
    batch = preview_of(alice, "bob")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.confirm(batch=batch)
            other = pool.submit(on_a_connection, lambda: preview_of(alice, "somebody"))
            wait_for_a_lock()
        other.result(timeout=30)
    assert list(Batch.objects.order_by("pk").values_list("state", flat=True)) == ["done", "preview"]
    assert batch.rows.get().result == "done"


@pytest.mark.parametrize("act", [services.confirm, services.cancel])
def test_a_preview_that_is_forgotten_meanwhile_is_not_there(alice, bob, act):
    batch = preview_of(alice, "bob")
    services.discard(batch=batch)
    with pytest.raises(Http404):
        act(batch=batch)
    assert not Follow.objects.exists()


@pytest.mark.parametrize("_", range(3))
def test_an_offer_accepted_and_dismissed_at_once(alice, _):
    for _file in range(2):
        services.confirm(batch=preview_of(alice, "mira"))
    mira = make_account("mira")
    storm([lambda: tasks.offer(mira.pk)] * 3)
    assert set(BatchRow.objects.values_list("account_id", flat=True)) == {mira.pk}
    storm(
        [
            *[lambda: services.accept_offer(owner=alice, account=mira)] * 3,
            *[lambda: services.dismiss_offer(owner=alice, account=mira)] * 2,
        ]
    )
    followed = Follow.objects.exists()
    assert set(BatchRow.objects.values_list("result", flat=True)) == {"done" if followed else "skipped"}
    assert FollowEvent.objects.count() == int(followed)


def test_the_same_file_sent_twice_at_once_is_one_import(alice, bob):
    key, data = uuid4(), b"handle\nbob\n"
    storm([lambda: services.start_import(owner=alice, data=data, submit_key=key)] * 4)
    assert (Batch.objects.count(), BatchRow.objects.count()) == (1, 1)
