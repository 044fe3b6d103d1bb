"""Random acts by many clients on few accounts, creators who publish between them, clients that are killed. Afterwards a
replay of the events is compared with everything that was stored and with everything that anybody was told."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from follows.models import FollowEvent
from follows.relations import Relation
from follows.tests.clients import Clients, clients
from follows.tests.replay import Replay, assert_all_said_is_true
from videos.models import Publication
from videos.services import Refused
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)

TAPS = {
    follows.follow: ("follower", "followee"),
    follows.unfollow: ("follower", "followee"),
    follows.restore: ("follower", "followee"),
    follows.approve: ("followee", "follower"),
    follows.decline: ("followee", "follower"),
    follows.remove_follower: ("followee", "follower"),
    follows.block: ("blocker", "blocked"),
    follows.unblock: ("blocker", "blocked"),
}
OFTEN = [follows.follow] * 6 + [follows.unfollow] * 2 + [follows.unblock] * 2 + list(TAPS)


def bring_back(account: User, moderator: User) -> None:
    accounts.unsuspend(account=account, by=moderator)
    accounts.reactivate(account=account)


class Crowd:
    """Accounts, and what they do at random."""

    def __init__(self, size: int = 4) -> None:
        self.ids = [make_account(f"person{number}").pk for number in range(size)]
        self.moderator = make_account("moderator")

    def act(self, dice: random.Random) -> Any:
        """Everybody is loaded anew, as by a request."""
        a, b = (User.objects.get(pk=pk) for pk in dice.sample(self.ids, 2))
        on = dice.random() < 0.5
        acts = {
            self.tap: 72,
            self.bell: 8,
            self.privacy: 6,
            self.standing: 5,
            lambda *_: follows.approve_everyone(followee_id=a.pk): 3,
            lambda *_: make_video(a): 3,
            lambda *_: follows.fold_counts(at_most=50): 3,
        }
        [act] = dice.choices(list(acts), list(acts.values()))
        return act(a, b, on, dice)

    def tap(self, a: User, b: User, on: bool, dice: random.Random) -> Relation:
        tap = dice.choice(OFTEN)
        return tap(**dict(zip(TAPS[tap], (a, b), strict=True)))

    def bell(self, a: User, b: User, on: bool, dice: random.Random) -> Relation:
        return follows.set_bell(follower=a, followee=b, notify="all" if on else "none")

    def privacy(self, a: User, b: User, on: bool, dice: random.Random) -> None:
        accounts.set_privacy(account=a, is_private=on)

    def standing(self, a: User, b: User, on: bool, dice: random.Random) -> None:
        if on:
            accounts.suspend(account=a, by=self.moderator, reason="Spam")
        else:
            bring_back(a, self.moderator)

    def storm(self, people: Clients, seed: str, acts: int) -> None:
        dice = random.Random(seed)
        for _ in range(acts):
            people.ask(partial(self.act, dice))

    def is_told_the_truth(self, people: Clients) -> None:
        assert_all_said_is_true(self.ids, people.told)
        for publication in Publication.objects.all():
            before = Replay(FollowEvent.objects.filter(pk__lt=publication.pk).order_by("pk"))
            assert publication.followers_at_publish == before.counts(publication.creator_id).followers


def rage(*, seed: int, rounds: int, number: int, acts: int, killed: bool = False) -> Clients:
    crowd, allowed = Crowd(), (Refused, OperationalError, InterfaceError) if killed else (Refused,)
    with clients(number, seed=seed, allowed=allowed) as people:
        for turn in range(rounds):
            people.at_once(*(partial(crowd.storm, people, f"{seed} {turn} {client}", acts) for client in range(number)))
            crowd.is_told_the_truth(people)
            for pk in crowd.ids:
                bring_back(User.objects.get(pk=pk), crowd.moderator)
    return people


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_was_told_in_a_storm_was_so(seed: int) -> None:
    people = rage(seed=seed, rounds=3, number=8, acts=12)
    assert len(people.told) > 100
    assert Publication.objects.exists()


@contextmanager
def killer(seed: int) -> Iterator[list[int]]:
    """Ends the clients' connections, whatever they are at."""
    dice, over, killed = random.Random(seed), threading.Event(), []
    connection.ensure_connection()
    spared = connection.connection.info.backend_pid

    def kill() -> None:
        with connection.cursor() as cursor:
            while not over.wait(dice.uniform(0.01, 0.05)):
                cursor.execute(
                    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid NOT IN (pg_backend_pid(), %s) AND state <> 'idle' AND query ILIKE '%%follows_%%'"
                    " ORDER BY random() LIMIT 1",
                    [spared],
                )
                killed.extend(row[0] for row in cursor.fetchall())
        connections.close_all()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_clients_killed_in_a_storm_leave_nothing_half_done() -> None:
    with killer(seed=1) as killed:
        people = rage(seed=4, rounds=3, number=8, acts=15, killed=True)
    assert killed
    assert people.told
