"""Two or three acts at the same moment, many times each. Whatever order they come in, everything that was said is true,
both sides see the same, and the race ends in one of the ways in which the acts could have followed each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Erasure, User
from accounts.services.erasure import begin as begin_erasure
from accounts.tests.factories import make_account
from follows import services
from follows.models import Batch, Follow
from follows.relations import Relation
from follows.services.erasure import erase
from follows.tests.clients import clients
from follows.tests.replay import assert_all_said_is_true

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[["Cast"], Any]


@dataclass
class Cast:
    """a and b, whose tie is raced for, and c."""

    a: User
    b: User
    c: User

    @property
    def everyone(self) -> list[User]:
        return [self.a, self.b, self.c]

    @property
    def ends(self) -> tuple[str, str]:
        """How the two edges between a and b stand."""
        return _state(self.a, self.b), _state(self.b, self.a)


def _state(follower: User, followee: User) -> str:
    return Follow.objects.filter(follower=follower, followee=followee).values_list("state", flat=True).first() or ""


def follow(cast: Cast, who: str = "ab") -> Relation:
    return services.follow(follower=getattr(cast, who[0]), followee=getattr(cast, who[1]))


def unfollow(cast: Cast, who: str = "ab") -> Relation:
    return services.unfollow(follower=getattr(cast, who[0]), followee=getattr(cast, who[1]))


def restore(cast: Cast, who: str = "ab") -> Relation:
    return services.restore(follower=getattr(cast, who[0]), followee=getattr(cast, who[1]))


def bell(cast: Cast, who: str = "ab") -> Relation:
    return services.set_bell(follower=getattr(cast, who[0]), followee=getattr(cast, who[1]), notify="none")


def block(cast: Cast, who: str = "ba") -> Relation:
    return services.block(blocker=getattr(cast, who[0]), blocked=getattr(cast, who[1]))


def unblock(cast: Cast, who: str = "ba") -> Relation:
    return services.unblock(blocker=getattr(cast, who[0]), blocked=getattr(cast, who[1]))


def approve(cast: Cast) -> Relation:
    return services.approve(followee=cast.b, follower=cast.a)


def decline(cast: Cast) -> Relation:
    return services.decline(followee=cast.b, follower=cast.a)


def remove(cast: Cast) -> Relation:
    return services.remove_follower(followee=cast.b, follower=cast.a)


def approve_everyone(cast: Cast) -> int:
    return services.approve_everyone(followee_id=cast.b.pk)


def go_private(cast: Cast) -> None:
    accounts.set_privacy(account=cast.b, is_private=True)


def go_public(cast: Cast) -> None:
    accounts.set_privacy(account=cast.b, is_private=False)


def suspend(cast: Cast) -> None:
    accounts.suspend(account=cast.b, by=cast.c, reason="Spam")


def deactivate(cast: Cast) -> None:
    accounts.deactivate(account=cast.b)


def ask_for_deletion(cast: Cast) -> None:
    accounts.ask_for_deletion(account=cast.b)


def deletion_is_due(cast: Cast) -> None:
    """b has asked to be deleted and the day has come; b counts as deactivated until then, so nothing new begins."""
    accounts.ask_for_deletion(account=cast.b)
    Erasure.objects.filter(pk=cast.b.pk).update(due_at=timezone.now())


def delete(cast: Cast) -> None:
    begin_erasure(cast.b.pk)
    erase(cast.b.pk)


def batch(cast: Cast, act: Batch.Act = Batch.Act.UNFOLLOW) -> Batch:
    return services.start_batch(owner=cast.a, act=act, chosen=[cast.b.pk], submit_key=uuid4(), confirmed=True)


def import_file(cast: Cast) -> Batch:
    listed = f"handle\n{cast.b.handle}\n{cast.c.handle}".encode()
    return services.confirm(batch=services.start_import(owner=cast.a, data=listed, submit_key=uuid4()))


AB, BA = partial(follow, who="ab"), partial(follow, who="ba")
REQUESTED = (go_private, AB)
FOLLOWED = (AB,)
LEFT = (AB, unfollow)


@dataclass(frozen=True)
class Race:
    before: tuple[Act, ...]
    acts: tuple[Act, ...]
    ends: set[tuple[str, str]] = field(default_factory=set)  # a → b, b → a
    limit: int = 7500


ANY_AB = {("", ""), ("active", "")}
RACES = {
    "follow × follow": Race((), (AB, AB, AB), {("active", "")}),
    "follow × follow back": Race((), (AB, BA), {("active", "active")}),
    "follow × unfollow": Race((), (AB, unfollow), ANY_AB),
    "follow × block": Race((), (AB, BA, block), {("", "")}),
    "follow × block × block": Race((), (AB, block, partial(block, who="ab")), {("", "")}),
    "follow × unblock": Race((block,), (AB, unblock), ANY_AB),
    "follow × going private": Race((), (AB, go_private), {("active", ""), ("requested", "")}),
    "follow × going public": Race((go_private,), (AB, go_public), {("active", "")}),
    "follow × limit": Race((), (AB, partial(follow, who="ac")), ANY_AB, limit=1),
    "follow × suspension": Race(
        (), (AB, BA, suspend), {("", ""), ("active", ""), ("", "active"), ("active", "active")}
    ),
    "follow × deactivation": Race((), (AB, deactivate), ANY_AB),
    "follow × deletion asked for": Race((), (AB, ask_for_deletion), ANY_AB),
    "follow × deletion": Race((deletion_is_due,), (AB, BA, delete), {("", "")}),
    "unfollow × deletion": Race((AB, BA, deletion_is_due), (unfollow, delete), {("", "")}),
    "block × deletion": Race((AB, BA, deletion_is_due), (partial(block, who="ab"), delete), {("", "")}),
    "approve × deletion": Race((*REQUESTED, deletion_is_due), (approve, delete), {("", "")}),
    "bell × deletion": Race((AB, deletion_is_due), (bell, delete), {("", "")}),
    "approve × cancel": Race(REQUESTED, (approve, unfollow), {("", "")}),
    "approve × block": Race(REQUESTED, (approve, block), {("", "")}),
    "approve × decline": Race(REQUESTED, (approve, decline), ANY_AB),
    "approve × approve": Race(REQUESTED, (approve, approve, approve_everyone), {("active", "")}),
    "approve × follow back": Race(REQUESTED, (approve, BA), {("active", "active")}),
    "approve × bell": Race(REQUESTED, (approve, bell), {("active", "")}),
    "everyone × new request": Race((go_private,), (AB, approve_everyone), {("requested", ""), ("active", "")}),
    "everyone × cancel": Race(REQUESTED, (unfollow, approve_everyone), {("", "")}),
    "everyone × follow back": Race(REQUESTED, (approve_everyone, BA), {("active", "active")}),
    "everyone × unfollow of the other side": Race(
        (BA, *REQUESTED), (approve_everyone, partial(unfollow, who="ba")), {("active", "")}
    ),
    "everyone × block": Race(REQUESTED, (approve_everyone, block, partial(block, who="ab")), {("", "")}),
    "everyone × going private": Race(REQUESTED, (approve_everyone, go_private), {("active", "")}),
    "everyone × going public": Race(REQUESTED, (approve_everyone, go_public), {("active", "")}),
    "going public × cancel": Race(REQUESTED, (go_public, unfollow), {("", "")}),
    "going public × decline": Race(REQUESTED, (go_public, decline), ANY_AB),
    "going public × block": Race(REQUESTED, (go_public, partial(block, who="ab")), {("", "")}),
    "bell × unfollow": Race(FOLLOWED, (bell, unfollow), {("", "")}),
    "bell × follow back": Race(FOLLOWED, (bell, BA), {("active", "active")}),
    "remove × unfollow": Race(FOLLOWED, (remove, unfollow), {("", "")}),
    "remove × follow again": Race(FOLLOWED, (remove, AB), ANY_AB),
    "unfollow × unfollow of the other side": Race((AB, BA), (unfollow, partial(unfollow, who="ba")), {("", "")}),
    "unfollow × follow back": Race(FOLLOWED, (unfollow, BA), {("", "active")}),
    "unfollow × block": Race(FOLLOWED, (unfollow, partial(block, who="ab")), {("", "")}),
    "unfollow × block by the other": Race((AB, BA), (unfollow, block), {("", "")}),
    "block × unblock of the other": Race((block,), (partial(block, who="ab"), unblock), {("", "")}),
    "batch × unfollow": Race(FOLLOWED, (batch, unfollow), {("", "")}),
    "batch × follow again": Race(FOLLOWED, (batch, AB), ANY_AB),
    "batch × follow back": Race(FOLLOWED, (batch, BA), {("", "active")}),
    "batch × block": Race((AB, BA), (batch, block), {("", "")}),
    "batch × approval": Race(REQUESTED, (batch, approve), {("", "")}),
    "batch of bells × unfollow": Race(FOLLOWED, (partial(batch, act=Batch.Act.BELL_NONE), unfollow), {("", "")}),
    "import × unfollow": Race((), (import_file, unfollow), ANY_AB),
    "import × follow": Race((), (import_file, AB, BA), {("active", "active")}),
    "import × block": Race((), (import_file, block), {("", "")}),
    "import × going private": Race((), (import_file, go_private), {("active", ""), ("requested", "")}),
    "import × deletion": Race((deletion_is_due,), (import_file, delete), {("", "")}),
    "restore × restore": Race(LEFT, (restore, restore), {("active", "")}),
    "restore × follow": Race(LEFT, (restore, AB), {("active", "")}),
    "restore × block": Race(LEFT, (restore, block), {("", "")}),
    "restore × limit": Race(LEFT, (restore, partial(follow, who="ac")), ANY_AB, limit=1),
    "restore × going private": Race(LEFT, (restore, go_private), {("active", ""), ("requested", "")}),
    "restore × suspension": Race(LEFT, (restore, suspend), ANY_AB),
}


def race(name: str, attempts: int) -> None:
    rules = RACES[name]
    with override_settings(FOLLOW_LIMIT=rules.limit), clients(len(rules.acts), seed=1) as people:
        for attempt in range(attempts):
            cast = Cast(*(make_account(f"{who}{attempt}") for who in ("ann", "ben", "cleo")))
            for act in rules.before:
                act(cast)
            people.at_once(*(partial(act, cast) for act in rules.acts))
            assert cast.ends in rules.ends
            assert_all_said_is_true([account.pk for account in cast.everyone], people.told)
            if rules.limit == 1:
                assert Follow.objects.of_follower(cast.a.pk).count() == 1


@pytest.mark.parametrize("name", RACES)
def test_a_race_has_one_outcome_for_everybody(name: str) -> None:
    race(name, attempts=5)
