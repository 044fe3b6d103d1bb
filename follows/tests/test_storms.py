"""Many clients at once, on real connections: what the locks and triggers are for. Afterwards the graph is true, and
nobody saw an error that was not meant for them."""

import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from accounts import services as accounts
from accounts.tests.factories import make_account
from follows import services
from follows.models import Block, Follow, FollowEvent
from follows.selectors import counts, relation
from follows.tests.truth import events_between

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("truth")]
CLIENTS = 12


def storm(acts: Iterable[Callable[[], object]], *, allowed: tuple[type[Exception], ...] = ()) -> list[object]:
    """Runs the acts side by side, each on a connection of its own; returns what each answered or was refused with."""
    acts = list(acts)
    start = threading.Barrier(min(CLIENTS, len(acts)))

    def run(number: int, act: Callable[[], object]) -> object:
        try:
            if number < start.parties:
                start.wait(timeout=30)
            return act()
        except allowed as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [future.result() for future in [pool.submit(run, *numbered) for numbered in enumerate(acts)]]


def test_double_taps_from_many_devices_are_one_follow():
    """M#4896: following twice was an error."""
    alice, bob = make_account("alice"), make_account("bob")
    replies = storm([lambda: services.follow(follower=alice, followee=bob)] * 24)
    assert {(reply.state, reply.version) for reply in replies} == {("active", Follow.objects.get().since)}
    assert len(events_between(alice, bob)) == 1
    assert counts(bob.pk).followers == 1


def test_every_follower_of_a_hot_creator_is_counted_from_zero():
    """M#11403, M#12045, M#15108: lost updates, and an insert race for the first follower ever. M#18517: never negative."""
    creator = make_account("creator")
    fans = [make_account(f"fan{number}") for number in range(48)]
    stop = threading.Event()

    def keep_folding() -> None:
        while not stop.is_set():
            services.fold_counts(at_most=7)
        connections.close_all()

    folders = [threading.Thread(target=keep_folding) for _ in range(2)]
    for folder in folders:
        folder.start()
    storm([lambda fan=fan: services.follow(follower=fan, followee=creator) for fan in fans])
    stop.set()
    for folder in folders:
        folder.join()
    assert counts(creator.pk).followers == 48


def test_follow_and_unfollow_at_once_end_in_what_the_last_event_says():
    alice, bob = make_account("alice"), make_account("bob")
    acts = [
        lambda: services.follow(follower=alice, followee=bob),
        lambda: services.unfollow(follower=alice, followee=bob),
    ]
    storm(acts * 30)
    last = events_between(alice, bob)[-1]
    assert relation(alice.pk, bob.pk).state == last.after
    assert relation(alice.pk, bob.pk).version == last.pk


@pytest.mark.parametrize("attempt", range(5))
def test_no_edge_survives_a_block_that_races_it(attempt):
    alice, bob = make_account("alice"), make_account("bob")
    acts = [
        lambda: services.follow(follower=alice, followee=bob),
        lambda: services.follow(follower=bob, followee=alice),
        lambda: services.block(blocker=bob, blocked=alice),
    ]
    random.Random(attempt).shuffle(acts)
    storm(acts * 2, allowed=(services.FollowRefused,))
    assert Block.objects.count() == 1
    assert not Follow.objects.exists()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_who_sees_only_what_stood_before_makes_no_edge_and_no_block(level):
    alice, bob = make_account("alice"), make_account("bob")

    def meanwhile(theirs: Callable[[], object], mine: Callable[[], object]) -> None:
        with pytest.raises(IntegrityError, match="READ COMMITTED"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                cursor.execute("SELECT 1 FROM follows_follow")
            storm([theirs])
            mine()

    follow = {"follower": alice, "followee": bob}
    meanwhile(lambda: services.block(blocker=bob, blocked=alice), lambda: services.follow(**follow))
    services.unblock(blocker=bob, blocked=alice)
    meanwhile(lambda: services.follow(**follow), lambda: services.block(blocker=bob, blocked=alice))
    assert (Follow.objects.count(), Block.objects.count()) == (1, 0)


def test_the_limit_holds_against_a_storm(settings):
    settings.FOLLOW_LIMIT = 5
    alice = make_account("alice")
    others = [make_account(f"other{number}") for number in range(24)]
    replies = storm(
        [lambda other=other: services.follow(follower=alice, followee=other) for other in others],
        allowed=(services.FollowRefused,),
    )
    assert sum(isinstance(reply, services.FollowRefused) for reply in replies) == 19
    assert counts(alice.pk).following == Follow.objects.count() == 5


def test_privacy_that_flips_during_a_storm_leaves_nobody_in_between():
    creator = make_account("creator")
    fans = [make_account(f"fan{number}") for number in range(24)]
    flips = [lambda on=on: accounts.set_privacy(account=creator, is_private=on) for on in [True, False] * 4]
    follows = [lambda fan=fan: services.follow(follower=fan, followee=creator) for fan in fans]
    acts = flips + follows
    random.Random(7).shuffle(acts)
    storm(acts)
    accounts.set_privacy(account=creator, is_private=False)
    assert counts(creator.pk).followers == 24
    assert counts(creator.pk).requests == 0


def test_nobody_follows_an_account_that_was_suspended_meanwhile():
    creator, moderator = make_account("creator"), make_account("moderator")
    fans = [make_account(f"fan{number}") for number in range(24)]
    acts = [lambda fan=fan: services.follow(follower=fan, followee=creator) for fan in fans]
    acts.insert(12, lambda: accounts.suspend(account=creator, by=moderator, reason="Spam"))
    replies = storm(acts, allowed=(services.FollowRefused,))
    refused = sum(isinstance(reply, services.FollowRefused) for reply in replies)
    assert counts(creator.pk).followers == 24 - refused


def test_an_approval_that_races_a_withdrawal_is_one_or_the_other():
    alice, bob = make_account("alice"), make_account("bob", is_private=True)
    for _ in range(5):
        services.follow(follower=alice, followee=bob)
        storm(
            [
                lambda: services.approve(followee=bob, follower=alice),
                lambda: services.unfollow(follower=alice, followee=bob),
            ]
        )
        assert not Follow.objects.exists()


def test_bulk_statements_in_opposite_orders_end_without_a_deadlock():
    accounts_of_the_storm = [make_account(f"account{number}") for number in range(12)]
    ids = [account.pk for account in accounts_of_the_storm]

    def follow_all(follower_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO follows_follow (follower_id, followee_id) SELECT %s, id FROM accounts_user"
                " WHERE id = ANY(%s) AND id <> %s ORDER BY id ON CONFLICT DO NOTHING",
                [follower_id, ids, follower_id],
            )

    storm([lambda follower_id=follower_id: follow_all(follower_id) for follower_id in ids * 2])
    assert Follow.objects.count() == 12 * 11


def test_clients_killed_in_the_middle_leave_no_trace():
    creator = make_account("creator")
    fans = [make_account(f"fan{number}") for number in range(16)]
    stop = threading.Event()

    def kill() -> None:
        with connection.cursor() as cursor:
            while not stop.wait(0.02):
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND query ILIKE '%%follows_follow%%' ORDER BY random() LIMIT 1"
                )
        connections.close_all()

    def tap(fan: object) -> None:
        for _ in range(12):
            act = random.choice([services.follow, services.unfollow])
            try:
                act(follower=fan, followee=creator)
            except OperationalError:
                connections.close_all()

    killer = threading.Thread(target=kill)
    killer.start()
    storm([lambda fan=fan: tap(fan) for fan in fans], allowed=(OperationalError,))
    stop.set()
    killer.join()
    connection.ensure_connection()
    assert FollowEvent.objects.exists()
    assert counts(creator.pk).followers == Follow.objects.count()


def test_becoming_public_while_those_who_asked_change_their_minds_is_no_deadlock():
    creator = make_account("creator")
    fans = [make_account(f"fan{number}") for number in range(8)]
    for _ in range(5):
        accounts.set_privacy(account=creator, is_private=True)
        for fan in fans:
            services.unblock(blocker=fan, blocked=creator)
            services.unfollow(follower=fan, followee=creator)
            services.follow(follower=fan, followee=creator)
        acts = [lambda: accounts.set_privacy(account=creator, is_private=False)]
        acts += [lambda fan=fan: services.unfollow(follower=fan, followee=creator) for fan in fans[:3]]
        acts += [lambda fan=fan: services.block(blocker=fan, blocked=creator) for fan in fans[3:5]]
        acts += [lambda fan=fan: services.set_bell(follower=fan, followee=creator, notify="none") for fan in fans[5:]]
        storm(acts)
        assert counts(creator.pk).followers == 3
        assert counts(creator.pk).requests == 0
