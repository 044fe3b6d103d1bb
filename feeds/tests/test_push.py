"""Web push: a row in the transaction that tells, one accepted message per event and browser, and in it only what the
account may see when it is sent."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import change_password, suspend
from accounts.tests.factories import PASSWORD, make_account
from feeds import services, tasks
from feeds.models import Notification, Push, PushKey, PushSubscription, PushWalk
from feeds.services import pushing
from feeds.services.devices import DeviceRefused
from feeds.tests.crowds import make_followers
from feeds.tests.push_service import AUTH, PushService, encoded, is_signed_by_the_site, running
from feeds.webpush import is_push_service, public_key
from follows import services as follows
from socialvideo.lib.testing import in_threads
from videos import services as videos
from videos.models import Publication, Video
from videos.tests.factories import make_comment, make_failed_video, make_video

pytestmark = pytest.mark.django_db
State = Push.State
PUSH_TABLES = {"feeds_pushsubscription", "feeds_noticechoice"}


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with running() as service:
        settings.PUSH_SERVICES = [service.url, "fcm.googleapis.com"]
        yield service


@pytest.fixture
def small_pulls(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Two followers are too many for entries; so many browsers are looked at in one portion."""

    def set_up(size: int) -> None:
        settings.PULL_ONLY_ABOVE = 1
        monkeypatch.setattr(pushing, "WALKED_AT_ONCE", size)

    return set_up


def told(publication: Publication) -> None:
    services.run_fan_out(publication.pk)


def states() -> dict[str, str]:
    return dict(Push.objects.values_list("event_key", "state"))


def make_due() -> None:
    Push.objects.filter(state=State.WAITING).update(due_at=timezone.now() - timedelta(seconds=1))


# --- Which browsers hear ----------------------------------------------------------------------------------------


def test_who_is_alerted_has_one_message_per_browser_in_the_transaction_that_tells(
    service: PushService, mira: User, fan: User
) -> None:
    quiet, muting, off, without = (make_account(name) for name in ("quiet", "muting", "off", "without"))
    for account in (quiet, muting, off, without):
        follows.follow(follower=account, followee=mira)
    follows.set_bell(follower=quiet, followee=mira, notify="none")
    follows.mute(muter=muting, muted=mira)
    services.choose(account=off, choices={("new_videos", "push"): False})
    phone, laptop = (service.browser(name).subscribe(fan) for name in ("phone", "laptop"))
    for account in (quiet, muting, off):
        service.browser(account.handle).subscribe(account)
    publication = make_video(mira).publication
    told(publication)
    rows = set(Push.objects.values_list("subscription", "event_key"))
    assert rows == {(device.pk, f"video:{publication.pk}") for device in (phone, laptop)}
    told(publication)
    assert set(Push.objects.values_list("subscription", "event_key")) == rows


def test_every_path_that_notifies_pushes(service: PushService, mira: User, fan: User) -> None:
    service.browser().subscribe(mira)
    video = make_video(mira)
    make_comment(fan, video)
    videos.like(account=fan, video=video)  # nobody is pushed likes who has not asked for them
    make_failed_video(mira)
    while services.consume_outbox():
        pass
    Notification.objects.create(recipient_id=mira.pk, kind="followed", event_key="by hand", actor_id=fan.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO feeds_notification (recipient_id, kind, event_key, text) VALUES (%s, 'imported', 'sql', '')",
            [mira.pk],
        )
    kinds = Notification.objects.filter(recipient_id=mira.pk).exclude(kind="liked")
    assert set(states()) == {f"notice:{pk}" for pk in kinds.values_list("pk", flat=True)}
    assert {"processed", "commented", "failed", "followed", "imported"} <= set(kinds.values_list("kind", flat=True))


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_pull_only_publication_alerts_the_browsers_of_its_recipients(
    service: PushService, mira: User, fan: User, small_pulls: Callable[[int], None], size: int
) -> None:
    small_pulls(size)
    quiet, stranger = make_account("quiet"), make_account("stranger")
    follows.follow(follower=quiet, followee=mira)
    follows.set_bell(follower=quiet, followee=mira, notify="none")
    for account in (stranger, fan, quiet):
        service.browser(account.handle).subscribe(account)
    publication = make_video(mira).publication
    told(publication)
    assert PushWalk.objects.count() == 1
    while services.walk_subscribers():
        pass
    assert not PushWalk.objects.exists()
    assert list(Push.objects.values_list("subscription__account", "event_key")) == [(fan.pk, f"video:{publication.pk}")]
    services.send_pushes()
    assert [message["title"] for message in service.read()] == ["Mira posted a video"]


def test_a_chunk_costs_the_same_when_nobody_subscribes(mira: User) -> None:
    """One look at an empty table, none for each row of the chunk."""
    from feeds.sql.telling import TELL_CHUNK

    make_followers(mira, 300)
    publication = make_video(mira).publication
    place = {"publication": publication.pk, "creator": mira.pk, "cursor": 0, "size": 300}
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) " + TELL_CHUNK, place)
        (plan,) = cursor.fetchone()
    looked_at = [node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") in PUSH_TABLES]
    assert len(looked_at) >= 3
    assert sum(node["Actual Loops"] for node in looked_at) == 1


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


# --- Sending ----------------------------------------------------------------------------------------------------


def test_the_message_is_signed_encrypted_and_says_what_happened(service: PushService, mira: User, fan: User) -> None:
    service.browser().subscribe(fan)
    video = make_video(mira, caption="A walk by the sea")
    told(video.publication)
    assert services.send_pushes() == 1
    assert service.read() == [
        {
            "title": "Mira posted a video",
            "body": "A walk by the sea",
            "url": video.get_absolute_url(),
            "tag": f"video:{video.publication.pk}",
            "icon": "/static/icons/maskable-512.png",
        }
    ]
    (request,) = service.accepted
    assert b"Mira" not in request.body
    assert is_signed_by_the_site(request, public_key())
    assert re.fullmatch(r"[\w-]{1,32}", request.headers["topic"], re.ASCII)
    assert int(request.headers["ttl"]) > 0
    assert states() == {f"video:{video.publication.pk}": State.ACCEPTED}
    assert PushSubscription.objects.get().accepted_at
    assert services.send_pushes() == 0


@pytest.mark.parametrize(
    "why", ["seen", "unfollowed", "bell", "muted", "blocked", "removed", "private", "suspended", "off"]
)
def test_what_may_not_be_seen_any_more_is_not_sent(service: PushService, mira: User, fan: User, why: str) -> None:
    service.browser().subscribe(fan)
    video = make_video(mira)
    told(video.publication)
    {
        "seen": lambda: services.see(viewer_id=fan.pk, publication_ids=[video.publication.pk]),
        "unfollowed": lambda: follows.unfollow(follower=fan, followee=mira),
        "bell": lambda: follows.set_bell(follower=fan, followee=mira, notify="none"),
        "muted": lambda: follows.mute(muter=fan, muted=mira),
        "blocked": lambda: follows.block(blocker=mira, blocked=fan),
        "removed": lambda: videos.remove(by=mira, video=video),
        "private": lambda: Video.objects.filter(pk=video.pk).update(visibility="only_me"),
        "suspended": lambda: suspend(account=fan, by=make_account("mod", is_staff=True, is_superuser=True), reason="x"),
        "off": lambda: services.choose(account=fan, choices={("new_videos", "push"): False}),
    }[why]()
    services.send_pushes()
    assert service.asked == []
    assert set(states().values()) == {State.NEEDLESS}


def test_a_notice_that_was_read_or_whose_actor_is_blocked_is_not_sent(
    service: PushService, mira: User, fan: User
) -> None:
    service.browser().subscribe(mira)
    video = make_video(mira)
    read = make_comment(fan, video, "One")
    services.see(viewer_id=mira.pk, notification_ids=Notification.objects.values_list("pk", flat=True))
    other = make_account("other")
    make_comment(other, video, "Two")
    follows.block(blocker=mira, blocked=other)
    services.send_pushes()
    assert service.asked == []
    make_comment(fan, video, "Three")
    services.send_pushes()
    (message,) = service.read()
    assert message["title"] == "Fan commented on your video"
    assert read.pk


def test_who_follows_again_while_it_is_unseen_is_pushed_once(service: PushService, mira: User) -> None:
    """Pushes were told apart by the notice, and each follow makes one of its own."""
    service.browser().subscribe(mira)
    other = make_account("other")

    def follow_again() -> None:
        for act in (follows.unfollow, follows.follow):
            act(follower=other, followee=mira)
            services.consume_outbox()
        services.send_pushes()

    follow_again()
    follow_again()
    assert [message["title"] for message in service.read()] == ["other followed you"]
    assert sorted(states().values()) == [State.ACCEPTED, State.NEEDLESS]
    Push.objects.update(created_at=timezone.now() - pushing.NO_NEWS)
    follow_again()
    assert len(service.asked) == 2


def test_what_was_taken_back_before_it_was_pushed_is_pushed_when_it_is_done_again(
    service: PushService, mira: User
) -> None:
    service.browser().subscribe(mira)
    other = make_account("other")
    for act in (follows.follow, follows.unfollow):
        act(follower=other, followee=mira)
        services.consume_outbox()
    services.send_pushes()
    assert service.asked == []
    follows.follow(follower=other, followee=mira)
    services.consume_outbox()
    services.send_pushes()
    assert len(service.read()) == 1


def test_busy_then_accepted(service: PushService, mira: User, fan: User) -> None:
    service.browser().subscribe(fan)
    told(make_video(mira).publication)
    service.answers = [(429, {"Retry-After": "7200"}), (503, {})]
    services.send_pushes()
    push = Push.objects.get()
    assert (push.state, push.answer) == (State.WAITING, "429")
    assert timedelta(hours=1.9) < push.due_at - timezone.now() < timedelta(hours=2.5)
    assert services.send_pushes() == 0  # it is left alone as long as it asked to be
    make_due()
    services.send_pushes()
    push.refresh_from_db()
    assert timedelta(seconds=30) < push.due_at - timezone.now() < timedelta(minutes=2)
    make_due()
    services.send_pushes()
    assert len(service.asked) == 3
    assert len(service.read()) == 1
    assert set(states().values()) == {State.ACCEPTED}


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(service: PushService, mira: User, fan: User, status: int) -> None:
    service.browser().subscribe(fan)
    kept = service.browser("laptop").subscribe(fan)
    first, second = make_video(mira), make_video(mira)
    for video in (first, second):
        told(video.publication)
    Push.objects.filter(subscription=kept).delete()
    Push.objects.filter(event_key=f"video:{second.publication.pk}").update(due_at=timezone.now() + timedelta(hours=1))
    service.answers = [(status, {})]
    services.send_pushes()
    assert list(PushSubscription.objects.all()) == [kept]
    assert set(states().values()) == {State.DEAD}


@pytest.mark.parametrize("status", [302, 400, 401, 403, 413])
def test_what_is_refused_for_good_is_given_up(service: PushService, mira: User, fan: User, status: int) -> None:
    service.browser().subscribe(fan)
    told(make_video(mira).publication)
    service.answers = [(status, {"Location": f"{service.url}/elsewhere"})]
    services.send_pushes()
    assert len(service.asked) == 1
    assert set(states().values()) == {State.DEAD}
    assert PushSubscription.objects.exists()


def test_a_service_that_never_answers_is_given_up_after_about_a_day(
    service: PushService, mira: User, fan: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "http://127.0.0.1:9"
    settings.PUSH_SERVICES = [nobody]
    browser = service.browser()
    browser.endpoint = f"{nobody}/phone"
    browser.subscribe(fan)
    told(make_video(mira).publication)
    paused = timedelta()
    for _ in range(pushing.MOST_ATTEMPTS):
        services.send_pushes()
        push = Push.objects.get()
        paused += max(push.due_at - timezone.now(), timedelta()) if push.state == State.WAITING else timedelta()
        make_due()
    assert (push.state, push.answer) == (State.DEAD, "ConnectionError")
    assert timedelta(hours=12) < paused < timedelta(hours=30)
    assert services.send_pushes() == 0


def test_the_site_never_asks_where_it_may_not(service: PushService, mira: User, fan: User, settings: Any) -> None:
    """Neither does one ask that was allowed when it subscribed."""
    service.browser().subscribe(fan)
    told(make_video(mira).publication)
    settings.PUSH_SERVICES = ["fcm.googleapis.com"]
    services.send_pushes()
    assert service.asked == []
    assert set(states().values()) == {State.DEAD}


def test_one_unusable_message_keeps_no_other_back(service: PushService, mira: User, fan: User) -> None:
    broken = service.browser("broken").subscribe(fan)
    service.browser().subscribe(fan)
    PushSubscription.objects.filter(pk=broken.pk).update(p256dh="AAAA")
    told(make_video(mira).publication)
    services.send_pushes()
    assert len(service.read()) == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_send_each_message_once(service: PushService, mira: User) -> None:
    fans = [User.objects.get(pk=pk) for pk in make_followers(mira, 150)]
    for account in fans:
        service.browser(account.handle).subscribe(account)
    publication = make_video(mira).publication
    told(publication)
    service.seconds = 0.02
    in_threads(*[tasks.send_pushes] * 4)
    assert len(service.asked) == 150
    assert {request.path for request in service.accepted} == {f"/{account.handle}" for account in fans}
    assert set(Push.objects.values_list("state", flat=True)) == {State.ACCEPTED}


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle(service: PushService, mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had not settled is another one's when its lease runs out; nothing is lost, and what goes twice has the
    same tag."""
    for pk in make_followers(mira, 5):
        service.browser(f"browser{pk}").subscribe(User.objects.get(pk=pk))
    told(make_video(mira).publication)
    settle, settled = pushing.settle, []

    def settle_two(push: Push, *args: Any, **besides: Any) -> None:
        if len(settled) == 2:
            raise SystemExit  # between the service's answer and writing it down
        settled.append(push)
        settle(push, *args, **besides)

    monkeypatch.setattr(pushing, "settle", settle_two)
    with pytest.raises(SystemExit):
        services.send_pushes()
    monkeypatch.setattr(pushing, "settle", settle)
    assert services.send_pushes() == 0
    make_due()
    services.send_pushes()
    assert set(Push.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert {request.path for request in service.accepted} == set(service.browsers)
    for path in service.browsers:
        assert len({request.headers["topic"] for request in service.accepted if request.path == path}) == 1


def test_sweeps_start_as_many_workers_as_are_worth_it(service: PushService, mira: User, fan: User) -> None:
    service.browser().subscribe(fan)
    assert services.batches_due(at_most=4) == 0
    told(make_video(mira).publication)
    assert services.batches_due(at_most=4) == 1


def test_what_is_settled_is_forgotten_after_a_while(service: PushService, mira: User, fan: User) -> None:
    device = service.browser().subscribe(fan)
    Push.objects.bulk_create(
        [Push(subscription=device, event_key=f"notice:{i}", state=State.ACCEPTED, answer="") for i in range(3)]
        + [Push(subscription=device, event_key="notice:9")]
    )
    Push.objects.exclude(event_key="notice:0").update(created_at=timezone.now() - pushing.KEPT - timedelta(days=1))
    tasks.prune_pushes()
    assert set(states()) == {"notice:0", "notice:9"}


# --- Devices ----------------------------------------------------------------------------------------------------


def endpoints() -> list[tuple[str, bool]]:
    return [
        ("https://fcm.googleapis.com/fcm/send/abc", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", True),
        ("https://web.push.apple.com/abc", True),
        ("https://web.push.apple.com:443/abc", True),
        ("http://fcm.googleapis.com/abc", False),
        ("https://fcm.googleapis.com:8443/abc", False),
        ("https://fcm.googleapis.com", False),
        ("https://fcm.googleapis.com.evil.org/abc", False),
        ("https://evilfcm.googleapis.com/abc", False),
        ("https://user@fcm.googleapis.com/abc", False),
        ("https://fcm.googleapis.com@evil.org/abc", False),
        ("https://evil.org\\.fcm.googleapis.com/abc", False),
        ("https://evil.org#.fcm.googleapis.com/abc", False),
        ("https://127.0.0.1/abc", False),
        ("https://localhost/abc", False),
        ("https://[::1]/abc", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://fcm.googleapis.com/abc\r\nHost: evil.org", False),
        ("file:///etc/passwd", False),
        ("", False),
    ]


@pytest.mark.parametrize(("endpoint", "fine"), endpoints())
def test_only_push_services_are_asked(endpoint: str, fine: bool) -> None:
    assert is_push_service(endpoint) is fine


def test_a_hostile_endpoint_or_useless_keys_are_refused_in_words(
    service: PushService, client: Client, fan: User
) -> None:
    good = service.browser()
    client.force_login(fan)
    for changes in (
        {"endpoint": "https://169.254.169.254/latest/meta-data"},
        {"endpoint": "http://localhost:6379/"},
        {"p256dh": "AAAA"},
        {"p256dh": encoded(b"\x04" + b"\x01" * 64)},
        {"auth": "AAAA"},
        {"auth": "ä"},
    ):
        sent = {"endpoint": good.endpoint, **good.keys} | changes
        page = client.post("/settings/notifications/push/", sent, follow=True)
        assert "This browser" in page.content.decode()
        with pytest.raises(DeviceRefused):
            services.subscribe(account=fan, **sent)
    assert not PushSubscription.objects.exists()


def test_a_browser_belongs_to_the_account_that_subscribed_last(service: PushService, mira: User, fan: User) -> None:
    """What waits for the former one is not shown to the other."""
    browser = service.browser()
    browser.subscribe(fan)
    told(make_video(mira).publication)
    other = make_account("other")
    browser.subscribe(other)
    browser.subscribe(other)
    assert [device.account for device in PushSubscription.objects.select_related("account")] == [other]
    services.send_pushes()
    assert service.asked == []


def test_logging_out_ends_this_devices_subscription_alone(service: PushService, client: Client, fan: User) -> None:
    client.force_login(fan)
    phone = service.browser()
    client.post("/settings/notifications/push/", {"endpoint": phone.endpoint, **phone.keys})
    laptop = service.browser("laptop").subscribe(fan)
    assert PushSubscription.objects.count() == 2
    client.post("/accounts/logout/")
    assert list(PushSubscription.objects.all()) == [laptop]


def test_a_new_password_ends_the_other_devices(service: PushService, client: Client, fan: User) -> None:
    client.force_login(fan)
    phone = service.browser()
    client.post("/settings/notifications/push/", {"endpoint": phone.endpoint, **phone.keys})
    service.browser("laptop").subscribe(fan)
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another long one", "password2": "another long one"},
    )
    assert answer.status_code == 302
    assert [device.endpoint for device in PushSubscription.objects.all()] == [phone.endpoint]
    assert change_password


def test_devices_are_listed_tried_and_removed_by_their_owner(service: PushService, client: Client, fan: User) -> None:
    mine = service.browser().subscribe(fan, "Chrome on Android")
    client.force_login(make_account("mallory"))
    client.post(f"/settings/notifications/push/{mine.pk}/test/")
    client.post(f"/settings/notifications/push/{mine.pk}/remove/")
    assert "Chrome on Android" not in client.get("/settings/notifications/").content.decode()
    assert PushSubscription.objects.count() == 1
    assert not Push.objects.exists()
    client.force_login(fan)
    assert "Chrome on Android" in client.get("/settings/notifications/").content.decode()
    client.post(f"/settings/notifications/push/{mine.pk}/test/")
    services.send_pushes()
    assert service.read()[0]["body"] == "Push works on this device."
    client.post(f"/settings/notifications/push/{mine.pk}/remove/")
    client.post(f"/settings/notifications/push/{mine.pk}/remove/")
    assert not PushSubscription.objects.exists()


def test_a_browser_that_changed_its_address_says_so_by_the_former_one(
    service: PushService, client: Client, fan: User
) -> None:
    former, fresh = service.browser("former"), service.browser("fresh")
    former.subscribe(fan)
    sent = {"endpoint": fresh.endpoint, **fresh.keys}
    for guess in ("https://fcm.googleapis.com/guess", "", "\0"):
        assert client.post("/push/renew/", sent | {"former": guess}).status_code == 204
    assert PushSubscription.objects.get().endpoint == former.endpoint
    assert client.post("/push/renew/", sent | {"former": former.endpoint}).status_code == 204
    assert PushSubscription.objects.get().endpoint == fresh.endpoint
    hostile = sent | {"former": fresh.endpoint, "endpoint": "http://localhost/"}
    assert client.post("/push/renew/", hostile).status_code == 422
    assert PushSubscription.objects.get().endpoint == fresh.endpoint


def test_an_account_has_so_many_devices_and_no_more(
    service: PushService, fan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.services.devices.MOST_DEVICES", 2)
    devices = [service.browser(f"device{i}").subscribe(fan) for i in range(3)]
    assert set(PushSubscription.objects.all()) == set(devices[1:])


def test_subscribing_too_often_is_refused(service: PushService, client: Client, fan: User) -> None:
    client.force_login(fan)
    answers = [client.post("/settings/notifications/push/", {}).status_code for _ in range(25)]
    assert answers[0] == 302
    assert answers[-1] == 429


@pytest.mark.django_db(transaction=True)
def test_the_key_is_made_once_whoever_needs_it_first() -> None:
    assert len(set(in_threads(*[public_key] * 4))) == 1
    assert PushKey.objects.count() == 1


def test_the_operators_key_is_taken_where_there_is_one(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = encoded(b"\x01" * 32)
    assert len(public_key()) == 87
    assert not PushKey.objects.exists()


def test_the_api_subscribes_lists_tries_and_removes(service: PushService, fan: User) -> None:
    api = APIClient()
    api.force_authenticate(fan)
    browser = service.browser()
    asked = {"endpoint": browser.endpoint, "keys": browser.keys}
    assert api.post("/api/v1/push/", asked | {"endpoint": "https://localhost/"}).status_code == 409
    device = api.post("/api/v1/push/", asked).json()
    assert api.get("/api/v1/push/").json() == {"public_key": public_key(), "devices": [device]}
    assert api.post(f"/api/v1/push/{device['id']}/test/").status_code == 202
    services.send_pushes()
    assert len(service.read()) == 1
    mallory = APIClient()
    mallory.force_authenticate(make_account("mallory"))
    assert mallory.delete(f"/api/v1/push/{device['id']}/").status_code == 204
    assert PushSubscription.objects.count() == 1
    assert api.delete(f"/api/v1/push/{device['id']}/").status_code == 204
    assert not PushSubscription.objects.exists()
    assert len(AUTH) == 16
