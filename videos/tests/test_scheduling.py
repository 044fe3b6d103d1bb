"""A video goes out at the hour its creator chose: not before, once, and as everybody is told beforehand."""

import html
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from follows import services as follows
from socialvideo.lib.audit import breaches
from socialvideo.lib.zones import zone_named
from videos import services, tasks
from videos.audit import CHECKS
from videos.forms import VideoForm
from videos.models import Publication, Video
from videos.signals import publishing_ahead, video_published
from videos.tests.factories import finish, in_an_hour, let_its_hour_come, make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db


def signed_in(account, zone=None):
    client = Client()
    client.force_login(account)
    if zone:
        client.cookies["zone"] = zone
    return client


def words_of(response):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", response.content.decode())))


# --- Going out -------------------------------------------------------------------------------------------------


def test_a_scheduled_video_waits_finished_and_is_published_by_the_sweep(alice, bob):
    follows.follow(follower=bob, followee=alice)
    video = make_video(alice, publish_at=in_an_hour())
    tasks.sweep_processing()
    video.refresh_from_db()
    assert (video.state, Publication.objects.count()) == (Video.State.READY, 0)
    assert not Video.objects.visible_to(bob.pk).exists()
    let_its_hour_come(video)
    tasks.sweep_processing()
    tasks.sweep_processing()
    video.refresh_from_db()
    assert video.state == Video.State.PUBLISHED
    assert video.publication.followers_at_publish == 1


def test_the_hour_is_asked_of_the_database(alice, monkeypatch):
    """A worker whose clock is a day ahead publishes nothing early."""
    video = make_video(alice, publish_at=in_an_hour())
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    services.sweep()
    assert services.publish(video=video) is None


def test_what_is_still_processed_when_its_hour_comes_goes_out_when_it_is_ready(alice):
    video = upload(alice, publish_at=in_an_hour())
    let_its_hour_come(video)
    services.sweep()
    assert not Publication.objects.exists()
    assert finish(video).state == Video.State.PUBLISHED


def test_a_failed_one_that_is_tried_again_keeps_its_hour(alice):
    video = make_failed_video(alice, publish_at=in_an_hour())
    services.retry(creator=alice, video=video)
    assert finish(video).state == Video.State.READY
    let_its_hour_come(video)
    services.sweep()
    assert Publication.objects.filter(video=video).exists()


def test_feeds_are_in_the_order_of_going_out(alice):
    """Loops: a feed ordered by upload is born wrong. Even when one sweep finds them all due."""
    last, first = (make_video(alice, publish_at=in_an_hour()) for _ in range(2))
    immediate = make_video(alice)
    Video.objects.filter(pk=first.pk).update(publish_at=Now() - timedelta(minutes=2))
    Video.objects.filter(pk=last.pk).update(publish_at=Now() - timedelta(minutes=1))
    services.sweep()
    order = list(Publication.objects.order_by("pk").values_list("video", flat=True))
    assert order == [immediate.pk, first.pk, last.pk]


def test_a_hint_hurries_what_goes_out_before_the_next_sweep(alice, monkeypatch):
    soon, later = make_video(alice, publish_at=in_an_hour()), make_video(alice, publish_at=in_an_hour())
    at = timezone.now() + timedelta(seconds=5)
    Video.objects.filter(pk=soon.pk).update(publish_at=at)
    sent = []
    monkeypatch.setattr(tasks.publish_waiting, "apply_async", lambda **options: sent.append(options["eta"]))
    services.sweep()
    assert sent == [at]
    let_its_hour_come(soon)
    tasks.publish_waiting()
    assert list(Publication.objects.values_list("video", flat=True)) == [soon.pk]
    assert later.pk != soon.pk


def test_a_lost_hint_costs_nothing(alice):
    video = make_video(alice, publish_at=in_an_hour())
    heard = publishing_ahead.receivers
    publishing_ahead.receivers = []
    try:
        let_its_hour_come(video)
        services.sweep()
    finally:
        publishing_ahead.receivers = heard
    assert Publication.objects.filter(video=video).exists()


def test_one_that_cannot_go_out_holds_up_no_other(alice, caplog):
    first, second = (make_video(alice, publish_at=in_an_hour()) for _ in range(2))

    def fail(publication_id, **_):
        if Publication.objects.get(pk=publication_id).video_id == first.pk:
            raise RuntimeError("a listener is broken")

    let_its_hour_come(first)
    let_its_hour_come(second)
    video_published.connect(fail)
    try:
        assert videos_audited() == []
        services.sweep()
        assert list(Publication.objects.values_list("video", flat=True)) == [second.pk]
        assert "could not be published" in caplog.text
        Video.objects.filter(pk=first.pk).update(publish_at=Now() - timedelta(minutes=6))
        assert videos_audited() == ["no finished video waits past the hour it was to go out"]
    finally:
        video_published.disconnect(fail)
    services.sweep()
    assert Publication.objects.filter(video=first).exists()
    assert videos_audited() == []


def test_those_that_never_go_out_starve_no_other(alice):
    stuck = [make_video(alice, publish_at=in_an_hour()) for _ in range(3)]
    others = [make_video(alice, publish_at=in_an_hour()) for _ in range(3)]
    for video in (*stuck, *others):
        let_its_hour_come(video)

    def fail(publication_id, **_):
        if Publication.objects.get(pk=publication_id).video in stuck:
            raise RuntimeError("a listener is broken")

    video_published.connect(fail)
    try:
        assert services.publish_due(at_most=2) == 2
    finally:
        video_published.disconnect(fail)
    assert set(Publication.objects.values_list("video", flat=True)) == {video.pk for video in others[:2]}


def videos_audited():
    return [check.name for check in CHECKS if breaches(check)]


# --- Choosing, changing, cancelling ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "words"), [(-1, "has passed"), (0, "has passed"), (24 * 366 + 1, "more than a year ahead")]
)
def test_hours_that_nobody_means_are_refused_in_words(alice, hours, words):
    at = timezone.now() + timedelta(hours=hours)
    with pytest.raises(services.Refused, match=words):
        upload(alice, publish_at=at)
    assert not Video.objects.exists()
    video = upload(alice, caption="Before", publish_at=in_an_hour())
    with pytest.raises(services.Refused, match=words):
        services.edit(creator=alice, video=video, caption="After", publish_at=at)
    video.refresh_from_db()
    assert (video.caption, video.publish_at > timezone.now()) == ("Before", True)


def test_changed_and_cancelled_before_it_happens(alice):
    video = make_video(alice, publish_at=in_an_hour())
    later = in_an_hour() + timedelta(days=3)
    assert services.edit(creator=alice, video=video, publish_at=later).publish_at == later
    services.sweep()
    assert services.edit(creator=alice, video=video, caption="Only words").publish_at == later
    assert services.edit(creator=alice, video=video, publish_at=None).state == Video.State.PUBLISHED
    with pytest.raises(services.Refused, match="gone out already"):
        services.edit(creator=alice, video=video, publish_at=later)


def test_an_hour_that_has_passed_may_stand_in_an_edit_that_does_not_change_it(alice):
    video = upload(alice, publish_at=in_an_hour())
    let_its_hour_come(video)
    video.refresh_from_db()
    services.edit(creator=alice, video=video, caption="New words", publish_at=video.publish_at)
    form = VideoForm(
        {
            "caption": "Newer",
            "visibility": "everyone",
            "when": "at_a_time",
            "zone": "UTC",
            "publish_at": video.publish_at.isoformat(),
        },
        video=video,
    )
    assert form.is_valid(), form.errors


# --- Pages -----------------------------------------------------------------------------------------------------


def sent(client, **fields):
    given = {
        "file": SimpleUploadedFile("x.mp4", b"a file"),
        "upload_key": "one",
        "caption": "Soon",
        "visibility": "everyone",
    }
    return client.post("/upload/", given | fields)


@pytest.mark.parametrize(("zone", "hour"), [("UTC", 18), ("Europe/Berlin", 16), ("America/New_York", 22), ("", 18)])
def test_the_hour_is_entered_in_the_zone_that_the_form_names(alice, zone, hour):
    day = (timezone.now() + timedelta(days=200)).replace(month=7, day=1)
    if day < timezone.now() or day > timezone.now() + timedelta(days=365):
        day = day.replace(year=timezone.now().year + (timezone.now().month >= 7))
    assert sent(signed_in(alice), when="at_a_time", publish_at=f"{day:%Y-%m-%d}T18:00", zone=zone).status_code == 302
    assert Video.objects.get().publish_at == datetime(day.year, 7, 1, hour, tzinfo=UTC)


def test_the_form_names_the_zone_of_the_browser(alice):
    page = signed_in(alice, "Europe/Berlin").get("/upload/").content.decode()
    assert "In your time zone, Europe/Berlin." in page
    assert 'name="zone" value="Europe/Berlin"' in page
    assert "In your time zone, UTC." in signed_in(alice).get("/upload/").content.decode()


@pytest.mark.parametrize("name", ["", "Europe", "../../etc/passwd", "Nowhere/Atall", "\x00", "<b>", "x" * 5000])
def test_a_zone_that_is_none_is_utc(alice, name):
    assert zone_named(name) is None
    client = signed_in(alice)
    client.cookies["zone"] = name.replace("\x00", "")
    assert "In your time zone, UTC." in client.get("/upload/").content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"when": "at_a_time", "publish_at": ""}, "Choose a day and a time."),
        ({"when": "at_a_time", "publish_at": "2020-01-01T10:00"}, "This time has passed. Choose a later one."),
        ({"when": "at_a_time", "publish_at": "9999-01-01T10:00"}, "more than a year ahead"),
        ({"when": "at_a_time", "publish_at": "tomorrow"}, "Write it like 2026-05-03 18:00."),
        ({"when": "never"}, "Select a valid choice"),
    ],
)
def test_the_form_refuses_in_words_beside_the_field(alice, fields, words):
    answer = sent(signed_in(alice), zone="Europe/Berlin", **fields)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert "In your time zone, Europe/Berlin." in words_of(answer)
    assert not Video.objects.exists()


def test_as_soon_as_ready_stands_over_an_hour_that_is_still_in_the_field(alice):
    assert sent(signed_in(alice), when="at_once", publish_at="2020-01-01T10:00").status_code == 302
    assert Video.objects.get().publish_at is None


def test_editing_shows_changes_and_cancels_the_hour(alice):
    video = upload(alice, caption="Soon", publish_at=in_an_hour())
    client, url = signed_in(alice, "Europe/Berlin"), f"{video.get_absolute_url()}edit/"
    page = client.get(url).content.decode()
    local = video.publish_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert f'value="{local:%Y-%m-%dT%H:%M:%S}"' in page
    assert re.search(r'value="at_a_time"[^>]*checked', page)

    given = {"caption": "Soon", "visibility": "everyone", "zone": "Europe/Berlin", "when": "at_a_time"}
    client.post(url, given | {"publish_at": f"{local + timedelta(days=1):%Y-%m-%dT%H:%M}"})
    video.refresh_from_db()
    assert video.publish_at == local.replace(second=0) + timedelta(days=1)

    client.post(url, {"caption": "Other words", "visibility": "everyone"})
    video.refresh_from_db()
    assert video.publish_at is not None, "a form without the choice changed it"
    client.post(url, given | {"when": "at_once"})
    video.refresh_from_db()
    assert video.publish_at is None


def test_a_form_that_was_open_while_the_video_went_out_saves_the_words_and_says_so(alice):
    video = make_video(alice, publish_at=in_an_hour())
    let_its_hour_come(video)
    services.sweep()
    given = {"caption": "New", "visibility": "everyone", "when": "at_a_time", "publish_at": "2020-01-01T10:00"}
    answer = signed_in(alice).post(f"{video.get_absolute_url()}edit/", given, follow=True)
    assert "it had gone out already" in words_of(answer)
    video.refresh_from_db()
    assert video.caption == "New"
    assert "When it goes out" not in words_of(signed_in(alice).get(f"{video.get_absolute_url()}edit/"))


@pytest.mark.parametrize("make", [upload, make_video])
def test_every_page_of_its_creator_says_when_it_goes_out(client, alice, make):
    video = make(alice, caption="Soon", publish_at=datetime(timezone.now().year + 1, 1, 1, 12, 5, tzinfo=UTC))
    said = f"oes out on 1 January {timezone.now().year + 1}, 13:05 CET"
    mine = signed_in(alice, "Europe/Berlin")
    for url in ("/studio/", "/@alice/", video.get_absolute_url(), f"{video.get_absolute_url()}status/"):
        assert said in words_of(mine.get(url)), url
    assert client.get(video.get_absolute_url()).status_code == 404
    assert "Soon" not in client.get("/@alice/").content.decode()


def test_for_its_creator_only_it_has_no_hour(alice):
    video = make_video(alice, visibility="only_me", publish_at=in_an_hour())
    assert "Goes out" not in words_of(signed_in(alice).get("/@alice/"))
    assert "Only you can see this video. Open it" in words_of(signed_in(alice).get(video.get_absolute_url()))


# --- API -------------------------------------------------------------------------------------------------------


def api(account):
    client = APIClient()
    client.force_authenticate(account)
    return client


def test_the_api_takes_shows_and_changes_the_hour(alice, bob):
    client, at = api(alice), in_an_hour()
    given = {"file": SimpleUploadedFile("x.mp4", b"a file"), "publish_at": at.isoformat()}
    answer = client.post("/api/v1/videos/", given, format="multipart", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    said = f"{at:%Y-%m-%dT%H:%M:%S}Z"
    assert answer.json()["publish_at"] == said
    video = finish(Video.objects.get())
    url = f"/api/v1/videos/{video.pk}/"
    assert client.get(url).json()["publish_at"] == said
    assert api(bob).get(url).status_code == 404
    later = at + timedelta(hours=3)
    changed = client.patch(url, {"publish_at": later.astimezone(ZoneInfo("Asia/Tokyo")).isoformat()})
    assert changed.json()["publish_at"] == f"{later:%Y-%m-%dT%H:%M:%S}Z"
    assert client.patch(url, {"caption": "Words"}).json()["publish_at"] == f"{later:%Y-%m-%dT%H:%M:%S}Z"
    for wrong, code in ((timezone.now() - timedelta(hours=1), "too_early"), (at + timedelta(days=400), "too_late")):
        refused = client.patch(url, {"publish_at": wrong.isoformat()})
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert client.patch(url, {"publish_at": "soon"}).status_code == 400
    published = client.patch(url, {"publish_at": None}).json()
    assert (published["state"], published["publish_at"]) == ("published", None)
