"""Publishing hints: after commit, in one trip, and never in the way of what was done."""

from time import monotonic

import pytest
from django.conf import settings as site
from django.db import transaction
from django_redis import get_redis_connection
from redis.connection import AbstractConnection

from socialvideo.lib import live

pytestmark = pytest.mark.django_db(transaction=True)

HINT = {"kind": "relation", "account": 7, "version": 9}


def entries() -> list[dict[str, str]]:
    found = get_redis_connection().xrange(live.STREAM)
    return [{event.decode(): accounts.decode() for event, accounts in entry.items()} for _, entry in found]


def test_a_hint_is_published_after_commit():
    with transaction.atomic():
        live.publish([1, 2], HINT)
        assert entries() == []
    assert entries() == [{'{"kind":"relation","account":7,"version":9}': "1 2"}]


def test_what_is_rolled_back_is_not_published():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        live.publish([1], HINT)
        raise ZeroDivisionError
    assert entries() == []


@pytest.fixture
def trips(monkeypatch):
    """How often Redis was asked."""
    counted = []
    send = AbstractConnection.send_packed_command
    monkeypatch.setattr(
        AbstractConnection, "send_packed_command", lambda *args, **kwargs: counted.append(1) or send(*args, **kwargs)
    )
    return counted


def test_both_sides_of_a_tie_are_told_in_one_entry(trips):
    other = HINT | {"account": 8}
    live.publish_each([([1], HINT), ([2], other)])
    assert len(trips) == 1
    assert [list(entry.values()) for entry in entries()] == [["1", "2"]]


def test_many_hints_are_one_trip(trips):
    live.publish_each([([1], HINT), (range(2, 1200), HINT), ([7, 8], {"kind": "badge"})])
    assert len(trips) == 1
    assert [{event[9]: len(to.split()) for event, to in entry.items()} for entry in entries()] == [
        {"r": 500},
        {"r": 500},
        {"r": 199, "b": 2},
    ]


def test_nobody_to_tell_is_no_trip(settings, caplog):
    settings.CACHES = {"default": {**site.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    live.publish([], HINT)
    live.publish_each([([], HINT)])
    assert caplog.text == ""


def test_the_stream_stays_short(monkeypatch):
    monkeypatch.setattr(live, "KEPT", 100)
    for number in range(500):
        live.publish([number], HINT)
    assert get_redis_connection().xlen(live.STREAM) <= 200


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis://10.255.255.1:6379/0"], ids=["refused", "silent"])
def test_without_redis_the_act_goes_on_at_once(settings, caplog, address):
    settings.CACHES = {"default": {**site.CACHES["default"], "LOCATION": address}}
    started = monotonic()
    with transaction.atomic():
        live.publish([1], HINT)
    assert monotonic() - started < 1
    assert "Live hints were not sent" in caplog.text
