"""The week in the studio by e-mail: asked for, once a week, with the studio's figures, and stopped by one tap."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.digest_mail import stop_token
from feeds.models import Digest, SummaryPlan
from feeds.services.summaries import week_of
from feeds.summary_mail import SALT
from follows import services as follows
from follows.models import TallyMark
from follows.tests.past import at, count
from videos import models as videos
from videos.models import Video
from videos.services import record_watch
from videos.tests import past
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
APIA = "Pacific/Apia"
PLAN = "/settings/notifications/summary/"


@pytest.fixture
def bob(bob: User) -> User:
    EmailAddress.objects.filter(user=bob).update(verified=True)
    services.plan_summary(account=bob, zone=APIA)
    return bob


def last_week(**later: int) -> datetime:
    """From its Monday, by the clock of Apia."""
    today = timezone.now().astimezone(ZoneInfo(APIA)).date()
    monday = today - timedelta(days=today.weekday() + 7)
    return datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo(APIA)).astimezone(UTC) + timedelta(**later)


def happen(bob: User) -> Video:
    for fan, moment in (("before", last_week(days=-1)), ("first", last_week(minutes=15)), ("last", last_week(days=6))):
        with at(moment):
            follows.follow(follower=make_account(fan), followee=bob)
    video = make_video(bob, caption="<Sea>")
    Video.objects.filter(pk=video.pk).update(published_at=last_week(days=-20))
    for fan, moment in (("before", last_week(days=-1)), ("first", last_week(days=3)), ("last", last_week(days=6))):
        with past.at(moment):
            record_watch(viewer=User.objects.get(handle=fan), video=video, ms=5000)
    count()
    past.count()
    for mark in (TallyMark.objects, videos.TallyMark.objects):
        mark.update(until=max(last_week(days=7), mark.get().until))
    return video


def make_and_send() -> None:
    SummaryPlan.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    while services.make_summary():
        pass
    while services.send_digest():
        pass


def test_a_week_is_told_once_in_the_language_and_zone_of_who_asked(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(language="de")
    video = happen(bob)
    make_and_send()
    make_and_send()
    [letter] = mail.outbox
    assert "deine Woche: 2 gewonnen, 0 verloren" in letter.subject
    assert "Gewonnen: 2 (die Woche davor: 1)" in letter.body
    assert "<Sea>" in letter.body
    html = letter.alternatives[0].content
    assert "&lt;Sea&gt;" in html
    assert video.get_absolute_url() in html
    assert Digest.objects.get().state == Digest.State.SENT
    plan = SummaryPlan.objects.get()
    monday = plan.next_at.astimezone(ZoneInfo(APIA))
    assert (monday.weekday(), monday.hour, plan.next_at > timezone.now()) == (0, 8, True)


def test_it_says_what_the_studio_says(bob: User) -> None:
    happen(bob)
    week = week_of(Digest(account=bob, summary_of=last_week(hours=12).astimezone(ZoneInfo(APIA)).date()))
    assert week is not None
    assert [period.gained for period in week.growth.periods] == [1, 0, 0, 0, 0, 0, 1]
    assert week.growth.periods[-1].followers == 3
    assert [(best.video.caption, best.views) for best in week.best] == [("<Sea>", 2)]


@pytest.mark.parametrize("late", [TallyMark, videos.TallyMark])
def test_it_waits_until_all_of_the_week_is_counted(bob: User, late: type[Model]) -> None:
    happen(bob)
    late._default_manager.update(until=last_week(days=6))
    SummaryPlan.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert services.make_summary()
    assert not services.make_summary()
    assert not Digest.objects.exists()


@pytest.mark.parametrize("why", ["nothing happened", "stopped", "address not confirmed", "away"])
def test_no_mail_without_a_reason_or_a_wish(bob: User, why: str) -> None:
    if why == "nothing happened":
        TallyMark.objects.create(id=1, until=timezone.now())
        videos.TallyMark.objects.create(id=1, until=timezone.now())
    else:
        happen(bob)
    if why == "address not confirmed":
        EmailAddress.objects.update(verified=False)
    if why == "away":
        User.objects.filter(pk=bob.pk).update(deactivated_at=timezone.now())
    SummaryPlan.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    services.make_summary()
    if why == "stopped":
        services.stop_summary(account_id=bob.pk)
    while services.send_digest():
        pass
    assert mail.outbox == []
    assert not Digest.objects.exclude(state=Digest.State.NEEDLESS).exists()


def test_the_link_in_the_mail_stops_it_and_nothing_else_does(bob: User) -> None:
    anybody = Client()
    assert anybody.get(f"/summary/stop/{stop_token(bob.pk)}/").status_code == 404  # that of a digest
    address = f"/summary/stop/{stop_token(bob.pk, salt=SALT)}/"
    assert "Stop the summaries" in anybody.get(address).content.decode()
    assert SummaryPlan.objects.exists()
    assert "no weekly summary any more" in anybody.post(address).content.decode()
    assert not SummaryPlan.objects.exists()


def test_it_is_asked_for_in_the_settings_and_keeps_the_zone(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.cookies["zone"] = "Asia/Kathmandu"
    assert "Send me my week" in client.get("/settings/notifications/").content.decode()
    client.post(PLAN, {"wanted": "on"})
    assert SummaryPlan.objects.get().timezone == "Asia/Kathmandu"
    client.post(PLAN, {})
    assert not SummaryPlan.objects.exists()


def test_by_api(alice: User) -> None:
    api = APIClient()
    address = "/api/v1/notifications/summary/"
    assert api.get(address).status_code == 401
    api.force_authenticate(alice)
    assert api.get(address).status_code == 404
    assert api.put(address, {"timezone": "Nowhere"}).status_code == 400
    assert api.put(address, {"timezone": "Europe/Berlin"}).json()["timezone"] == "Europe/Berlin"
    assert api.get(address).json()["address"] is None
    assert [api.delete(address).status_code for _ in range(2)] == [204, 204]
    assert not SummaryPlan.objects.exists()
