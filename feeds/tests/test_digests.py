"""The e-mail digest: no event in two of them, each handed over at most once, to a confirmed address, with what may be
seen then, and stopped by one tap."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import deactivate
from accounts.tests.factories import make_account
from feeds import services, tasks
from feeds.digest_mail import stop_token
from feeds.models import Digest, DigestLine, DigestPlan, Notification
from feeds.services import digests, mailing
from feeds.services.mornings import next_morning
from feeds.tests.mail_server import Handler, running
from follows import services as follows
from socialvideo.lib.testing import in_threads
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
State = Digest.State


@pytest.fixture
def fan(fan: User) -> User:
    EmailAddress.objects.filter(user=fan).update(verified=True)
    services.plan_digest(account=fan, every="day", zone="Europe/Berlin")
    return fan


@pytest.fixture
def server(settings: Any) -> Iterator[Handler]:
    with running(settings) as handler:
        yield handler


def publish(creator: User, caption: str = "") -> Video:
    video = make_video(creator, caption=caption)
    services.run_fan_out(video.publication.pk)
    return video


def make_due() -> None:
    DigestPlan.objects.update(next_at=timezone.now() - timedelta(seconds=1))


def build() -> None:
    make_due()
    while services.make_digest():
        pass


def send() -> None:
    services.digests_due(at_most=1)
    while services.send_digest():
        pass


def send_again() -> None:
    """When the pause, or a dead worker's lease, is over."""
    Digest.objects.filter(state=State.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))
    send()


def state() -> str:
    return Digest.objects.get().state


# --- What is in it ----------------------------------------------------------------------------------------------


def test_what_was_not_seen_comes_as_one_mail_and_never_again(server: Handler, mira: User, fan: User) -> None:
    other = make_account("zoe", name="Zoe")
    for caption in ("One", "Two", "Three", "Four"):
        publish(mira, caption)
    own = make_video(fan, caption="Mine")
    for account in (mira, other):
        videos.like(account=account, video=own)
    services.see(
        viewer_id=fan.pk, notification_ids=Notification.objects.filter(kind="processed").values_list("pk", flat=True)
    )
    build()
    send()
    (letter,) = server.taken
    assert server.recipients == ["fan@example.org"]
    assert letter["Subject"] == "Socialvideo: 4 new videos and 2 notifications"
    for part in ("plain", "html"):
        text = letter.get_body((part,)).get_content()
        assert "4 new videos" in text
        assert "Four" in text
        assert "and 1 more" in text
        assert "Zoe and 1 other liked your video" in text
        assert f"http://localhost:8000/@fan/video/{own.pk}/" in text
    assert Digest.objects.get().handed_at
    assert state() == State.SENT
    build()
    assert Digest.objects.count() == 1
    publish(mira, "Five")
    build()
    send()
    assert [letter["Subject"] for letter in server.taken[1:]] == ["Socialvideo: 1 new video"]
    assert len({letter["Message-ID"] for letter in server.taken}) == 2


def test_the_same_act_done_again_is_in_one_digest(server: Handler, mira: User, fan: User) -> None:
    """Unless it was taken back before that one was sent."""
    other = make_account("zoe", name="Zoe")
    follow = lambda: (follows.follow(follower=other, followee=fan), services.consume_outbox())  # noqa: E731
    unfollow = lambda: (follows.unfollow(follower=other, followee=fan), services.consume_outbox())  # noqa: E731
    follow()
    build()
    unfollow()
    send()
    assert (server.taken, DigestLine.objects.count()) == ([], 0)
    for _ in range(2):
        follow()
        build()
        send()
        unfollow()
    assert len(server.taken) == 1


def test_nothing_new_is_no_mail(server: Handler, mira: User, fan: User) -> None:
    build()
    assert not Digest.objects.exists()
    assert DigestPlan.objects.get().next_at > timezone.now()
    video = publish(mira)
    services.see(viewer_id=fan.pk, publication_ids=[video.publication.pk])
    build()
    send()
    assert server.taken == []


def test_what_is_older_than_two_periods_is_old(mira: User, fan: User) -> None:
    video = publish(mira)
    long_ago = timezone.now() - timedelta(days=3)
    Video.objects.filter(pk=video.pk).update(published_at=long_ago)
    Publication.objects.filter(video=video).update(published_at=long_ago)
    build()
    assert not Digest.objects.exists()


@pytest.mark.parametrize("why", ["bell", "muted", "topic"])
def test_what_is_not_wanted_is_never_in_one(mira: User, fan: User, why: str) -> None:
    {
        "bell": lambda: follows.set_bell(follower=fan, followee=mira, notify="none"),
        "muted": lambda: follows.mute(muter=fan, muted=mira),
        "topic": lambda: services.choose(account=fan, choices={("new_videos", "mail"): False}),
    }[why]()
    publish(mira)
    build()
    assert not Digest.objects.exists()


@pytest.mark.parametrize(
    "why", ["seen", "removed", "blocked", "unfollowed", "bell", "topic", "stopped", "unconfirmed", "deactivated"]
)
def test_it_is_made_of_what_may_be_seen_when_it_is_sent(server: Handler, mira: User, fan: User, why: str) -> None:
    video = publish(mira)
    build()
    {
        "seen": lambda: services.see(viewer_id=fan.pk, publication_ids=[video.publication.pk]),
        "removed": lambda: videos.remove(by=mira, video=video),
        "blocked": lambda: follows.block(blocker=mira, blocked=fan),
        "unfollowed": lambda: follows.unfollow(follower=fan, followee=mira),
        "bell": lambda: follows.set_bell(follower=fan, followee=mira, notify="none"),
        "topic": lambda: services.choose(account=fan, choices={("new_videos", "mail"): False}),
        "stopped": lambda: services.stop_digest(account_id=fan.pk),
        "unconfirmed": lambda: EmailAddress.objects.filter(user=fan).update(verified=False),
        "deactivated": lambda: deactivate(account=fan),
    }[why]()
    send()
    assert server.taken == []
    assert state() == State.NEEDLESS


def test_only_a_confirmed_address_of_a_present_account_is_written_to(mira: User, fan: User) -> None:
    publish(mira)
    EmailAddress.objects.filter(user=fan).update(verified=False)
    build()
    EmailAddress.objects.filter(user=fan).update(verified=True)
    deactivate(account=fan)
    build()
    assert not Digest.objects.exists()


def test_names_cannot_break_out_of_the_mail(server: Handler, mira: User, fan: User) -> None:
    User.objects.filter(pk=mira.pk).update(name="<b>Mira</b>\u202e & Söhne")
    publish(mira, "<script>alert(1)</script>")
    build()
    send()
    html = server.taken[0].get_body(("html",)).get_content()
    assert "<b>Mira" not in html
    assert "<script>" not in html
    assert "<b>Mira</b>" in server.taken[0].get_body(("plain",)).get_content()


# --- Once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_several_workers_make_and_send_it_once(mira: User) -> None:
    fans = [make_account(f"fan{i}") for i in range(6)]
    EmailAddress.objects.update(verified=True)
    for account in fans:
        follows.follow(follower=account, followee=mira)
        services.plan_digest(account=account, every="day", zone="UTC")
    publish(mira)
    make_due()
    in_threads(*[tasks.sweep_digests] * 4)
    assert Digest.objects.count() == DigestLine.objects.count() == 6
    in_threads(*[tasks.send_digests] * 4)
    assert sorted(letter.to[0] for letter in mail.outbox) == [f"fan{i}@example.org" for i in range(6)]
    assert set(Digest.objects.values_list("state", flat=True)) == {State.SENT}


def test_killed_while_it_is_made(mira: User, fan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is claimed, and the plan is still due."""
    publish(mira)
    make_due()
    monkeypatch.setattr(DigestLine.objects, "bulk_create", _die)
    with pytest.raises(SystemExit):
        services.make_digest()
    assert not Digest.objects.exists()
    monkeypatch.undo()
    assert services.make_digest()
    assert DigestLine.objects.count() == 1


def test_killed_between_claim_and_hand_over(
    server: Handler, mira: User, fan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(mira)
    build()
    monkeypatch.setattr(mailing, "_hand_over", _die)
    with pytest.raises(SystemExit):
        services.send_digest()
    monkeypatch.undo()
    send()
    assert (server.taken, state()) == ([], State.WAITING)  # its lease still runs
    send_again()
    assert (len(server.taken), state()) == (1, State.SENT)


def test_killed_between_hand_over_and_writing_it_down(
    server: Handler, mira: User, fan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(mira)
    build()
    monkeypatch.setattr(mailing, "settle", _die)
    with pytest.raises(SystemExit):
        services.send_digest()
    monkeypatch.undo()
    for _ in range(2):
        send_again()
    build()
    send()
    assert (len(server.taken), state()) == (1, State.UNKNOWN)


def _die(*args: Any, **kwargs: Any) -> None:
    raise SystemExit


def test_a_server_that_hangs_up_after_taking_it_is_not_asked_again(server: Handler, mira: User, fan: User) -> None:
    publish(mira)
    build()
    server.hangs_up = True
    send()
    send_again()
    assert (len(server.taken), state()) == (1, State.UNKNOWN)


@pytest.mark.parametrize("which", ["to_recipient", "to_data"])
def test_refused_for_now_then_taken(server: Handler, mira: User, fan: User, which: str) -> None:
    publish(mira)
    build()
    setattr(server, which, "451 Try again later")
    send()
    digest = Digest.objects.get()
    assert (digest.state, digest.handed_at) == (State.WAITING, None)
    assert timedelta(minutes=4) < digest.due_at - timezone.now() < timedelta(minutes=6)
    setattr(server, which, "")
    send_again()
    assert (len(server.taken), state()) == (1, State.SENT)


@pytest.mark.parametrize("which", ["to_recipient", "to_data"])
def test_refused_for_good_is_given_up(server: Handler, mira: User, fan: User, which: str) -> None:
    publish(mira)
    build()
    setattr(server, which, "550 No such mailbox here")
    send()
    assert state() == State.DEAD
    assert "example.org" not in Digest.objects.get().answer
    build()
    assert Digest.objects.count() == 1


def test_without_a_mail_server_it_is_tried_for_about_a_day(mira: User, fan: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    publish(mira)
    build()
    paused = timedelta()
    for _ in range(digests.MOST_ATTEMPTS):
        send_again()
        digest = Digest.objects.get()
        paused += digest.due_at - timezone.now() if digest.state == State.WAITING else timedelta()
    assert (digest.state, digest.answer) == (State.DEAD, "ConnectionRefusedError")
    assert timedelta(hours=18) < paused < timedelta(hours=30)


class BrokenOnce(EmailBackend):
    """As the site's backend when its server is gone for a moment."""

    def open(self) -> bool:
        raise OSError("the network is away")


def test_other_backends_fail_the_same_way(mira: User, fan: User, settings: Any) -> None:
    publish(mira)
    build()
    settings.EMAIL_BACKEND = f"{__name__}.BrokenOnce"
    send()
    assert (state(), Digest.objects.get().answer) == (State.WAITING, "OSError")


def test_what_goes_wrong_with_one_account_keeps_no_other_back(
    mira: User, fan: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_account("other")
    EmailAddress.objects.update(verified=True)
    follows.follow(follower=other, followee=mira)
    services.plan_digest(account=other, every="week", zone="UTC")
    publish(mira)
    claim = digests._claim_events

    def break_for_fan(account: User, since: datetime) -> None:
        if account == fan:
            raise ValueError("odd")
        claim(account, since)

    monkeypatch.setattr(digests, "_claim_events", break_for_fan)
    build()
    assert [digest.account for digest in Digest.objects.all()] == [other]
    assert "was not made" in caplog.text
    assert DigestPlan.objects.get(account=fan).next_at < timezone.now() + timedelta(hours=2)


def test_the_same_digest_is_the_same_message(mira: User, fan: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at another time: what is signed in it names none."""
    publish(mira)
    build()
    digest = Digest.objects.get()
    first = digests._letter(digest)
    monkeypatch.setattr("django.core.signing.time", SimpleNamespace(time=lambda: 0))
    second = digests._letter(digest)
    assert first.message()["Message-ID"] == second.message()["Message-ID"]
    assert first.body == second.body


def test_old_ones_are_forgotten(mira: User, fan: User) -> None:
    publish(mira)
    build()
    send()
    tasks.prune_digests()
    assert Digest.objects.exists()
    Digest.objects.update(created_at=timezone.now() - mailing.KEPT - timedelta(days=1))
    tasks.prune_digests()
    assert not Digest.objects.exists()
    assert not DigestLine.objects.exists()


# --- When -------------------------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("every", "zone", "now", "then"),
    [
        ("day", "UTC", "2026-11-22T07:59Z", "2026-11-22T08:00Z"),
        ("day", "UTC", "2026-11-22T08:00Z", "2026-11-23T08:00Z"),
        ("week", "UTC", "2026-11-22T07:00Z", "2026-11-23T08:00Z"),
        ("week", "UTC", "2026-11-23T08:00Z", "2026-11-30T08:00Z"),
        ("day", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T06:00Z"),  # the clock goes forward in that night
        ("day", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T07:00Z"),  # and back
        ("week", "Europe/Berlin", "2026-10-19T12:00Z", "2026-10-26T07:00Z"),
        ("day", "Pacific/Auckland", "2026-11-22T18:59Z", "2026-11-22T19:00Z"),
        ("week", "America/Los_Angeles", "2026-11-23T15:00Z", "2026-11-23T16:00Z"),
        ("day", "Asia/Kathmandu", "2026-11-22T00:00Z", "2026-11-22T02:15Z"),
    ],
)
def test_it_comes_at_eight_by_the_clock_on_the_wall(every: str, zone: str, now: str, then: str) -> None:
    assert next_morning(every, zone, datetime.fromisoformat(now)) == datetime.fromisoformat(then)


def test_a_plan_moves_on_even_after_an_outage(fan: User) -> None:
    DigestPlan.objects.update(next_at=timezone.now() - timedelta(days=10))
    assert services.make_digest()
    next_at = DigestPlan.objects.get().next_at
    assert timezone.now() < next_at < timezone.now() + timedelta(days=2)
    assert next_at.astimezone(BERLIN).hour == 8
    assert not services.make_digest()


# --- The settings, the link in each mail, the API ---------------------------------------------------------------


def test_how_often_is_chosen_by_the_clock_of_the_device(client: Client, mira: User) -> None:
    client.force_login(mira)
    client.cookies["zone"] = "America/New_York"
    page = client.get("/settings/notifications/").content.decode()
    assert "confirmed addresses only" in page
    client.post("/settings/notifications/digest/", {"every": "week"})
    plan = DigestPlan.objects.get(account=mira)
    assert (plan.every, plan.timezone) == ("week", "America/New_York")
    client.post("/settings/notifications/digest/", {"every": ""})
    assert not DigestPlan.objects.exists()


def test_the_link_in_the_mail_stops_them_without_logging_in(server: Handler, mira: User, fan: User) -> None:
    publish(mira)
    build()
    send()
    letter = server.taken[0]
    link = letter["List-Unsubscribe"].strip(" <>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.get_body(("plain",)).get_content()
    path = link.removeprefix("http://localhost:8000")
    stranger = Client(enforce_csrf_checks=True)
    assert "No more digests" in stranger.get(path).content.decode()
    stranger.head(path)
    assert DigestPlan.objects.exists()  # looking changes nothing
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not DigestPlan.objects.exists()
    assert "no digests any more" in stranger.post(path).content.decode()


def test_a_made_up_link_stops_nothing(client: Client, fan: User) -> None:
    good = stop_token(fan.pk)
    for token in (good[:-1], good + "x", "1", f"{fan.pk}:abc"):
        assert client.post(f"/digest/stop/{token}/").status_code == 404
    assert DigestPlan.objects.exists()


def test_the_api_plans_and_stops(fan: User, mira: User) -> None:
    api = APIClient()
    api.force_authenticate(mira)
    assert api.get("/api/v1/notifications/digest/").status_code == 404
    assert api.put("/api/v1/notifications/digest/", {"every": "day", "timezone": "Mars/Olympus"}).status_code == 400
    asked = {"every": "week", "timezone": "Asia/Tokyo"}
    answer = api.put("/api/v1/notifications/digest/", asked).json()
    assert answer.items() > asked.items()
    assert datetime.fromisoformat(answer["next_at"]).astimezone(UTC).hour == 23
    assert answer["address"] is None
    assert api.get("/api/v1/notifications/digest/").json() == answer
    assert api.delete("/api/v1/notifications/digest/").status_code == 204
    assert not DigestPlan.objects.filter(account=mira).exists()
