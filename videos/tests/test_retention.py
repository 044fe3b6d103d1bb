"""What people watched is forgotten after a while; that it was watched stays counted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from follows.models import Tie
from tests.erasing import assert_every_promise_holds
from videos import services, tasks
from videos.models import Case, Notice, Report, Video, VideoCount, Watch
from videos.services import retention
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


def watched(viewer: User, video: Video, days_ago: int = 0) -> None:
    services.record_watch(viewer=viewer, video=video, ms=3000)
    at = timezone.now() - timedelta(days=days_ago)
    Watch.objects.filter(viewer=viewer, video=video).update(first_at=at, last_at=at)


def views(video: Video) -> tuple[int, int]:
    count = VideoCount.objects.get(video=video)
    return count.views, count.past_views


def test_views_stay_counted_though_who_watched_is_forgotten(
    alice: User, bob: User, mira: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    old, other = make_video(mira), make_video(mira)
    watched(alice, old, 100)
    watched(alice, other, 100)
    watched(bob, old, 5)
    Watch.objects.filter(viewer=alice, video=other).update(last_at=timezone.now())  # again
    ties = list(Tie.objects.values_list("follower_id", "watched"))
    tasks.prune_watches()
    assert Watch.objects.count() == 3  # off
    settings.KEEP_WATCHES_DAYS = 90
    tasks.prune_watches()
    assert set(Watch.objects.values_list("viewer", "video")) == {(alice.pk, other.pk), (bob.pk, old.pk)}
    assert (views(old), views(other)) == ((2, 1), (1, 0))
    assert list(Tie.objects.values_list("follower_id", "watched")) == ties
    assert_every_promise_holds()
    tasks.prune_watches()
    assert views(old) == (2, 1)
    watched(alice, old)
    assert views(old) == (3, 1)
    assert_every_promise_holds()


def test_a_turn_ends_where_the_next_goes_on(alice: User, bob: User, mira: User, settings, monkeypatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    monkeypatch.setattr(retention, "CHUNKS_A_TURN", 1)
    settings.KEEP_WATCHES_DAYS = 90
    video = make_video(mira)
    for viewer in (alice, bob):
        watched(viewer, video, 100)
    at = retention.prune_watches()
    assert Watch.objects.count() == 1
    assert_every_promise_holds()  # as if the worker were killed here
    assert retention.prune_watches(at) is not None
    assert not Watch.objects.exists()
    assert views(video) == (2, 2)


def test_who_reported_without_an_account_is_forgotten_some_time_after_the_decision(mira: User, settings) -> None:
    settings.KEEP_NOTICES_DAYS = 180
    video = make_video(mira)
    ago = timezone.now() - timedelta(days=181)
    for number, closed_at in enumerate([None, timezone.now(), ago]):
        state = "closed" if closed_at else "open"
        case = Case.objects.create(
            kind="video", subject_id=video.pk, account_id=mira.pk, state=state, closed_at=closed_at
        )
        report = Report.objects.create(case=case, kind="video", subject_id=video.pk, reason="copyright")
        Notice.objects.create(report=report, receipt=f"r{number}", name="Nora", email="nora@example.org")
    tasks.prune_notices()
    assert [(notice.receipt, notice.email) for notice in Notice.objects.order_by("receipt")] == [
        ("r0", "nora@example.org"),
        ("r1", "nora@example.org"),
        ("r2", ""),
    ]
