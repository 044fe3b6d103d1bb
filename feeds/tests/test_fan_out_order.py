"""Who is told first when much is published at once, and that hints do not multiply: each publication's first turn goes
before the others' later ones, big ones take turns, and of all hints for one publication a single one goes on."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from django_redis import get_redis_connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import selectors, services, tasks
from feeds.models import EarlyEntry
from feeds.services.telling import CHUNKS_A_TURN
from feeds.tests.crowds import entries, make_followers
from follows import services as follows
from follows.models import Follow, Mute
from socialvideo.local.worker_process import WorkerProcess
from videos.models import Publication, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
LATER_TURNS = "fanout\x06\x169"  # where Celery keeps what has the lowest priority

Hint = tuple[int, int, int]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> deque[Hint]:
    """Publication, cursor and priority of each hint for a fan-out."""
    hints: deque[Hint] = deque()
    monkeypatch.setattr(tasks.fan_out, "apply_async", lambda args, priority, **_: hints.append((*args, priority)))
    return hints


def consume(queue: deque[Hint]) -> None:
    """What waits now, once."""
    for _ in range(len(queue)):
        publication_id, cursor, _ = queue.popleft()
        tasks.fan_out(publication_id, cursor)


def publish(name: str, followers: int) -> Publication:
    creator = make_account(name)
    make_followers(creator, followers)
    return make_video(creator).publication


def test_later_turns_wait_for_first_ones(queue: deque[Hint], settings: Any) -> None:
    settings.FANOUT_CHUNK = 1
    big = publish("mira", 9)
    tasks.fan_out(big.pk)
    assert [(publication_id, priority) for publication_id, _, priority in queue] == [(big.pk, tasks.LATER)]
    small = publish("zoe", 1)
    queue.clear()
    tasks.sweep_fan_outs()
    assert [(each, priority) for each, _, priority in queue] == [(small.pk, tasks.FIRST), (big.pk, tasks.LATER)]
    tasks.fan_out(small.pk)
    assert len(entries(small)) == 1


def test_of_many_hints_for_one_publication_one_goes_on(queue: deque[Hint], settings: Any) -> None:
    """Each sweep hints to what stood still, and so does each turn: were all of them followed, they would multiply."""
    settings.FANOUT_CHUNK = 1
    publication = publish("mira", 30)
    for _ in range(4):
        for _ in range(5):
            tasks.sweep_fan_outs()
        assert len(queue) <= 6
        before = len(entries(publication))
        consume(queue)
        assert len(queue) == 1
        assert len(entries(publication)) == before + CHUNKS_A_TURN
    tasks.fan_out(publication.pk)  # the hint of publishing, once more
    assert len(queue) == 1
    while queue:
        consume(queue)
    assert len(entries(publication)) == 30


def test_a_sweep_hints_to_no_more_than_workers_can_do(
    queue: deque[Hint], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SWEPT_AT_ONCE", 2)
    publications = [publish(f"creator{number}", number) for number in (3, 1, 2)]
    for _ in range(3):
        tasks.sweep_fan_outs()
        assert len(queue) <= 2
        consume(queue)
    assert [len(entries(publication)) for publication in publications] == [3, 1, 2]


def test_what_is_finished_or_gone_on_elsewhere_is_left_alone(queue: deque[Hint], settings: Any) -> None:
    settings.FANOUT_CHUNK = 1
    publication = publish("mira", 3)
    services.fan_out_chunk(publication.pk)
    tasks.fan_out(publication.pk, 0)
    assert len(entries(publication)) == 1
    services.run_fan_out(publication.pk)
    tasks.fan_out(publication.pk)
    assert not queue


# --- Who looked before their chunk ----------------------------------------------------------------------------


def test_who_looked_early_is_passed_by_and_forgotten_at_the_end(settings: Any) -> None:
    settings.FANOUT_CHUNK = 2
    mira = make_account("mira")
    fans = make_followers(mira, 6)
    publication = make_video(mira).publication
    for fan in (fans[0], fans[5]):
        services.see(viewer_id=fan, publication_ids=[publication.pk])
    assert set(EarlyEntry.objects.values_list("recipient_id", flat=True)) == {fans[0], fans[5]}
    services.run_fan_out(publication.pk)
    publication.refresh_from_db()
    assert (publication.told, len(entries(publication)), EarlyEntry.objects.count()) == (6, 6, 0)


def test_who_looked_and_then_left_was_told(settings: Any) -> None:
    """They counted as seen, and as left first: more had seen it than were told of it."""
    settings.FANOUT_CHUNK = 2
    mira = make_account("mira")
    fans = make_followers(mira, 6)
    Follow.objects.filter(follower=fans[3]).update(notify="none")
    publication = make_video(mira).publication
    services.fan_out_chunk(publication.pk)
    for fan in fans[3:]:
        services.see(viewer_id=fan, publication_ids=[publication.pk])
    for fan in fans[2:5]:
        follows.unfollow(follower=User.objects.get(pk=fan), followee=mira)
    Mute.objects.create(muter_id=fans[5], muted=mira)
    services.run_fan_out(publication.pk)
    report = selectors.delivery_report(Video.objects.get(pk=publication.video_id))
    assert report.delivery is not None
    assert sum(part.number for part in report.delivery.parts) == report.delivery.followers == 6
    publication.refresh_from_db()
    assert (publication.alerted, publication.listed_quietly, publication.muted, publication.left_first) == (4, 1, 0, 1)
    assert selectors.reach([publication.pk])[publication.pk].seen == 3
    assert not EarlyEntry.objects.exists()


def test_an_entry_that_nobody_noted_does_not_stop_a_fan_out(settings: Any) -> None:
    """M#32001: one row that was in the way ended the whole batch."""
    settings.FANOUT_CHUNK = 2
    mira = make_account("mira")
    fans = make_followers(mira, 6)
    publication = make_video(mira).publication
    services.see(viewer_id=fans[3], publication_ids=[publication.pk])
    EarlyEntry.objects.all().delete()
    services.run_fan_out(publication.pk)
    assert set(entries(publication)) == set(fans)


# --- A real worker --------------------------------------------------------------------------------------------


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    over = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < over, "it never came to be"
        time.sleep(0.02)


def told(creator: User) -> int:
    return Publication.objects.get(creator=creator).told


def is_running(creator: User) -> bool:
    return Publication.objects.filter(creator=creator, fanout_state="running").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stopped_worker", [{"FANOUT_CHUNK": "1"}], indirect=True)
def test_a_small_one_overtakes_big_ones_which_take_turns(celery_worker_process: WorkerProcess) -> None:
    big, bigger, small = make_account("big"), make_account("bigger"), make_account("small")
    for creator, followers in ((big, 240), (bigger, 480), (small, 3)):
        make_followers(creator, followers)
    for creator in (big, bigger):
        make_video(creator)
    until(lambda: is_running(big) and is_running(bigger))
    before = told(big), told(bigger)
    make_video(small)
    until(lambda: told(small) == 3)
    assert is_running(big)
    assert is_running(bigger)
    turn = CHUNKS_A_TURN
    advanced = told(big) - before[0], told(bigger) - before[1]
    assert max(advanced) < 120, "the small one waited"
    until(lambda: told(big) >= before[0] + 8 * turn)
    assert abs(told(big) - before[0] - told(bigger) + before[1]) <= 4 * turn
    for _ in range(25):
        tasks.sweep_fan_outs()
    until(lambda: get_redis_connection("default").llen(LATER_TURNS) <= 2)
    assert is_running(bigger), "too small to tell"
    until(lambda: selectors.unfinished_fan_outs() == {})
    assert (told(big), told(bigger)) == (240, 480)
