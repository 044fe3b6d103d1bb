"""Figures of followers are what the events say, however they were counted: step by step, anew, after a crash, in a storm."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.audit import CHECKS
from follows.models import FollowEvent, FollowLapse, FollowTally, TallyMark
from follows.origins import Origin, Source
from follows.services import erasure, tallies
from follows.tests.past import at, count, forced
from follows.tests.test_erasure import begin
from follows.tests.test_storms import storm
from socialvideo.lib import marks
from socialvideo.lib.audit import breaches
from socialvideo.lib.quarters import BEGINNING
from socialvideo.lib.testing import worlds

pytestmark = pytest.mark.usefixtures("truth")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIGURES = next(check for check in CHECKS if "figures" in check.name)
Rows = Counter[tuple[Any, ...]]


def counted() -> tuple[Rows, Rows]:
    said = FollowTally.objects.values_list("account_id", "quarter", "change", "cause", "source", "number")
    lapsed = FollowLapse.objects.values_list("account_id", "quarter", "weeks", "number")
    return Counter({row[:-1]: row[-1] for row in said}), Counter({row[:-1]: row[-1] for row in lapsed})


def replayed(grain: timedelta = timedelta(minutes=15)) -> tuple[Rows, Rows]:
    """The same in a few lines of Python, from the events before the mark."""
    said: Rows = Counter()
    lapsed: Rows = Counter()
    asked: dict[tuple[int, int], str] = {}
    gained: dict[tuple[int, int], datetime] = {}
    mark = TallyMark.objects.get().until
    for event in FollowEvent.objects.order_by("pk"):
        if event.happened_at >= mark:
            continue
        pair = (event.follower_id, event.followee_id)
        quarter = event.happened_at - (event.happened_at - BEGINNING) % grain
        if (event.before, event.after) == ("", "requested"):
            asked[pair] = event.source
        if event.after == "active" != event.before:
            source = asked[pair] if event.before == "requested" else event.source
            said[event.followee_id, quarter, "gained", event.cause, source] += 1
            gained[pair] = event.happened_at
        elif event.before == "active" != event.after:
            theirs = event.cause == "blocked" and event.actor_id != event.followee_id
            said[event.followee_id, quarter, "lost", "unfollowed" if theirs else event.cause, ""] += 1
            began = gained[pair]
            if (weeks := (event.happened_at - began) // timedelta(weeks=1)) < 12:
                lapsed[event.followee_id, began - (began - BEGINNING) % grain, weeks] += 1
    return said, lapsed


def some_act(chance: random.Random, people: list[User]) -> None:
    """By anybody on anybody; what is refused leaves nothing."""
    one, other = chance.sample(people, 2)
    origin = Origin(chance.choice(list(Source)))
    acts = [
        *[lambda: services.follow(follower=one, followee=other, origin=origin)] * 4,
        *[lambda: services.unfollow(follower=one, followee=other, origin=origin)] * 2,
        lambda: services.restore(follower=one, followee=other),
        lambda: services.remove_follower(followee=one, follower=other),
        lambda: services.approve(followee=one, follower=other, origin=Origin(Source.REQUESTS)),
        lambda: services.block(blocker=one, blocked=other),
        lambda: services.unblock(blocker=one, blocked=other),
        lambda: services.set_bell(follower=one, followee=other, notify="none"),
    ]
    try:
        with transaction.atomic():
            chance.choice(acts)()
    except services.FollowRefused:
        pass


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(worlds(3)["max_examples"]))
def test_step_by_step_killed_and_anew_it_is_what_the_events_say(seed, monkeypatch):
    chance = random.Random(seed)
    people = [make_account(f"p{n}", is_private=n == 0) for n in range(5)]
    moment = MONDAY
    for _ in range(80):
        moment += timedelta(minutes=chance.choice([1, 20, 600, 3000, 30_000]))
        if moment < timezone.now() - timedelta(minutes=30):
            with at(moment):
                some_act(chance, people)
    monkeypatch.setattr(marks, "STEP", timedelta(days=chance.choice([1, 10, 100])))
    with monkeypatch.context() as power:
        power.setattr(marks, "_MOVE", "SELECT 1 / 0, %(until)s::timestamptz")
        with pytest.raises(Exception, match="division"), transaction.atomic():
            count()
    assert not FollowTally.objects.exists()
    count()
    said, lapsed = counted()
    assert (said, lapsed) == replayed()
    assert said
    assert lapsed
    count()
    call_command("rebuild_figures")
    assert counted() == (said, lapsed)


@pytest.mark.django_db
def test_what_has_just_happened_is_counted_when_its_quarter_is_over(alice, bob):
    with at(timezone.now() - timedelta(hours=1)):
        services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    count()
    assert list(FollowTally.objects.values_list("change", "number")) == [("gained", 1)]
    mark = TallyMark.objects.get().until
    assert mark <= timezone.now() < mark + timedelta(minutes=20)
    assert (mark.minute % 15, mark.second) == (0, 0)


@pytest.mark.django_db
def test_a_block_reads_as_an_unfollow_to_the_letter(alice, bob, mira):
    with at(MONDAY):
        for fan in (alice, mira):
            services.follow(follower=fan, followee=bob, origin=Origin(Source.PROFILE))
    with at(MONDAY + timedelta(hours=1)):
        services.unfollow(follower=alice, followee=bob, origin=Origin(Source.MANAGER))
        services.block(blocker=mira, blocked=bob, origin=Origin(Source.PROFILE))
    count()
    [lost] = FollowTally.objects.filter(change="lost")
    assert (lost.cause, lost.source, lost.number) == ("unfollowed", "", 2)


@pytest.mark.django_db
def test_an_erased_account_leaves_no_figures(alice, bob):
    with at(MONDAY):
        services.follow(follower=alice, followee=bob)
        services.follow(follower=bob, followee=alice)
    count()
    begin(bob)
    while erasure.erase(bob.pk):
        pass
    assert set(FollowTally.objects.values_list("account_id", flat=True)) == {alice.pk}
    services.rebuild_tallies()
    assert set(FollowTally.objects.values_list("account_id", flat=True)) == {alice.pk}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"number": 2}, {"change": "lost"}, {"cause": "approved"}])
def test_the_audit_names_figures_that_are_not_what_the_history_says(alice, bob, wrong):
    with at(MONDAY):
        services.follow(follower=alice, followee=bob)
    count()
    assert breaches(FIGURES) == 0
    FollowTally.objects.update(**wrong)
    assert breaches(FIGURES) >= 1
    services.rebuild_tallies()
    assert breaches(FIGURES) == 0


@pytest.fixture
def to_the_microsecond(monkeypatch) -> Iterator[None]:
    """So that a mark moves many times in a second, and not at its quarters alone."""
    monkeypatch.setattr(marks, "whole_quarter", lambda moment: moment)
    for name in ("_COUNT", "_COUNT_LAPSES"):
        monkeypatch.setattr(tallies, name, getattr(tallies, name).replace("15 minutes", "1 microsecond"))
    yield
    TallyMark.objects.all().delete()
    FollowTally.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("to_the_microsecond")
def test_transactions_that_end_late_are_missed_by_none_of_those_who_count():
    fans, creator = [make_account(f"fan{n}") for n in range(12)], make_account("creator")
    over = threading.Event()

    def slowly(fan: User) -> None:
        for act in (services.follow, services.unfollow, services.follow):
            with transaction.atomic():
                act(follower=fan, followee=creator)
                time.sleep(random.random() / 20)

    def keep_counting() -> None:
        while not over.is_set():
            count()
        connections.close_all()

    counters = [threading.Thread(target=keep_counting) for _ in range(2)]
    for each in counters:
        each.start()
    storm([lambda fan=fan: slowly(fan) for fan in fans])
    over.set()
    for each in counters:
        each.join()
    count()
    said, lapsed = counted()
    assert (said, lapsed) == replayed(timedelta(microseconds=1))
    assert (sum(said.values()), sum(lapsed.values())) == (36, 12)
    services.rebuild_tallies()
    assert counted() == (said, lapsed)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("to_the_microsecond")
def test_the_mark_waits_for_whoever_is_still_writing_and_for_nobody_else(alice, bob):
    with transaction.atomic():
        services.follow(follower=alice, followee=bob)
        storm([count])
        assert TallyMark.objects.get().until <= FollowEvent.objects.get().happened_at
    with transaction.atomic():
        assert User.objects.exists()  # a long look, at something else
        storm([count])
    assert counted() == replayed(timedelta(microseconds=1))
    assert FollowTally.objects.exists()


@pytest.mark.django_db
def test_where_events_are_pruned_their_figures_stand(alice, bob, mira):
    with at(MONDAY):
        services.follow(follower=alice, followee=bob)
        services.follow(follower=mira, followee=bob)
    with at(MONDAY + timedelta(days=20)):
        services.unfollow(follower=alice, followee=bob)
    assert tallies.MARK.prunable_before(timezone.now()) == BEGINNING  # nothing is counted yet
    count()
    said = counted()
    before = tallies.MARK.prunable_before(MONDAY + timedelta(days=10, minutes=7))
    assert before == MONDAY + timedelta(days=10)
    assert tallies.MARK.prunable_before(MONDAY) < before
    assert TallyMark.objects.get().events_from == before
    with forced() as sql:
        sql("DELETE FROM follows_followevent WHERE happened_at < %s AND follower_id = %s", [before, alice.pk])
    services.rebuild_tallies()
    assert counted() == said
    assert breaches(FIGURES) == 0
    with forced() as sql:  # for what is asked after each test
        sql("DELETE FROM follows_followevent WHERE follower_id = %s", [alice.pk])
    FollowTally.objects.filter(change="lost").delete()
