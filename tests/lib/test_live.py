"""Publishing hints: after commit, in one trip, and never in the way of what was done."""

from time import monotonic

import pytest
from django.conf import settings as site
from django.db import transaction
from django_redis import get_redis_connection

from socialvideo.lib import live

pytestmark = pytest.mark.django_db(transaction=True)

HINT = {"kind": "relation", "account": 7, "version": 9}


def published() -> list[tuple[str, str]]:
    return [(hint[b"to"].decode(), hint[b"event"].decode()) for _, hint in get_redis_connection().xrange(live.STREAM)]


def test_a_hint_is_published_after_commit():
    with transaction.atomic():
        live.publish([1, 2], HINT)
        assert published() == []
    assert published() == [("1 2", '{"kind":"relation","account":7,"version":9}')]


def test_what_is_rolled_back_is_not_published():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        live.publish([1], HINT)
        raise ZeroDivisionError
    assert published() == []


def test_many_hints_are_one_trip(monkeypatch):
    trips = []
    client = type(get_redis_connection().pipeline())
    execute = client.execute
    monkeypatch.setattr(client, "execute", lambda pipeline: trips.append(1) or execute(pipeline))
    live.publish_each([([1], HINT), (range(2, 1200), HINT)])
    assert len(trips) == 1
    assert [len(to.split()) for to, _ in published()] == [1, 500, 500, 198]


def test_nobody_to_tell_is_no_trip(settings, caplog):
    settings.CACHES = {"default": {**site.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    live.publish([], HINT)
    live.publish_each([([], HINT)])
    assert caplog.text == ""


def test_the_stream_stays_short(monkeypatch):
    monkeypatch.setattr(live, "KEPT", 100)
    for _ in range(5):
        live.publish_each([([account], HINT) for account in range(100)])
    assert get_redis_connection().xlen(live.STREAM) <= 200


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "redis://10.255.255.1:6379/0"], ids=["refused", "silent"])
def test_without_redis_the_act_goes_on_at_once(settings, caplog, address):
    settings.CACHES = {"default": {**site.CACHES["default"], "LOCATION": address}}
    started = monotonic()
    with transaction.atomic():
        live.publish([1], HINT)
    assert monotonic() - started < 1
    assert "Live hints were not sent" in caplog.text
