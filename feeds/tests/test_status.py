"""The status page, its JSON, and the line elsewhere that leads to it: plain, with numbers, and nobody's data."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import auditing, status
from feeds.context import navigation
from feeds.models import AuditRun
from follows.models import FollowEvent
from follows.services import follow
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
COUNTS = "all counts equal the follows and requests that stand"


def page(client: Client) -> str:
    answer = client.get(reverse("feeds:status"))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return unescape(" ".join(answer.content.decode().split()))


def forge_a_count() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE follows_countdelta SET followers = followers + 1 WHERE followers = 1")


@pytest.fixture
def edge() -> None:
    follow(follower=make_account("alice"), followee=make_account("bob"))


def test_before_the_first_audit_it_says_so(client: Client) -> None:
    assert "Nothing has been checked yet" in page(client)
    assert client.get("/api/v1/status/").json()["audit"] is None


def test_what_is_kept_is_said_with_numbers(client: Client, edge: None) -> None:
    auditing.run_audit()
    html = page(client)
    assert "Every promise was kept." in html
    assert "just now" in html
    for words in status.PROMISES.values():
        assert str(words) in html
    for check in auditing.CHECKS:
        assert check.name[1:] in html
    assert "Broken" not in html
    assert f'{COUNTS[1:]}</dt> <dd>1<span class="visually-hidden"> rows' in html


def test_a_breach_is_said_plainly_and_shows_nobody(client: Client, edge: None) -> None:
    forge_a_count()
    run = auditing.run_audit()
    AuditRun.objects.filter(pk=run.pk).update(
        checks=[
            check | ({"broken_since": "2026-05-03T10:00:00+00:00"} if check["breaches"] else {}) for check in run.checks
        ]
    )
    html = page(client)
    assert "Something is not as promised." in html
    assert f"It is not so that {COUNTS}: 1 case, first found" in html
    assert 'datetime="2026-05-03T10:00:00+00:00"' in html
    (example,) = (check["examples"][0] for check in run.checks if check["examples"])
    said = html + client.get("/api/v1/status/").content.decode()
    for nobody in (example, "examples", "@bob", "@alice"):
        assert nobody not in said


def test_what_could_not_be_checked_is_said(client: Client) -> None:
    run = auditing.run_audit()
    run.checks[0] |= {"problem": "OperationalError: secret", "broken_since": timezone.now().isoformat()}
    run.save()
    html = page(client)
    assert "it cannot be checked" in html
    assert "secret" not in html


@pytest.mark.parametrize(("runs_missed", "overdue"), [(2.9, False), (3.1, True)])
def test_a_last_audit_that_is_too_old_is_said_loudly(
    client: Client, settings: object, runs_missed: float, overdue: bool
) -> None:
    settings.AUDIT_EVERY_SECONDS = 600  # type: ignore[attr-defined]
    run = auditing.run_audit()
    AuditRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(seconds=600 * runs_missed))
    assert ("Checks have stopped." in page(client)) is overdue
    assert client.get("/api/v1/status/").json()["audit"]["is_overdue"] is overdue


def test_a_run_under_way_does_not_hide_the_last_result(client: Client) -> None:
    auditing.run_audit()
    AuditRun.objects.create()
    assert "Every promise was kept." in page(client)


def test_what_waits_is_shown_as_plain_numbers(client: Client, edge: None) -> None:
    publication = make_video(make_account("mira")).publication
    since = FollowEvent.objects.get().happened_at
    assert status.waiting() == status.Waiting(
        unfolded_deltas=2, outbox=1, outbox_since=since, fan_outs=1, fan_outs_overdue=0
    )
    Publication.objects.filter(pk=publication.pk).update(published_at=timezone.now() - timedelta(hours=1))
    assert status.waiting().fan_outs_overdue == 1
    assert "Waiting at this moment" in page(client)
    assert client.get("/api/v1/status/").json()["waiting"]["fan_outs_overdue"] == 1


def test_the_api_says_what_the_page_says(edge: None) -> None:
    forge_a_count()
    auditing.run_audit()
    answer = APIClient().get("/api/v1/status/").json()
    assert answer["audit"]["kept"] is False
    (broken,) = (check for check in answer["audit"]["checks"] if not check["kept"])
    assert (broken["name"], broken["promise"], broken["breaches"], broken["rows"]) == (COUNTS, "3", 1, 1)
    assert broken["broken_since"]


def test_reading_it_costs_the_same_at_any_size(client: Client, django_assert_num_queries: object) -> None:
    auditing.run_audit()
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get(reverse("feeds:status"))


def test_every_page_may_ask_when_the_last_audit_was(django_assert_num_queries: object) -> None:
    auditing.run_audit()
    request = RequestFactory().get("/")
    for request.user in (User(pk=1), make_account("alice")):
        last_audit = navigation(request)["last_audit"]
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert last_audit() is last_audit()  # type: ignore[operator]
        assert last_audit().kept  # type: ignore[operator]


def test_the_desk_shows_runs_with_examples_and_changes_none(client: Client, edge: None) -> None:
    forge_a_count()
    run = auditing.run_audit()
    AuditRun.objects.create()
    client.force_login(User.objects.create_superuser("root", "root@example.org", "x"))
    listed = client.get(reverse("admin:feeds_auditrun_changelist")).content.decode()
    assert "1 broken" in listed
    assert "did not come to its end" in listed
    address = reverse("admin:feeds_auditrun_change", args=[run.pk])
    html = client.get(address).content.decode()
    (example,) = (check["examples"][0] for check in run.checks if check["examples"])
    assert COUNTS in html
    assert example in html
    assert client.post(address, {"checks": "[]"}).status_code == 403
    run.refresh_from_db()
    assert len(run.checks) == len(auditing.CHECKS)
