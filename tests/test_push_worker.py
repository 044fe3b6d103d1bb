"""Pushes with a real worker that is killed while it sends them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services, tasks
from feeds.models import Push
from feeds.services.pushing import CONNECTIONS
from feeds.tests.crowds import make_followers
from feeds.tests.push_service import PushService, running
from socialvideo.local.worker_process import WorkerProcess
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db(transaction=True)
BROWSERS = 60


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """Known to the worker too."""
    with running() as service:
        settings.PUSH_SERVICES = [service.url]
        monkeypatch.setenv("PUSH_SERVICES", service.url)
        yield service


def test_killed_in_the_middle_nobody_is_left_out(service: PushService, celery_worker_process: WorkerProcess) -> None:
    mira = make_account("mira", name="Mira")
    for pk in make_followers(mira, BROWSERS):
        service.browser(f"browser{pk}").subscribe(User.objects.get(pk=pk))
    services.run_fan_out(make_video(mira).publication.pk)
    service.seconds = 0.2
    tasks.send_pushes.delay()
    wait_until(lambda: len(service.accepted) > CONNECTIONS)
    celery_worker_process.kill()
    assert 0 < Push.objects.filter(state=Push.State.WAITING).count() < BROWSERS

    service.seconds = 0
    Push.objects.filter(state=Push.State.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))
    celery_worker_process.start()
    tasks.sweep_pushes.delay()
    wait_until(lambda: not Push.objects.filter(state=Push.State.WAITING).exists())
    assert set(Push.objects.values_list("state", flat=True)) == {Push.State.ACCEPTED}
    assert {request.path for request in service.accepted} == set(service.browsers)
    sent_twice = len(service.accepted) - BROWSERS  # accepted when the worker died, and not yet written down
    assert sent_twice <= CONNECTIONS
    assert len({request.headers["topic"] for request in service.accepted}) == 1


def wait_until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.05)
