"""Links to a video that were passed on are counted, once an hour for each who does it; who it was is not kept."""

import pytest
from django.db.models import Sum
from django.test import Client
from rest_framework.test import APIClient

from videos.models import VideoEvent
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


def shares():
    return VideoEvent.objects.aggregate(sum=Sum("shares"))["sum"] or 0


def share(client, video):
    return client.post(f"/@{video.creator.handle}/video/{video.pk}/share/").status_code


@pytest.fixture
def reader(client, bob):
    client.force_login(bob)
    return client


def test_within_the_hour_it_is_the_same_share(reader, alice):
    one, other = make_video(alice), make_video(alice)
    assert [share(reader, video) for video in (one, one, other)] == [204] * 3
    assert shares() == 2
    assert share(Client(), one) == 204  # visitors share too
    assert shares() == 3


def test_what_its_creator_passes_on_is_not_counted(client, alice):
    client.force_login(alice)
    assert share(client, make_video(alice)) == 204
    assert shares() == 0


def test_what_somebody_may_not_see_is_not_there(reader, alice):
    hidden = make_video(alice, visibility="only_me")
    assert share(reader, hidden) == 404
    assert reader.get(f"/@alice/video/{make_video(alice).pk}/share/").status_code == 405
    assert shares() == 0


def test_other_sites_cannot_count(alice):
    assert share(Client(enforce_csrf_checks=True), make_video(alice)) == 403
    assert shares() == 0


def test_apps_report_it_too(alice, bob):
    app = APIClient()
    app.force_authenticate(bob)
    address = f"/api/v1/videos/{make_video(alice).pk}/share/"
    assert [app.post(address).status_code for _ in range(2)] == [204, 204]
    assert shares() == 1
