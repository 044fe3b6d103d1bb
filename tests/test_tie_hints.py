"""What open pages hear of ties: each side of the other, at once, and nothing that a side may not notice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from django_redis import get_redis_connection

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services as feeds
from follows import services
from follows.selectors import relation
from socialvideo.lib import live

pytestmark = pytest.mark.django_db


def heard(act: Callable[[], Any]) -> set[tuple[int, int, int | None]]:
    """Who was told by the act, of whom, with which version."""
    get_redis_connection().delete(live.STREAM)
    with TestCase.captureOnCommitCallbacks(execute=True):
        act()
    entries = [entry for _, entry in get_redis_connection().xrange(live.STREAM)]
    told = [(json.loads(event), accounts.split()) for entry in entries for event, accounts in entry.items()]
    assert {event["kind"] for event, _ in told} <= {"relation", "badge"}
    ties = [(event, accounts) for event, accounts in told if event["kind"] == "relation"]
    return {(int(account), event["account"], event["version"]) for event, accounts in ties for account in accounts}


def both(one: User, other: User) -> set[tuple[int, int, int | None]]:
    version = relation(one.pk, other.pk).version
    return {(one.pk, other.pk, version), (other.pk, one.pk, version)}


def test_a_tap_is_heard_by_both_sides_with_its_version(alice: User, bob: User) -> None:
    assert heard(lambda: services.follow(follower=alice, followee=bob)) == both(alice, bob)
    assert heard(lambda: services.unfollow(follower=alice, followee=bob)) == both(alice, bob)
    assert heard(lambda: services.block(blocker=alice, blocked=bob)) == both(alice, bob)


def test_what_the_other_side_may_not_notice_is_heard_alone(alice: User, bob: User) -> None:
    services.follow(follower=alice, followee=bob)
    assert heard(lambda: services.mute(muter=alice, muted=bob)) == {(alice.pk, bob.pk, None)}
    assert heard(lambda: services.unmute(muter=alice, muted=bob)) == {(alice.pk, bob.pk, None)}
    bell = heard(lambda: services.set_bell(follower=alice, followee=bob, notify="none"))
    assert bell == {(alice.pk, bob.pk, relation(alice.pk, bob.pk).version)}


def test_a_refused_tap_is_not_heard(alice: User, bob: User) -> None:
    services.block(blocker=bob, blocked=alice)

    def tap() -> None:
        with pytest.raises(services.FollowRefused):
            services.follow(follower=alice, followee=bob)

    assert heard(tap) == set()


def test_everybody_who_is_let_in_hears_of_it(alice: User, bob: User) -> None:
    mallory = make_account("mallory")
    accounts.set_privacy(account=mallory, is_private=True)
    for follower in (alice, bob):
        services.follow(follower=follower, followee=mallory)
    feeds.consume_outbox()

    def go_public() -> None:
        accounts.set_privacy(account=mallory, is_private=False)
        feeds.consume_outbox()

    assert heard(go_public) == both(alice, mallory) | both(bob, mallory)


def test_what_no_service_did_is_heard_from_the_outbox(alice: User, bob: User) -> None:
    services.follow(follower=alice, followee=bob)
    feeds.consume_outbox()

    def by_hand() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM follows_follow")
        feeds.consume_outbox()

    assert heard(by_hand) == both(alice, bob)


def test_going_public_hurries_the_outbox(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = []
    monkeypatch.setattr("feeds.tasks.consume_outbox.delay_on_commit", lambda: hurried.append(1))
    accounts.set_privacy(account=alice, is_private=True)
    accounts.set_privacy(account=alice, is_private=False)
    assert hurried
