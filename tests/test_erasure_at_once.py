"""Deletion against whatever happens at the same moment, on real connections: follows, approvals, blocks, logins, fan-outs,
other sweeps, and being killed. Afterwards every promise holds and nothing is left."""

import random
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from accounts import services as accounts
from accounts.models import Erasure, ErasureStep, StandingEvent, User
from accounts.services import erasure as accounts_erasure
from accounts.tests.factories import PASSWORD, make_account
from feeds import services as feeds
from feeds.models import InboxEntry
from feeds.tests.crowds import make_followers
from follows import services as follows
from follows.models import Follow, FollowEvent
from follows.services import erasure as follows_erasure
from socialvideo.lib.testing import in_threads
from socialvideo.local.worker_process import WorkerProcess
from tests.erasing import ERASE, assert_every_promise_holds, begin, erase, make_due, work_off
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _truth() -> Iterator[None]:
    yield
    assert_every_promise_holds()


def at_once(*acts: Callable[[], object], allowed: tuple[type[Exception], ...] = ()) -> list[object]:
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(30)
        try:
            return act()
        except allowed as error:
            return error

    return in_threads(*(lambda act=act: run(act) for act in acts))


def is_erased(account: User) -> bool:
    return User.objects.filter(pk=account.pk, erased_at__isnull=False).exists()


@pytest.mark.parametrize("attempt", range(4))
def test_a_follow_that_races_the_request_stands_until_the_end_or_never_was(attempt: int) -> None:
    alice = make_account("alice")
    fans = [make_account(f"fan{number}") for number in range(6)]
    acts = [lambda fan=fan: follows.follow(follower=fan, followee=alice) for fan in fans]
    acts += [lambda fan=fan: follows.follow(follower=alice, followee=fan) for fan in fans]
    acts.append(lambda: accounts.ask_for_deletion(account=alice))
    random.Random(attempt).shuffle(acts)
    refused = sum(isinstance(said, follows.FollowRefused) for said in at_once(*acts, allowed=(follows.FollowRefused,)))
    assert Follow.objects.count() == 12 - refused
    assert erase(alice).finished_at
    assert not Follow.objects.exists()


@pytest.mark.parametrize("attempt", range(3))
def test_whatever_others_do_while_edges_end(attempt: int) -> None:
    alice = make_account("alice", is_private=True)
    others = [make_account(f"other{number}") for number in range(10)]
    for other in others:
        follows.follow(follower=other, followee=alice)
        follows.follow(follower=alice, followee=other)
    for other in others[:5]:
        follows.approve(followee=alice, follower=other)
    accounts.set_privacy(account=others[9], is_private=True)
    begin(alice)
    acts: list[Callable[[], object]] = [lambda: follows_erasure.erase(alice.pk)] * 2
    acts += [lambda other=other: follows.unfollow(follower=other, followee=alice) for other in others[:3]]
    acts += [lambda other=other: follows.remove_follower(followee=other, follower=alice) for other in others[:3]]
    acts += [lambda other=other: follows.block(blocker=other, blocked=alice) for other in others[3:6]]
    acts += [lambda: follows.approve(followee=alice, follower=others[7])]
    acts += [lambda: follows.set_bell(follower=others[6], followee=alice, notify="none")]
    acts += [lambda: accounts.set_privacy(account=others[9], is_private=False)]
    random.Random(attempt).shuffle(acts)
    at_once(*acts)
    assert work_off(alice).finished_at
    assert not Follow.objects.exists()
    assert {event.actor_id for event in FollowEvent.objects.filter(cause="account_deleted")} <= {alice.pk}


def test_an_approval_that_races_the_end_lets_nobody_in() -> None:
    alice, bob = make_account("alice"), make_account("bob", is_private=True)
    follows.follow(follower=alice, followee=bob)
    begin(alice)
    at_once(
        lambda: follows.approve(followee=bob, follower=alice),
        lambda: follows.approve_everyone(followee_id=bob.pk),
        lambda: follows_erasure.erase(alice.pk),
    )
    assert not Follow.objects.exists()
    assert FollowEvent.objects.order_by("-id")[0].cause == "account_deleted"


def test_many_sweeps_at_once_are_one() -> None:
    alice = make_account("alice")
    make_followers(alice, 60)
    make_due(alice)
    at_once(*[accounts_erasure.sweep] * 4)
    at_once(*[lambda: follows_erasure.erase(alice.pk)] * 4)
    assert work_off(alice).finished_at
    assert StandingEvent.objects.filter(account_id=alice.pk, act="erased").count() == 1
    assert FollowEvent.objects.filter(followee_id=alice.pk, cause="account_deleted").count() == 60
    assert ErasureStep.objects.get(part="follows").removed == {"followers": 60}


@pytest.mark.parametrize("attempt", range(4))
def test_coming_back_at_the_moment_it_becomes_due_is_one_or_the_other(attempt: int) -> None:
    alice = make_account("alice")
    make_due(alice)
    client = Client()
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    acts: list[Callable[[], object]] = [lambda: client.post("/leaving/"), accounts_erasure.sweep]
    at_once(*acts[:: 1 - 2 * (attempt % 2)])
    alice.refresh_from_db()
    if is_erased(alice):
        assert client.get("/settings/").status_code == 302
        assert Client().post("/accounts/login/", {"login": "alice", "password": PASSWORD}).status_code == 200
        assert (alice.handle == "alice", Erasure.objects.get().begun_at is None) == (False, False)
    else:
        assert alice.is_present
        assert client.get("/settings/").status_code == 200
        assert not Erasure.objects.exists()


def test_a_fan_out_that_still_saw_the_follower_leaves_no_entry_behind() -> None:
    """Its statement began before the edge ended and commits after everything else is erased."""
    alice, bob = make_account("alice"), make_account("bob")
    follows.follow(follower=alice, followee=bob)
    publication = make_video(bob).publication
    begin(alice)
    saw, may_commit = threading.Event(), threading.Event()

    def tell_slowly() -> None:
        with transaction.atomic():
            feeds.fan_out_chunk(publication.pk)
            saw.set()
            assert may_commit.wait(60)

    def erase_meanwhile() -> None:
        assert saw.wait(60)
        try:
            for part in ERASE:
                part(alice.pk)
            assert not ErasureStep.objects.get(part="feeds").confirmed_at
        finally:
            may_commit.set()

    in_threads(tell_slowly, erase_meanwhile)
    assert InboxEntry.objects.filter(recipient_id=alice.pk).exists()
    assert work_off(alice).finished_at
    assert not InboxEntry.objects.filter(recipient_id=alice.pk).exists()


def test_killed_connections_leave_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = make_account("alice")
    make_followers(alice, 600)
    monkeypatch.setattr("follows.services.erasure.AT_ONCE", 10)
    begin(alice)
    over = threading.Event()

    def kill() -> int:
        with connection.cursor() as cursor:
            while not over.wait(0.03):
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND query ILIKE '%%follows_follow%%'"
                )
        return 0

    def persist() -> int:
        killed = 0
        try:
            while ErasureStep.objects.filter(part="follows", confirmed_at=None).exists():
                try:
                    follows_erasure.erase(alice.pk)
                except OperationalError:
                    killed += 1
                    connections.close_all()
        finally:
            over.set()
        return killed

    connections.close_all()
    assert in_threads(persist, kill)[0], "nobody was killed"
    assert ErasureStep.objects.get(part="follows").removed == {"followers": 600}
    assert FollowEvent.objects.filter(cause="account_deleted").count() == 600


def test_a_worker_killed_in_the_middle_is_followed_by_the_sweep(
    celery_worker_process: WorkerProcess, settings: object
) -> None:
    alice, bob = make_account("alice"), make_account("bob")
    make_followers(alice, 3000)
    make_video(alice)
    follows.follow(follower=alice, followee=bob)
    make_due(alice)
    accounts_erasure.sweep()
    until(lambda: FollowEvent.objects.filter(cause="account_deleted").count() > 0)
    celery_worker_process.kill()
    assert Erasure.objects.get().finished_at is None
    celery_worker_process.start()
    until(lambda: accounts_erasure.sweep() or Erasure.objects.get().finished_at)
    assert not Follow.objects.exists()
    assert FollowEvent.objects.filter(cause="account_deleted").count() == 3001


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.1)
