"""Follows of one hot creator by many clients: the service against what most projects do by hand (get_or_create, then
F() + 1 on both profiles, in one transaction). Only the ratio of two runs side by side counts, on a server whose commits
wait for the disk (`make bench` starts one): a row that everybody updates is locked for that long."""

import statistics
import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, connections, transaction

from accounts.models import User
from follows import services
from follows.selectors import counts

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
CLIENTS, EACH, ROUNDS = 16, 100, 3
WARM = 10  # acts of each client before the clock starts: a new connection plans everything once


def make_crowd(name: str) -> tuple[User, list[User]]:
    people = [
        User(handle=f"{name}{number}", email=f"{name}{number}@example.org") for number in range(CLIENTS * EACH + 1)
    ]
    creator, *fans = User.objects.bulk_create(people)
    return creator, fans


def by_service(fan: User, creator: User) -> None:
    services.follow(follower=fan, followee=creator)


def by_hand(fan: User, creator: User) -> None:
    """The statements of get_or_create and of two F() updates. A deadlock is tried again, as such code has to."""
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                pair = [fan.pk, creator.pk]
                cursor.execute("SELECT 1 FROM bench_follow WHERE follower = %s AND followee = %s", pair)
                if cursor.fetchone() is None:
                    cursor.execute("INSERT INTO bench_follow VALUES (%s, %s)", pair)
                    cursor.execute("UPDATE bench_profile SET following = following + 1 WHERE account = %s", [fan.pk])
                    cursor.execute(
                        "UPDATE bench_profile SET followers = followers + 1 WHERE account = %s", [creator.pk]
                    )
            return
        except OperationalError:
            continue


def rate(act: Callable[[User, User], None], creator: User, fans: list[User]) -> float:
    """Follows a second of all clients together, each on its own connection."""
    start = threading.Barrier(CLIENTS + 1)

    def client(mine: list[User]) -> None:
        for fan in mine[:WARM]:
            act(fan, creator)
        start.wait()
        for fan in mine[WARM:]:
            act(fan, creator)
        connections.close_all()

    threads = [threading.Thread(target=client, args=(fans[number::CLIENTS],)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    return CLIENTS * (EACH - WARM) / (time.monotonic() - began)


def test_follow_writes_on_one_creator() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_follow (follower bigint, followee bigint, PRIMARY KEY (follower, followee))")
        cursor.execute("CREATE TABLE bench_profile (account bigint PRIMARY KEY, followers bigint, following bigint)")
    try:
        ratios = []
        for number in range(ROUNDS):
            creator, fans = make_crowd(f"round{number}")
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_profile SELECT id, 0, 0 FROM accounts_user ON CONFLICT DO NOTHING")
            hand, service = rate(by_hand, creator, fans), rate(by_service, creator, fans)
            assert counts(creator.pk).followers == len(fans)
            ratios.append(service / hand)
            print(f"\nround {number}: service {service:,.0f}/s, by hand {hand:,.0f}/s, ratio {service / hand:.2f}")
        print(
            f"follows on one creator, service against get_or_create + F(): median ratio {statistics.median(ratios):.2f}"
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_follow, bench_profile")
