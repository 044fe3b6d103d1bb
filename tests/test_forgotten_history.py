"""The history of follows, forgotten after its days. In random worlds: whatever anybody may read of the days that are kept,
or do now, is the same whether it was forgotten or not; every promise holds; and what may be asked for still goes by no
statement."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services as feeds
from feeds.auditing import CHECKS
from follows import selectors, services, stats, tasks
from follows.models import Batch, EventOrigin, Follow, FollowEvent, FollowLapse, FollowOutbox, FollowTally, TallyMark
from follows.origins import Origin, Source
from follows.selectors.people import ended_by_block
from follows.selectors.ties import ties_version
from follows.services import pruning
from follows.services.outcomes import standing
from follows.tests.past import at, count
from socialvideo.lib.personal import kinds
from socialvideo.lib.spans import Span
from socialvideo.lib.testing import broken, in_threads, worlds
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
DAYS, KEPT = 36, 12
HISTORY, BY_API = "/settings/following/history/", "/api/v1/me/history/"


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


class World:
    """A few people over some weeks, who follow, ask, block, act on many, take that back, and publish."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.people = [make_account(f"person{n}", is_private=n == 0) for n in range(4)]
        User.objects.update(joined_at=ago(400))
        for day in range(DAYS, 0, -1):
            with at(ago(day)):
                for _ in range(dice.choice([1, 2, 4])):
                    self.act()
            self.announce()
        count()

    def act(self) -> None:
        one, other = (User.objects.get(pk=person.pk) for person in self.dice.sample(self.people, 2))
        origin = Origin(self.dice.choice(list(Source)), "Firefox on Linux", "0123456789abcdef")
        acts: list[Callable[[], Any]] = [
            *[lambda: services.follow(follower=one, followee=other, origin=origin)] * 5,
            *[lambda: services.unfollow(follower=one, followee=other, origin=origin)] * 2,
            *[lambda: services.set_bell(follower=one, followee=other, notify=self.dice.choice(["all", "none"]))] * 2,
            lambda: services.restore(follower=one, followee=other),
            lambda: services.remove_follower(followee=one, follower=other),
            *[lambda: services.approve(followee=one, follower=other, origin=Origin(Source.REQUESTS))] * 2,
            lambda: services.decline(followee=one, follower=other),
            *[lambda: services.block(blocker=one, blocked=other)] * 2,
            *[lambda: services.unblock(blocker=one, blocked=other)] * 3,
            lambda: services.follow_again(follower=one, followee=other),
            lambda: accounts.set_privacy(account=one, is_private=self.dice.random() < 0.5),
            lambda: self.many(one),
            lambda: make_video(one),
        ]
        with suppress(services.FollowRefused), transaction.atomic():
            self.dice.choice(acts)()

    def many(self, owner: User) -> None:
        act = self.dice.choice([Batch.Act.UNFOLLOW, Batch.Act.BELL_NONE, Batch.Act.BELL_ALL])
        chosen = [person.pk for person in self.people if person != owner]
        services.start_batch(owner=owner, act=act, chosen=chosen, submit_key=uuid4(), confirmed=True)

    def announce(self) -> None:
        while feeds.consume_outbox():
            pass
        for publication_id in Publication.objects.exclude(fanout_state="done").values_list("pk", flat=True):
            while feeds.fan_out_chunk(publication_id):
                pass

    def pairs(self) -> Iterator[tuple[User, User]]:
        return ((one, other) for one in self.people for other in self.people if one != other)

    # --- What anybody may read --------------------------------------------------------------------------------------

    def told(self, since: datetime) -> dict[str, Any]:
        zone = ZoneInfo("Europe/Berlin")
        span = Span(ago(DAYS + 5).date(), timezone.now().date(), "day", zone)
        ids = [person.pk for person in self.people]
        return {
            "relations": [selectors.relations(one, ids) for one in ids],
            "versions": [ties_version(one) for one in ids],
            "counts": [selectors.counts(one) for one in ids],
            "offered back": [ended_by_block(one.pk, other.pk) for one, other in self.pairs()],
            "what undo goes by": [standing(one, ids) for one in ids],
            "history": [[entry for entry in self.history(one) if entry.at >= since] for one in ids],
            "growth": [stats.followers_growth(one, span) for one in ids],
            "retention": [stats.retention(one, zone) for one in ids],
        }

    def history(self, account_id: int) -> Iterator[Any]:
        cursor = None
        while cursor != "":
            page = selectors.history_page(account_id, cursor=cursor or "")
            yield from page.items
            cursor = page.next_cursor

    # --- What anybody may do ----------------------------------------------------------------------------------------

    def done_now(self) -> list[Any]:
        """Everything is taken back that can be, and everybody follows again; then it never was."""
        before = transaction.savepoint()
        said: list[Any] = []
        for batch in Batch.objects.filter(undoes=None).order_by("-pk"):
            with suppress(services.BatchRefused, services.FollowRefused):
                undoing = services.undo(batch=batch)
                said.append(list(undoing.rows.order_by("position").values_list("account_id", "result", "reason")))
        for one, other in self.pairs():
            for act in (services.follow_again, services.restore, services.follow):
                with suppress(services.FollowRefused), transaction.atomic():
                    said.append(act(follower=one, followee=other).state)
        said.append(set(Follow.objects.values_list("follower", "followee", "state", "notify", "followed_at__date")))
        transaction.savepoint_rollback(before)
        return said


def figures() -> tuple[set[Any], set[Any]]:
    return set(FollowTally.objects.values_list()), set(FollowLapse.objects.values_list())


@pytest.mark.parametrize("seed", range(worlds(2)["max_examples"]))
def test_whatever_is_kept_is_told_and_can_be_done_as_if_all_were(seed: int, settings: Any, monkeypatch: Any) -> None:
    dice = random.Random(seed)
    world = World(dice)
    assert broken(CHECKS) == {}
    counted, events = figures(), FollowEvent.objects.count()
    for kept in (dice.choice([27, 20]), KEPT):  # as days pass
        settings.KEEP_FOLLOW_EVENTS_DAYS = kept
        monkeypatch.setattr(pruning, "EVENTS_AT_ONCE", dice.choice([1, 7, 1000]))
        told, done = world.told(ago(kept)), world.done_now()
        while services.prune_events():
            pass
        assert world.told(ago(kept)) == told
        assert world.done_now() == done
        assert broken(CHECKS) == {}
    left = FollowEvent.objects.count()
    assert left < events
    assert FollowEvent.objects.filter(happened_at__gte=ago(KEPT)).count() < left, "how what stands began"
    kept_from = TallyMark.objects.get().events_from
    assert kept_from is not None
    assert not EventOrigin.objects.filter(event_id__lt=TallyMark.objects.get().first_kept).exists()
    assert figures() == counted
    services.rebuild_tallies()
    assert figures() == counted
    assert not services.prune_events(), "a second time there is nothing"
    assert FollowEvent.objects.count() == left


def old_history(alice: User, bob: User) -> None:
    """Five events of a pair, of which the last two still say something."""
    for days, act in ((50, services.follow), (49, services.unfollow), (48, services.follow)):
        with at(ago(days)):
            act(follower=alice, followee=bob)
    for days, bell in ((47, "none"), (46, "all")):
        with at(ago(days)):
            services.set_bell(follower=alice, followee=bob, notify=bell)
    while feeds.consume_outbox():
        pass
    count()


def causes() -> list[str]:
    return list(FollowEvent.objects.order_by("pk").values_list("cause", flat=True))


def test_by_default_it_is_kept_for_good(alice: User, bob: User) -> None:
    old_history(alice, bob)
    tasks.prune_events()
    assert len(causes()) == 5


def test_of_a_tie_that_stands_its_beginning_and_its_last_change_stay(alice: User, bob: User, settings: Any) -> None:
    settings.KEEP_FOLLOW_EVENTS_DAYS = KEPT
    old_history(alice, bob)
    tasks.prune_events()
    assert causes() == ["followed", "bell"]
    assert broken(CHECKS) == {}


def test_what_is_still_to_be_acted_on_waits(alice: User, bob: User, settings: Any) -> None:
    settings.KEEP_FOLLOW_EVENTS_DAYS = KEPT
    old_history(alice, bob)
    second = FollowEvent.objects.order_by("pk")[1]
    FollowOutbox.objects.create(event_id=second.pk, follower_id=alice.pk)
    tasks.prune_events()
    assert len(causes()) == 5
    FollowOutbox.objects.all().delete()
    tasks.prune_events()
    assert len(causes()) == 2


def test_killed_in_the_middle_it_goes_on(alice: User, bob: User, settings: Any, monkeypatch: Any) -> None:
    settings.KEEP_FOLLOW_EVENTS_DAYS = KEPT
    old_history(alice, bob)
    monkeypatch.setattr(pruning, "EVENTS_AT_ONCE", 3)
    with monkeypatch.context() as power:
        power.setattr(pruning, "_FORGET_DEVICES", "SELECT 1 / 0 WHERE %(begin)s < %(end)s AND EXISTS (SELECT 1"
                      " FROM follows_tallymark WHERE first_kept > (SELECT max(id) FROM follows_followevent))")  # fmt: skip
        with pytest.raises(DatabaseError, match="division"), transaction.atomic():
            services.prune_events()
    assert broken(CHECKS) == {}
    tasks.prune_events()
    assert causes() == ["followed", "bell"]
    assert broken(CHECKS) == {}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one(alice: User, bob: User, settings: Any, monkeypatch: Any) -> None:
    settings.KEEP_FOLLOW_EVENTS_DAYS = KEPT
    old_history(alice, bob)
    old_history(bob, alice)
    count()
    monkeypatch.setattr(pruning, "EVENTS_AT_ONCE", 1)
    in_threads(*[services.prune_events] * 3, lambda: services.unfollow(follower=alice, followee=bob))
    tasks.prune_events()
    assert causes() == ["followed", "bell"] * 2 + ["unfollowed"]
    assert broken(CHECKS) == {}


# --- The door -----------------------------------------------------------------------------------------------------

SAYING = "WITH said AS MATERIALIZED (SELECT follows_say('{}', NULL)) DELETE FROM follows_followevent USING said WHERE "
SAID, ENDED = SAYING.format("retention"), "cause = 'unfollowed'"


def open_widely(*, days: int = 0, first_kept: int = 2**62) -> None:
    TallyMark.objects.update(events_from=ago(days), first_kept=first_kept)


@pytest.mark.parametrize(
    ("mark", "statement"),
    [
        pytest.param({}, f"DELETE FROM follows_followevent WHERE {ENDED}", id="nothing is said"),
        pytest.param({}, SAYING.format("moderator") + ENDED, id="another cause"),
        pytest.param({"first_kept": 0}, SAID + ENDED, id="above the horizon"),
        pytest.param({"days": 60}, SAID + ENDED, id="too young"),
        pytest.param({}, f"{SAID} cause = 'bell' AND notify = 'all'", id="the last"),
        pytest.param({}, f"{SAID} cause = 'followed'", id="how what stands began"),
        pytest.param({}, f"{SAID} TRUE", id="all"),
    ],
)
def test_nothing_else_lets_go_of_it(alice: User, bob: User, mark: dict[str, int], statement: str) -> None:
    old_history(alice, bob)
    open_widely(**mark)
    with pytest.raises(IntegrityError, match="never taken away"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert len(causes()) == 5


def test_what_is_needless_goes_by_it(alice: User, bob: User) -> None:
    old_history(alice, bob)
    open_widely()
    with connection.cursor() as cursor:
        cursor.execute(SAID + ENDED)
    assert len(causes()) == 4


# --- What people read ---------------------------------------------------------------------------------------------


def test_the_pages_say_from_when_on_it_is_whole(alice: User, bob: User, client: Client, settings: Any) -> None:
    User.objects.update(joined_at=ago(400))
    old_history(alice, bob)
    client.force_login(alice)
    assert "This is where your history begins." in client.get(HISTORY).content.decode()
    assert client.get(BY_API).json()["whole_since"] is None
    settings.KEEP_FOLLOW_EVENTS_DAYS = KEPT
    tasks.prune_events()
    since = TallyMark.objects.get().events_from
    for address in (HISTORY, f"{HISTORY}?kind=blocks", f"{HISTORY}?who=bob"):
        said = " ".join(client.get(address).content.decode().split())
        assert "every change is here. Of what was before, only how each follow that stands began" in said, address
    assert client.get(BY_API).json()["whole_since"] == f"{since:%Y-%m-%dT%H:%M:%SZ}"
    client.force_login(make_account("new"))
    assert "Of what was before" not in client.get(HISTORY).content.decode()


def test_the_site_says_how_long_it_is_kept(settings: Any) -> None:
    [kind] = [kind for kind in kinds() if kind.name == "following/history"]
    assert "For good" in kind.how_long
    settings.KEEP_FOLLOW_EVENTS_DAYS = 400
    assert kind.how_long.startswith("400 days. Beyond that, for good: how each follow")
