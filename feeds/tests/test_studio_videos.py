"""The studio's pages of videos, their files and their API: one set of figures, for their creator alone."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_account
from follows import services as follows
from follows.tests.past import at, count
from videos import services
from videos.models import Publication, TallyMark, Video
from videos.services.tallies import rebuild_tallies
from videos.tests import past
from videos.tests.factories import make_failed_video, make_video
from videos.watching import Source

pytestmark = pytest.mark.django_db
PAGE = reverse("feeds:videos")
API = reverse("api_videos")
NOW = timezone.now()


@pytest.fixture
def mine(client, bob):
    """Out three days ago, told to one follower. Then twelve watched it, eleven of them found by a search, and followed;
    one liked it, two passed it on. Logged in."""
    follows.follow(follower=make_account("fan"), followee=bob)
    video = make_video(bob, caption="=1+1", duration_ms=10_000)
    out = NOW - timedelta(days=3)
    for moments in (Video.objects.filter(pk=video.pk), Publication.objects.filter(video=video)):
        moments.update(published_at=out)
    viewers = [make_account(f"viewer{n}", name="Frederick") for n in range(12)]
    with at(NOW - timedelta(days=2)), past.at(NOW - timedelta(days=2)):
        for n, viewer in enumerate(viewers):
            where = Source.SEARCH if n else Source.LINK
            services.record_watch(viewer=viewer, video=video, ms=10_000 if n < 6 else 4000, source=where)
            services.record_share(sharer_id=viewer.pk if n < 2 else bob.pk, video=video)
            follows.follow(follower=viewer, followee=bob)
        services.like(account=viewer, video=video)
    count()
    past.count()
    client.force_login(bob)
    return video


def page_of(video):
    return reverse("feeds:video_figures", args=[video.pk])


def text_of(client, address, **asked):
    response = client.get(address, asked)
    return response.status_code, response.content.decode()


def test_the_list_says_what_became_of_each_video(client, mine):
    status, page = text_of(client, PAGE)
    assert status == 200
    for words in (
        "Counted until",
        ">12<",
        "1:24",
        "0:07",
        "50%",
        page_of(mine),
        reverse("feeds:delivery", args=[mine.pk]),
    ):
        assert words in page, words
    assert "Frederick" not in page


def test_one_video_over_time_and_from_where(client, mine):
    status, page = text_of(client, page_of(mine), days="28")
    assert status == 200
    for words in (
        "Counted until",
        "<dd>12</dd>",
        "1:24",
        "0:07",
        "50%",
        "Minutes watched",
        "Search",
        "Followers won in 7 days",
    ):
        assert words in page, words
    assert "Frederick" not in page
    assert "A link" not in page  # one came by it


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_two_spans_side_by_side(client, mine, by):
    status, page = text_of(client, page_of(mine), days="28", by=by, compare="before")
    assert status == 200
    assert "Side by side" in page
    assert "Views then" in page


def test_what_cannot_be_answered_is_refused_in_words(client, mine):
    address = reverse("api_video_figures", args=[mine.pk])
    for asked, words in [({"days": "8"}, "Select a valid choice"), ({"compare": "chosen"}, "Choose a day.")]:
        status, page = text_of(client, page_of(mine), **asked)
        assert (status, words in page) == (422, True)
        assert (client.get(address, asked).status_code, words in str(client.get(address, asked).json())) == (400, True)
        assert client.get(reverse("feeds:video_file", args=[mine.pk, "days"]), asked).status_code == 404


def rows_of(client, address, **asked):
    response = client.get(address, asked)
    return list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))


def test_each_table_is_a_file(client, mine):
    head, row = rows_of(client, reverse("feeds:videos_file"))
    said = dict(zip(head, row, strict=True))
    assert (said["caption"], said["views"], said["shares"], said["likes"]) == ("'=1+1", "12", "2", "1")
    assert (said["watched_ms"], said["average_ms"], said["completion_percent"]) == ("84000", "7000", "50.0")
    assert (said["won_in_7_days"], said["lost_in_7_days"], said["followers_at_publish"]) == ("12", "", "1")
    head, *days = rows_of(client, reverse("feeds:video_file", args=[mine.pk, "days"]), days="7")
    assert sum(int(day[head.index("views")]) for day in days) == 12
    assert rows_of(client, reverse("feeds:video_file", args=[mine.pk, "sources"]))[1:] == [
        ["search", "11"],
    ]
    assert client.get(reverse("feeds:video_file", args=[mine.pk, "else"])).status_code == 404


def test_the_api_says_the_same(client, mine):
    [row] = client.get(API).json()["results"]
    assert (row["video"], row["sums"]["views"], row["sums"]["shares"]) == (mine.pk, 12, 2)
    assert row["after"] == {"won": 12, "lost": None, "is_over": False}
    assert row["delivery"]["followers"] == 1
    said = client.get(f"{API}{mine.pk}/", {"by": "week", "zone": "Asia/Kathmandu", "compare": "before"}).json()
    assert (said["sums"]["watched_ms"], said["sums"]["completion"], said["other"]["sums"]["views"]) == (84000, 50.0, 0)
    assert said["sources"] == {"search": 11}
    assert sum(period["views"] for period in said["periods"]) == 12
    assert said["span"]["zone"] == "Asia/Kathmandu"


def test_one_more_viewer_cannot_be_read_out_of_it(client, mine):
    address = reverse("api_video_figures", args=[mine.pk])
    before = client.get(address).json()
    with past.at(NOW - timedelta(days=1)):
        services.record_watch(viewer=make_account("late"), video=mine, ms=9000, source=Source.LINK)
    rebuild_tallies()
    after = client.get(address).json()
    assert (before["sums"]["views"], after["sums"]["views"]) == (12, 13)
    for name in ("timed", "watched_ms", "average_ms", "completion"):
        assert after["sums"][name] == before["sums"][name]
    assert after["sources"] == before["sources"]


def test_only_for_its_creator(client, mine):
    own = [page_of(mine), *(f"{page_of(mine)[:-1]}/{table}.csv" for table in ("days", "sources")), f"{API}{mine.pk}/"]
    client.logout()
    for address in (PAGE, "/studio/videos.csv", API, *own):
        assert client.get(address).status_code in {302, 401}, address
    client.force_login(make_account("zoe"))
    for address in own:
        assert client.get(address).status_code == 404, address
    for address in (PAGE, "/studio/videos.csv", API):
        answer = client.get(address)
        assert b"1+1" not in (b"".join(answer.streaming_content) if answer.streaming else answer.content), address


def test_what_is_not_out_has_no_figures(client, mine, bob):
    deleted = make_video(bob)
    services.remove(by=bob, video=deleted)
    for video in (deleted, make_failed_video(bob)):
        assert client.get(page_of(video)).status_code == 404
    assert text_of(client, PAGE)[1].count("<tr>") == 2


def test_pages_cost_the_same_for_many(client, mine, bob):
    addresses = (PAGE, API, page_of(mine), f"{page_of(mine)}?compare=before")
    few = []
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        few.append(len(queries))
    for _ in range(9):
        make_video(bob)
    for address, cost in zip(addresses, few, strict=True):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert len(queries) <= cost, address


def test_further_videos_come_as_rows(client, mine, bob):
    for _ in range(20):
        make_video(bob)
    more = client.get(PAGE).content.decode().split('hx-get="')[1].split('"')[0]
    rows = client.get(f"{PAGE}{more}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in rows
    assert "=1+1" in rows


def test_nothing_yet_and_counting_that_is_behind_are_said(client, bob):
    client.force_login(bob)
    assert "Nothing published yet" in text_of(client, PAGE)[1]
    video = make_video(bob)
    for address in (PAGE, page_of(video)):
        assert "Nothing is counted yet." in text_of(client, address)[1]
    assert "not counted yet" in text_of(client, page_of(video))[1]
    same_days = {"days": "7", "compare": "chosen", "other_first": (NOW - timedelta(days=6)).date()}
    assert text_of(client, page_of(video), **same_days)[1].count("not counted yet") == 14
    TallyMark.objects.create(until=NOW - timedelta(hours=2))
    assert "The counting is behind" in text_of(client, PAGE)[1]
