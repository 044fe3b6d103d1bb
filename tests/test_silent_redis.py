"""A Redis that takes connections and never answers. Whoever taps waits for it once, not once for each thing that it would
have been asked."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.models import User
from feeds.tasks import fan_out
from follows.models import Follow
from socialvideo.celery import app
from socialvideo.lib import live, patience
from socialvideo.lib.patience import Patience

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        server.setblocking(False)
        yield server
    Patience.renew()


def address(server: socket.socket) -> str:
    return f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def silent_redis(silent: socket.socket, settings, monkeypatch) -> None:
    settings.CACHES = {"default": site.CACHES["default"] | {"LOCATION": address(silent)}}
    monkeypatch.setattr(app.conf, "broker_write_url", address(silent))
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    monkeypatch.setattr(patience, "AWAY_SECONDS", 3600)


def waited_for(server: socket.socket) -> int:
    """How often: who waited in vain has hung up, and the next one calls anew."""
    calls = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            calls += 1
    return calls


@pytest.mark.usefixtures("silent_redis")
def test_a_tap_waits_once_and_is_done(
    silent: socket.socket, client: Client, alice: User, bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(alice)
    Patience.renew()
    waited_for(silent)
    client.post(reverse("follows:follow", args=[bob.handle]))
    assert Follow.objects.filter(follower=alice, followee=bob).exists()
    assert "No hint of feeds.tasks.consume_outbox" in caplog.text
    assert waited_for(silent) == 1
    cache.get("key")
    assert live.listening() == []
    assert waited_for(silent) == 0


@pytest.mark.usefixtures("silent_redis")
def test_after_a_moment_it_is_asked_again(silent: socket.socket, monkeypatch) -> None:
    monkeypatch.setattr(patience, "AWAY_SECONDS", 0)
    for _ in range(2):
        assert live.listening() == []
    assert waited_for(silent) == 2


def test_a_redis_that_refuses_is_not_waited_for_and_asked_each_time(settings) -> None:
    settings.CACHES = {"default": site.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert cache.get("key") is None
    assert not Patience.is_out()


def test_a_broker_that_is_silent_is_given_up_soon(silent: socket.socket) -> None:
    began = monotonic()
    with app.connection_for_write(address(silent)) as nobody, pytest.raises(OperationalError):
        fan_out.apply_async((1,), connection=nobody)
    assert monotonic() - began < site.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"]
