"""Many follows within an hour are slowed, in words that say until when: what was accepted stands, and no button lies."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_account
from follows import selectors, services
from follows.models import Batch, Follow, FollowEvent
from follows.services import FollowRefused
from follows.signals import follows_slowed
from follows.tests.test_storms import storm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]


@pytest.fixture
def crowd() -> list[User]:
    return [make_account(f"person{n}") for n in range(5)]


@pytest.fixture
def slowed() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def listen(signal: Any, sender: Any, **fact: Any) -> None:
        heard.append(fact)

    follows_slowed.connect(listen)
    yield heard
    follows_slowed.disconnect(listen)


@pytest.fixture(autouse=True)
def _few(settings: Any) -> None:
    settings.FOLLOWS_PER_HOUR = 3


def follow_all(account: User, crowd: list[User]) -> list[bool]:
    """Whether each was accepted."""

    def accepted(other: User) -> bool:
        try:
            return bool(services.follow(follower=account, followee=other).state)
        except FollowRefused as refused:
            return not (refused.code == "too_fast" and 0 < refused.wait <= 3600)

    return [accepted(other) for other in crowd]


def an_hour_passes() -> None:
    """History is never rewritten by anybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        FollowEvent.objects.update(happened_at=FollowEvent.objects.earliest("pk").happened_at - timedelta(hours=1))
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_a_storm_is_slowed_and_what_was_accepted_stands(alice: User, crowd: list[User], slowed: list[Any]) -> None:
    assert follow_all(alice, crowd) == [True, True, True, False, False]
    assert slowed == [{"account_id": alice.pk, "number": 3}] * 2
    assert follow_all(alice, crowd[:3]) == [True] * 3, "what stands is no further follow"
    services.unfollow(follower=alice, followee=crowd[0])
    assert follow_all(alice, crowd[:1]) == [False], "nor does an unfollow make room"
    assert follow_all(crowd[4], crowd[:3]) == [True] * 3, "and everybody has their own"
    an_hour_passes()
    assert follow_all(alice, [*crowd, make_account("late")]) == [True] * 5 + [False]


def test_requests_count_and_following_again_is_slowed(alice: User, crowd: list[User]) -> None:
    User.objects.filter(pk=crowd[0].pk).update(is_private=True)
    assert follow_all(alice, crowd[:3]) == [True] * 3
    services.block(blocker=alice, blocked=crowd[0])
    services.unblock(blocker=alice, blocked=crowd[0])
    with pytest.raises(FollowRefused, match="3 accounts within an hour"):
        services.follow_again(follower=alice, followee=crowd[0])
    services.follow_again(follower=alice, followee=crowd[1])
    services.unfollow(follower=alice, followee=crowd[1])
    assert services.restore(follower=alice, followee=crowd[1]).state == "active", "an undo is no storm"


def test_without_a_brake_nothing_is_slowed(alice: User, crowd: list[User], settings: Any) -> None:
    settings.FOLLOWS_PER_HOUR = 0
    assert follow_all(alice, crowd) == [True] * 5


@pytest.mark.django_db(transaction=True)
def test_from_many_connections_not_one_more_gets_through(alice: User) -> None:
    crowd = [make_account(f"person{n}") for n in range(16)]
    acts = [lambda other=other: services.follow(follower=alice, followee=other) for other in crowd]
    answers = storm(acts, allowed=(FollowRefused,))
    assert sum(isinstance(answer, FollowRefused) for answer in answers) == 13
    assert selectors.counts(alice.pk).following == 3


def test_page_tap_and_api_say_until_when(client: Client, alice: User, crowd: list[User], slowed: list[Any]) -> None:
    follow_all(alice, crowd[:3])
    client.force_login(alice)
    tap = reverse("follows:follow", args=[crowd[3].handle])
    page = client.post(tap)
    button = client.post(tap, headers={"HX-Request": "true"})
    json = client.put(f"/api/v1/accounts/{crowd[3].handle}/follow/")
    for answer in (page, button, json):
        assert answer.status_code == 429
        assert 3500 < int(answer["Retry-After"]) <= 3600
        assert "You can follow more in 60 minutes" in answer.content.decode()
    assert json.json()["code"] == "too_fast"
    assert 'data-state="follow"' in button.content.decode()
    assert not selectors.relation(alice.pk, crowd[3].pk).state


def test_what_somebody_brings_along_goes_on_later(alice: User, crowd: list[User], settings: Any) -> None:
    settings.LISTED_FOLLOWS_PER_MINUTE = 2
    listed = ["\n".join(account.handle for account in some) for some in (crowd[:2], crowd[2:])]
    first, second = (imported(alice, handles) for handles in listed)
    assert (first.state, second.state) == ("done", "running")
    assert not services.work(batch_id=second.pk)
    assert Follow.objects.count() == 2
    an_hour_passes()
    assert not services.work(batch_id=second.pk)
    second.refresh_from_db()
    assert (second.state, Follow.objects.count()) == ("done", 5), "though more than a hand may"


def imported(owner: User, handles: str) -> Batch:
    data = f"handle\n{handles}\n".encode()
    return services.confirm(batch=services.start_import(owner=owner, data=data, submit_key=uuid4()))
