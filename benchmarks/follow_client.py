"""One client of bench_follows, a process of its own. Reads a task a line, as JSON, from standard input: its way, the
creator, the fans and for how long; says "ready" when warm, begins at the next line, answers with its figures. Each way
is called through the interface that its users call."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import django

WARM = 10  # acts before the clock starts: a new connection plans everything once

Act = Callable[[Any, Any], object]


def ways() -> dict[str, tuple[Act, Act]]:
    """Follow and unfollow by each way. Imported here: models need Django set up first."""
    from actstream import actions, registry
    from django.contrib.auth import get_user_model
    from django.db import transaction
    from django.db.models import F
    from friendship.models import Follow as Friendship

    from benchmarks.by_hand.models import Edge, Profile
    from follows import services

    registry.register(get_user_model())

    def count(fan: Any, creator: Any, by: int) -> None:
        Profile.objects.filter(pk=fan.pk).update(following=F("following") + by)
        Profile.objects.filter(pk=creator.pk).update(followers=F("followers") + by)

    @transaction.atomic
    def follow_by_hand(fan: Any, creator: Any) -> None:
        if Edge.objects.get_or_create(follower_id=fan.pk, followee_id=creator.pk)[1]:
            count(fan, creator, 1)

    @transaction.atomic
    def unfollow_by_hand(fan: Any, creator: Any) -> None:
        if Edge.objects.filter(follower_id=fan.pk, followee_id=creator.pk).delete()[0]:
            count(fan, creator, -1)

    return {
        "service": (
            lambda fan, creator: services.follow(follower=fan, followee=creator),
            lambda fan, creator: services.unfollow(follower=fan, followee=creator),
        ),
        "django-friendship": (Friendship.objects.add_follower, Friendship.objects.remove_follower),
        "django-activity-stream": (actions.follow, actions.unfollow),
        "get_or_create + F()": (follow_by_hand, unfollow_by_hand),
    }


def acts(task: dict[str, Any], follow: Act, unfollow: Act) -> Iterator[Callable[[], object]]:
    """Following one fan after the other; in a storm, all the same fans over and over, each by turns."""
    from django.contrib.auth import get_user_model

    accounts = get_user_model().objects
    creator, fans = accounts.get(pk=task["creator"]), list(accounts.filter(pk__in=task["fans"]))
    if not task["storm"]:
        yield from (lambda fan=fan: follow(fan, creator) for fan in fans)
    for fan, act in zip(cycle(fans), cycle([follow, follow, unfollow]), strict=False) if task["storm"] else ():
        yield lambda fan=fan, act=act: act(fan, creator)


def figures(work: Iterator[Callable[[], object]], seconds: float) -> dict[str, Any]:
    done, errors, began = 0, Counter(), time.monotonic()
    for act in work:
        try:
            act()
            done += 1
        except Exception as error:  # noqa: BLE001
            errors[type(error).__name__] += 1
        if time.monotonic() - began >= seconds:
            break
    return {"rate": done / (time.monotonic() - began), "errors": errors}


def main() -> None:
    django.setup()
    known = ways()
    for line in sys.stdin:
        task = json.loads(line)
        work = acts(task, *known[task["way"]])
        figures(islice(work, WARM), 60)
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(figures(work, task["seconds"])), flush=True)


if __name__ == "__main__":
    main()
