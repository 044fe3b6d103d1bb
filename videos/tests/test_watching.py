"""Watched time as players report it: several videos at once, believed as far as our clock allows."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from videos import watching
from videos.models import Watch
from videos.tests.factories import make_video
from videos.watching import watch_token

pytestmark = pytest.mark.django_db
HOUR = 3_600_000


@pytest.fixture
def now(monkeypatch):
    """The clock of reports, in the hands of the test: `now.ms += 1000`."""

    class Clock:
        ms = 1_800_000_000_000

    clock = Clock()
    for module in ("videos.watching", "videos.services.watches"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: clock.ms)
    return clock


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def report(client, *lines):
    assert client.post("/watch/", {"watched": list(lines)}).status_code == 204


def watched():
    return dict(Watch.objects.values_list("video_id", "watched_ms"))


def test_several_videos_are_reported_at_once(now, alice, bob):
    one, other = make_video(alice), make_video(alice)
    tokens = [watch_token(bob.pk, video.pk) for video in (one, other)]
    now.ms += 10_000
    report(client_of(bob), f"5000 {tokens[0]}", f"4000 {tokens[1]}")
    assert watched() == {one.pk: 5000, other.pk: 4000}


def test_all_together_take_no_longer_than_the_page_exists(now, alice, bob):
    made = [make_video(alice) for _ in range(3)]
    tokens = [watch_token(bob.pk, video.pk) for video in made]
    now.ms += 9000
    report(client_of(bob), *(f"8000 {token}" for token in tokens))
    assert watched() == {made[0].pk: 8000}


def test_sent_again_or_forged_it_gains_nothing(now, alice, bob):
    made = [make_video(alice) for _ in range(3)]
    tokens = [watch_token(bob.pk, video.pk) for video in made]
    now.ms += HOUR
    report(client_of(bob), f"6000 {tokens[0]}")
    for _ in range(5):
        report(client_of(bob), f"6000 {tokens[0]}", f"999999999 {tokens[1]}", f"8000 {tokens[2]}")
    assert watched() == {made[0].pk: 6000}
    now.ms += 5000
    report(client_of(bob), f"999999999 {tokens[1]}", f"999999999 {tokens[2]}")
    assert watched() == {made[0].pk: 6000, made[1].pk: 5000}


def test_what_was_just_shown_was_not_watched_yet(now, alice, bob):
    video = make_video(alice)
    report(client_of(bob), f"8000 {watch_token(bob.pk, video.pk)}")
    assert not Watch.objects.exists()


def test_a_report_counts_for_its_viewer_only(now, alice, bob, mallory):
    video = make_video(alice)
    token = watch_token(bob.pk, video.pk)
    now.ms += HOUR
    for client in (Client(), client_of(mallory)):
        report(client, f"5000 {token}")
    for line in ("5000 forged", "", "5000", f"-5 {token}", f"junk {token}", f"99999999999 {token}", f"٥٠٠٠ {token}"):
        report(client_of(bob), line)
    assert not Watch.objects.exists()
    report(client_of(bob), f"5000 {token}")
    assert watched() == {video.pk: 5000}


def test_what_is_out_of_sight_spoils_nothing(now, alice, bob):
    hidden, shown = make_video(alice, visibility="only_me"), make_video(alice)
    tokens = [watch_token(bob.pk, video.pk) for video in (hidden, shown)]
    now.ms += HOUR
    report(client_of(bob), *(f"5000 {token}" for token in tokens))
    assert watched() == {shown.pk: 5000}


def test_an_old_page_reports_no_more(monkeypatch, alice, bob):
    token = watch_token(bob.pk, make_video(alice).pk)
    monkeypatch.setattr(watching, "VALID_SECONDS", -1)
    assert not watching.reports(bob.pk, [f"5000 {token}"])


def test_a_flood_of_reports_is_not_read(now, alice, bob):
    client = client_of(bob)
    for _ in range(60):
        report(client)
    token = watch_token(bob.pk, make_video(alice).pk)
    now.ms += HOUR
    report(client, f"5000 {token}")
    assert not Watch.objects.exists()


def test_without_redis_nothing_watched_is_lost(now, settings, alice, bob):
    video, client = make_video(alice), client_of(bob)
    token = watch_token(bob.pk, video.pk)
    now.ms += 10_000
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    report(client, f"5000 {token}")
    assert watched() == {video.pk: 5000}


def test_reports_by_the_api_take_no_longer_than_the_time_between_them(now, alice, bob):
    made, client = [make_video(alice) for _ in range(3)], APIClient()
    client.force_authenticate(bob)
    for video in made:
        assert client.post(f"/api/v1/videos/{video.pk}/watch/", {"ms": 5000}).status_code == 204
        now.ms += 4000
    assert watched() == {made[0].pk: 5000, made[1].pk: 4000, made[2].pk: 4000}


def test_the_api_reads_no_more_reports_than_the_page(now, monkeypatch, alice, bob):
    monkeypatch.setattr(watching.WatchRate, "rate", "2/min")
    video, client = make_video(alice), APIClient()
    client.force_authenticate(bob)
    answers = [client.post(f"/api/v1/videos/{video.pk}/watch/", {"ms": 10}).status_code for _ in range(3)]
    assert answers == [204, 204, 429]
