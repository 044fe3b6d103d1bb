"""The desk's page of the machine's state: every part, also while it is empty or cannot be read; who may see it; and its two
acts, each of which is asked about first."""

import re
from datetime import timedelta
from html import unescape
from time import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_redis import get_redis_connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import auditing, machine, pulses, services
from feeds.models import AuditRun
from feeds.services import pulses as noting
from feeds.tests.crowds import make_followers
from socialvideo.lib import live, queues
from socialvideo.lib.signals import backed_up
from tests.waiting import until
from videos import parts
from videos.models import Publication, Video
from videos.services import processing
from videos.tests.factories import make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/feeds/auditrun/machine/"
RETRY, AUDIT = f"{ADDRESS}retry/", f"{ADDRESS}audit/"


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stands still yet, and no sign of life was given."""
    monkeypatch.setattr(pulses, "STARTED", timezone.now())
    monkeypatch.setattr(noting, "_noted", {})


def staff(handle: str, *codenames: str) -> User:
    account = make_account(handle, is_staff=True)
    account.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return account


@pytest.fixture
def desk(client: Client) -> Client:
    """Of a moderator."""
    mona = make_account("mona", is_staff=True)
    mona.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(mona)
    return client


def words(html: bytes) -> str:
    return unescape(" ".join(html.decode().split()))


def read(client: Client, **headers: str) -> str:
    answer = client.get(ADDRESS, headers=headers)
    assert answer.status_code == 200
    return words(answer.content)


def fail_as(code: str, video: Video) -> Video:
    Video.objects.filter(pk=video.pk).update(failure_code=code, failure_reason=f"It is {code}.")
    return video


# --- What it says -------------------------------------------------------------------------------------------------


def test_where_there_is_nothing_each_part_says_so(desk: Client) -> None:
    page = read(desk)
    for said in (
        "Nothing: every queue is taken from, and every sweep ends.",
        "All followers of all videos are told.",
        "Nothing failed.",
        "No process for them runs",
        "No backup was ever made with",
        "None has come to its end yet.",
    ):
        assert said in page
    assert len(re.findall("> ?never ?<", page)) == len(list(pulses._all({})))


def test_what_stands_still_is_said_with_its_remedy(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulses, "STARTED", timezone.now() - timedelta(days=1))
    services.note_pulse("queue fanout")
    page = read(desk)
    assert "Nothing was taken from the queue media for 1 day." in page
    assert "Start a worker (celery -A socialvideo worker -Q media) and beat." in page
    assert "the queue fanout for" not in page


def test_how_far_followers_are_told(desk: Client, mira: User, settings: Any) -> None:
    settings.FANOUT_CHUNK = 2
    make_followers(mira, 5)
    publication = make_video(mira).publication
    assert "0 of 5" in read(desk)
    services.fan_out_chunk(publication.pk)
    page = read(desk)
    assert "2 of 5" in page
    assert "0 of them are overdue." in page
    Publication.objects.filter(pk=publication.pk).update(published_at=timezone.now() - timedelta(minutes=6))
    assert "1 of them is overdue." in read(desk)
    services.run_fan_out(publication.pk)
    assert "All followers of all videos are told." in read(desk)


def test_what_failed_stands_by_its_reason(desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SHOWN_FAILURES", 2)
    damaged = [make_failed_video(alice) for _ in range(3)]
    other = fail_as("internal", make_failed_video(alice))
    long_ago = make_failed_video(alice)
    Video.objects.filter(pk=long_ago.pk).update(failed_at=timezone.now() - timedelta(days=8))
    removed = make_failed_video(alice)
    Video.objects.filter(pk=removed.pk).update(state="removed", removed_at=timezone.now())
    first, second = machine.failures()
    assert (first.code, first.words, first.number) == ("damaged", "This file is damaged.", 3)
    assert [failed.video_id for failed in first.newest] == [damaged[2].pk, damaged[1].pk]
    assert [failed.video_id for failed in second.newest] == [other.pk]
    page = read(desk)
    assert "This file is damaged. <strong>3 videos</strong>" in page
    assert "It is internal. <strong>1 video</strong>" in page
    assert "@alice" in page


def test_what_is_under_way_is_counted(desk: Client, alice: User, bob: User) -> None:
    begun = timezone.now()
    waiting, taken = upload(alice), upload(bob)
    assert processing.claim(taken.pk)
    Video.objects.filter(pk=waiting.pk).update(created_at=begun - timedelta(days=3))
    duties = machine.duties()
    assert duties["videos"].number == duties["processing"].number == 1
    since = duties["videos"].since
    assert since is not None
    assert since >= begun, "since it is all here, not since its sender began"
    processing.retry(creator=alice, video=make_failed_video(alice))
    assert machine.duties()["videos"].number == 2
    assert machine.duties()["videos"].since == since
    assert 'Videos waiting to be processed</th><td class="pr-4 text-right">2</td>' in read(desk)


def test_event_streams_of_all_processes_that_are_alive(desk: Client) -> None:
    now = time()
    get_redis_connection("default").zadd(live.OPEN, {"a 3": now + 10, "b 4": now + 10, "killed 9": now - 1})
    assert "7 are open, in 2 processes." in read(desk)


def test_without_redis_the_rest_is_said(desk: Client, alice: User, settings: Any) -> None:
    make_failed_video(alice)
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    page = read(desk)
    assert "Redis does not answer. Nothing is lost" in page
    assert "Not known: Redis does not answer." in page
    assert page.count(">not known</td>") == len(settings.QUEUES)
    assert "This file is damaged." in page
    asked = desk.post(AUDIT, follow=True)
    assert "no worker can be asked" in words(asked.content)


def test_the_disk_and_the_backup(desk: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk(free: int) -> None:
        monkeypatch.setattr(parts.shutil, "disk_usage", lambda _: SimpleNamespace(free=free, total=100 << 30))

    settings.KEEP_FREE_BYTES = 10 << 30
    disk(21 << 30)
    backed_up.send(None)
    page = read(desk)
    assert "21.0 GB of 100.0 GB are free where uploads come to. With less than 10.0 GB none is let in." in page
    assert "filling" not in page
    assert "The last backup ended <time" in page
    disk(19 << 30)
    assert "filling" in read(desk)
    settings.KEEP_FREE_BYTES = 0
    assert "filling" not in read(desk)
    disk(4 << 30)
    assert "filling" in read(desk)
    monkeypatch.setattr(parts.shutil, "disk_usage", lambda _: (_ for _ in ()).throw(PermissionError))
    assert "The folder that uploads come to cannot be read." in read(desk)


def test_the_last_audit_check_by_check(desk: Client) -> None:
    run = auditing.run_audit()
    assert run
    page = read(desk)
    for check in auditing.CHECKS:
        assert f'<th class="font-normal pr-4 text-left" scope="row">{check.name}</th>' in page
    assert ">broken<" not in page.replace("> ", ">").replace(" <", "<")
    run.checks[0] |= {"broken_since": timezone.now().isoformat(), "breaches": 3}
    run.finished_at = timezone.now() - timedelta(days=1)
    run.save()
    AuditRun.objects.create()
    page = read(desk)
    assert page.count(" broken </span>") == 2
    assert "too old" in page
    assert "One began <time" in page


def test_it_is_said_in_german(desk: Client) -> None:
    page = read(desk, **{"Accept-Language": "de"})
    assert "Zustand der Maschine" in page
    assert "What stands still" not in page


def test_it_costs_the_same_with_ten_of_each(desk: Client, mira: User, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(desk)
        return len(asked)

    def more(number: int) -> None:
        for _ in range(number):
            make_video(mira)
            make_failed_video(alice)
            upload(alice)
            fail_as(f"code {Video.objects.count()}", make_failed_video(alice))
            auditing.run_audit()

    more(1)
    once = queries()
    more(9)
    assert queries() == once


def test_it_reads_itself_anew(desk: Client) -> None:
    assert 'hx-trigger="every 10s' in read(desk)
    part = read(desk, **{"HX-Request": "true"})
    assert part.startswith('<div id="machine"')
    assert "<html" not in part
    held = words(desk.get(f"{ADDRESS}?still").content)
    assert "every 10s" not in held
    desk.logout()
    assert desk.get(ADDRESS, headers={"HX-Request": "true"})["HX-Redirect"] == f"/admin/login/?next={ADDRESS}"


def test_the_desk_leads_there(desk: Client) -> None:
    assert f'href="{ADDRESS}"' in desk.get("/admin/").content.decode()
    desk.force_login(staff("reader", "view_video"))
    assert ADDRESS not in desk.get("/admin/").content.decode()


# --- Who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [ADDRESS, f"{RETRY}?reason=damaged", AUDIT])
def test_others_see_nothing_and_change_nothing(client: Client, alice: User, address: str) -> None:
    """Neither visitors, nor people, nor who may do other things at the desk."""
    video = make_failed_video(alice)
    without = staff("without", "view_video", "remove_video", "view_case", "decide_case")
    for who, code in ((None, 302), (alice, 302), (without, 403)):
        client.logout()
        if who:
            client.force_login(who)
        for act in (client.get, client.post):
            answer = act(address)
            assert answer.status_code == code
            assert b"This file is damaged." not in answer.content
    video.refresh_from_db()
    assert video.state == Video.State.FAILED
    assert queues.lengths() == dict.fromkeys(queues.lengths() or {}, 0)


def test_who_may_only_read_retries_nothing(client: Client, alice: User) -> None:
    video = make_failed_video(alice)
    client.force_login(staff("reader", "view_auditrun"))
    page = read(client)
    assert "This file is damaged." in page
    assert "retry/" not in page
    assert f"/admin/videos/video/{video.pk}/" not in page
    for act in (client.get, client.post):
        assert act(f"{RETRY}?video={video.pk}").status_code == 403
    video.refresh_from_db()
    assert video.state == Video.State.FAILED


# --- Its acts -----------------------------------------------------------------------------------------------------


def states(*videos: Video) -> list[str]:
    found = dict(Video.objects.values_list("pk", "state"))
    return [found[video.pk] for video in videos]


def test_one_is_processed_again_once_it_was_asked(desk: Client, alice: User) -> None:
    video, other = make_failed_video(alice), make_failed_video(alice)
    address = f"{RETRY}?video={video.pk}"
    assert f'href="{address}"' in read(desk)
    asked = words(desk.get(address).content)
    assert "Process 1 video again?" in asked
    assert "This file is damaged." in asked
    assert states(video, other) == ["failed", "failed"]
    said = words(desk.post(address, follow=True).content)
    assert "1 video is processed again." in said
    assert states(video, other) == ["processing", "failed"]
    assert "Nothing of this failed any more." in words(desk.get(address, follow=True).content)


def test_all_with_one_reason_are_some_at_a_time(desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.desk.RETRIED_AT_ONCE", 2)
    videos = [make_failed_video(alice) for _ in range(3)]
    other = fail_as("internal", make_failed_video(alice))
    address = f"{RETRY}?reason=damaged"
    assert f'href="{address}"' in read(desk)
    asked = words(desk.get(address).content)
    assert "Process 3 videos again?" in asked
    assert "2 at once; ask again for the others." in asked
    desk.post(address)
    assert states(*videos, other) == ["processing", "processing", "failed", "failed"]
    desk.post(address)
    assert states(*videos, other) == ["processing", "processing", "processing", "failed"]


def test_what_is_refused_is_said_and_holds_up_no_other(
    desk: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, other = make_failed_video(alice), make_failed_video(alice)
    Video.objects.filter(pk=lost.pk).update(original="")
    said = words(desk.post(f"{RETRY}?reason=damaged", follow=True).content)
    assert "1 video is processed again." in said
    assert "1 video is not: This video cannot be processed again: the file you sent is no longer kept." in said
    assert states(lost, other) == ["failed", "processing"]


@pytest.mark.parametrize("query", ["", "?video=", "?video=x", f"?video={'9' * 30}"])
def test_nothing_is_no_choice(desk: Client, query: str) -> None:
    assert desk.post(f"{RETRY}{query}").status_code == 404


def test_an_audit_now_is_a_hint(desk: Client, django_capture_on_commit_callbacks: Any) -> None:
    auditing.run_audit()
    assert "Audit now?" in words(desk.get(AUDIT).content)
    assert queues.lengths()["default"] == 0  # type: ignore[index]
    with django_capture_on_commit_callbacks(execute=True):
        said = words(desk.post(AUDIT, follow=True).content)
    assert queues.lengths()["default"] == 1  # type: ignore[index]
    assert "A worker of the queue default was asked." in said
    assert "Without asking, the next one is due at" in said


# --- In a browser -------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.console_errors("Failed to load resource|net::ERR|htmx")
def test_the_open_page_follows_the_machine_and_says_when_it_cannot(page: Any, sign_in: Any, alice: User) -> None:
    sign_in(page, User.objects.create_superuser("root", "root@example.org", "x"))
    page.clock.install()
    page.goto(ADDRESS)
    assert "Nothing failed." in page.inner_text("#machine")
    video = make_failed_video(alice)
    page.clock.fast_forward(10_000)
    retry = f"retry-video-{video.pk}"
    until(page, f"document.getElementById('{retry}') !== null")
    page.focus(f"#{retry}")
    page.route(f"**{ADDRESS}", lambda route: route.abort())
    page.clock.fast_forward(10_000)
    until(page, "!document.getElementById('not-read').hidden")
    page.unroute(f"**{ADDRESS}")
    page.clock.fast_forward(10_000)
    until(page, "document.getElementById('not-read').hidden")
    until(page, f"document.activeElement.id === '{retry}'")
