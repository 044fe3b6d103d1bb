"""Follows of one hot creator by 16 clients, each a process of its own, through the interface that each library's users
call: the service beside django-friendship, django-activity-stream, and get_or_create with F() + 1 by hand. Then a storm
of follows and unfollows of the same few people, in which clients are killed, and how far each way's figures are from
its rows afterwards. Only ratios of one run count, on a server whose commits wait for the disk (`make bench`)."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from follows.models import Follow
from follows.selectors import counts
from follows.tests.truth import assert_graph_is_true

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
CLIENTS = int(os.environ.get("BENCH_CLIENTS", "16"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = 5.0  # of each way in each round
FANS = 1500  # of each client in each round: more than it can follow in that time
STORMY, KILLED = 8, 4
WAYS = ("service", "django-friendship", "django-activity-stream", "get_or_create + F()")


class Client:
    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.follow_client"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdin=pipe, stdout=pipe, text=True
        )

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def environment(transactional_db: None) -> Iterator[dict[str, str]]:
    """The test's own database, with the tables of the others in it: gone before the tests' own tables are emptied."""
    address, _, _name = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
    migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment, check=True)
    yield environment
    with connection.cursor() as cursor:
        others = [
            table
            for table in connection.introspection.table_names(cursor)
            if table.startswith(("friendship_", "actstream_", "by_hand_"))
        ]
        cursor.execute(f"DROP TABLE {', '.join(others)} CASCADE")
        cursor.execute("DELETE FROM django_migrations WHERE app IN ('friendship', 'actstream')")


@contextmanager
def clients(environment: dict[str, str]) -> Iterator[list[Client]]:
    started = [Client(environment) for _ in range(CLIENTS)]
    try:
        yield started
    finally:
        for client in started:
            client.kill()


def make_people(name: str, number: int) -> list[int]:
    people = User.objects.bulk_create(
        [User(handle=f"{name}{each}", email=f"{name}{each}@example.org") for each in range(number)], batch_size=2000
    )
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO by_hand_profile SELECT id, 0, 0 FROM accounts_user ON CONFLICT DO NOTHING")
        cursor.execute("ANALYZE accounts_user")
    return [person.pk for person in people]


def begin(running: list[Client], **task: Any) -> None:
    """All at once, when the last is warm."""
    fans = task.pop("fans")
    for number, client in enumerate(running):
        client.say(json.dumps(task | {"fans": fans(number)}))
    for client in running:
        assert client.hear() == "ready"
    for client in running:
        client.say("")


def rate(running: list[Client], way: str, name: str) -> float:
    """Follows a second of all clients together."""
    creator, *people = make_people(name, CLIENTS * FANS + 1)
    begin(running, way=way, creator=creator, storm=False, seconds=SECONDS, fans=lambda number: people[number::CLIENTS])
    figures = [json.loads(client.hear()) for client in running]
    assert not any(each["errors"] for each in figures), figures
    if way == "service":
        assert counts(creator).followers == Follow.objects.filter(followee=creator).count()
    return sum(each["rate"] for each in figures)


def test_follow_writes_on_one_creator(environment: dict[str, str]) -> None:
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    with clients(environment) as running:
        for number in range(ROUNDS):
            for way in WAYS[number % 2 :: 1] + WAYS[: number % 2]:
                rates[way].append(rate(running, way, f"r{number}w{WAYS.index(way)}x"))
            found = ", ".join(f"{way} {rates[way][-1]:,.0f}/s" for way in WAYS)
            print(f"\nround {number}: {found}")
    assert_graph_is_true()
    for way in WAYS[1:]:
        ratios = [ours / theirs for ours, theirs in zip(rates["service"], rates[way], strict=True)]
        print(f"follows on one creator, service against {way}: median ratio {statistics.median(ratios):.2f}")


def test_a_storm_with_killed_clients(environment: dict[str, str]) -> None:
    for way in WAYS:
        creator, *fans = make_people(f"s{WAYS.index(way)}x", STORMY + 1)
        with clients(environment) as running:
            begin(running, way=way, creator=creator, storm=True, seconds=SECONDS, fans=lambda _, fans=fans: fans)
            killed = running[:: CLIENTS // KILLED]
            for client in killed:
                time.sleep(SECONDS / (KILLED + 2))
                client.kill()
            figures = [json.loads(client.hear()) for client in running if client not in killed]
        errors = sum((Counter(each["errors"]) for each in figures), Counter())
        print(
            f"\nstorm, {way}: {sum(each['rate'] for each in figures):,.0f}/s, errors {dict(errors)}, {drift(way, creator)}"
        )
        if way == "service":
            assert not errors
            assert_graph_is_true()


def drift(way: str, creator: int) -> str:
    """How far what the way says of the creator is from its rows."""
    if way == "service":
        said, rows = counts(creator).followers, Follow.objects.filter(followee=creator).count()
        assert said == rows
        return "drift 0"
    sql = {
        "django-friendship": "SELECT count(*), count(*) FROM friendship_follow WHERE followee_id = %s",
        "django-activity-stream": """SELECT (SELECT count(*) FROM actstream_action WHERE target_object_id = %s::text),
            (SELECT count(*) FROM actstream_follow WHERE object_id = %s::text)""",
        "get_or_create + F()": """SELECT (SELECT followers FROM by_hand_profile WHERE account_id = %s),
            (SELECT count(*) FROM by_hand_edge WHERE followee_id = %s)""",
    }[way]
    with connection.cursor() as cursor:
        cursor.execute(sql, [creator] * sql.count("%s"))
        said, rows = cursor.fetchone()
    if way == "django-activity-stream":
        return f"{said} times 'started following' for {rows} rows"
    return f"drift {said - rows}"
