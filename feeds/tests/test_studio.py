"""The studio's page of followers, its files and its API: one set of figures, for their creator alone."""

import csv
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_account
from feeds.views.studio import FILES
from follows import services
from follows.models import FollowEvent
from follows.origins import Origin, Source
from follows.tests.past import at, count
from videos.models import Publication, Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
PAGE = reverse("feeds:followers")
API = reverse("api_followers")


NOW = timezone.now()


@pytest.fixture
def mine(client, bob):
    """Twelve came by For You three days ago, of whom ten left a day later, one by a block: after a video. Logged in."""
    fans = [make_account(f"fan{n}", name="Frederick") for n in range(12)]
    with at(NOW - timedelta(days=3)):
        for fan in fans:
            services.follow(follower=fan, followee=bob, origin=Origin(Source.FOR_YOU))
    video = make_video(bob, caption="=1+1")
    for moments in (Video.objects.filter(pk=video.pk), Publication.objects.filter(video=video)):
        moments.update(published_at=NOW - timedelta(days=2, hours=1))
    with at(NOW - timedelta(days=2)):
        services.block(blocker=fans[0], blocked=bob)
        for fan in fans[1:10]:
            services.unfollow(follower=fan, followee=bob)
    count()
    client.force_login(bob)
    return video


def text_of(client, **asked):
    response = client.get(PAGE, asked)
    return response.status_code, response.content.decode()


def test_the_page_says_numbers_and_no_names(client, mine):
    status, page = text_of(client)
    assert status == 200
    for words in ("Followed you", "For You", "Unfollowed you", "Counted until", f"/studio/videos/{mine.pk}/"):
        assert words in page
    assert "blocked" not in page.lower()
    assert "Frederick" not in page
    assert "<dt>Gained</dt><dd>12</dd>" in page
    assert "<dt>Lost</dt><dd>10</dd>" in page
    counted = [period for period in client.get(API).json()["periods"] if period["is_counted"]]
    assert len(counted) in {27, 28}  # nothing is known of a day that has just begun
    assert 'data-columns="week"' in page
    assert 'data-value="10"' in page.split("around-title", 1)[1]
    assert page.split("retention-title")[0].count("data-value=") == 3 * len(counted)


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_two_spans_side_by_side(client, mine, by):
    status, page = text_of(client, days="28", by=by, compare="before")
    assert status == 200
    assert "Side by side" in page
    assert "Gained then" in page
    first = (NOW - timedelta(days=60)).date()
    assert text_of(client, first=first, last=NOW.date(), by=by, compare="chosen", other_first="2024-02-28")[0] == 200


REFUSED = [
    ({"days": "8"}, "Select a valid choice"),
    ({"by": "year"}, "Select a valid choice"),
    ({"by": "\x00"}, "Select a valid choice"),
    ({"days": ""}, "Choose a day."),
    ({"first": "2026-02-30", "last": "2026-03-01"}, "Enter a valid date."),
    ({"first": "2026-01-02", "last": "2026-01-01"}, "The first day comes after the last."),
    ({"first": "0001-01-01", "last": "2026-01-01"}, "Choose three years at most."),
    ({"first": "2024-01-01", "last": "2026-01-01"}, "Choose weeks or months for more than a year."),
    ({"first": "2026-01-01", "last": "9999-12-31"}, "That day is still to come."),
    ({"compare": "chosen"}, "Choose a day."),
    ({"compare": "chosen", "other_first": "9999-12-31"}, "There are no figures for those days."),
    ({"compare": "chosen", "other_first": "0001-01-01"}, "There are no figures for those days."),
]


def test_what_cannot_be_answered_is_refused_in_words(client, bob):
    client.force_login(bob)
    for asked, words in REFUSED:
        status, page = text_of(client, **asked)
        assert (status, words in page) == (422, True), asked
        said = client.get(API, asked)
        assert (said.status_code, words in str(said.json())) == (400, True), asked
        assert client.get(reverse("feeds:followers_file", args=["growth"]), asked).status_code == 404


def rows_of(client, table, **asked):
    response = client.get(reverse("feeds:followers_file", args=[table]), asked)
    return list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))


def test_each_table_is_a_file(client, mine):
    head, *days = rows_of(client, "growth", days="7")
    assert head == ["begins", "gained", "lost", "net", "followers"]
    assert [sum(int(day[n]) for day in days) for n in (1, 2, 3)] == [12, 10, 2]
    assert days[-1][4] == "2"
    assert ["gained from", "for_you", "12"] in rows_of(client, "causes")
    assert ["lost", "unfollowed", "10"] in rows_of(client, "causes")
    assert rows_of(client, "retention")[0][:2] == ["week", "gained"]
    [_, usual, row] = rows_of(client, "videos")
    assert usual[1:] == ["what is usual", "", "", ""]
    assert row[:2] == [str(mine.pk), "'=1+1"]
    assert row[3:] == ["10", "10"]
    assert set(FILES) == {"growth", "causes", "retention", "videos"}
    assert client.get(reverse("feeds:followers_file", args=["else"])).status_code == 404


def test_the_api_says_the_same(client, mine, bob):
    said = client.get(API, {"days": 28, "by": "week", "zone": "Asia/Kathmandu", "compare": "before"}).json()
    assert (said["gained"], said["lost"], said["now"], said["other"]["gained"]) == (12, 10, 2, 0)
    assert (said["gained_by"], said["gained_from"]) == ({"followed": 12}, {"for_you": 12})
    assert said["lost_by"] == {"unfollowed": 10}
    assert said["span"]["zone"] == "Asia/Kathmandu"
    assert said["periods"][-1]["followers"] == 2
    [around] = client.get(f"{API}videos/").json()["videos"]
    assert around["video"] == mine.pk
    assert around["unfollows"] == {"day": 10, "week": 10, "day_is_over": True, "week_is_over": False}
    assert {week["gained"] for week in client.get(f"{API}retention/").json()["cohorts"]} <= {12}
    assert client.get(API, {"zone": "Nowhere"}).json() == {"zone": ["There is no such time zone."]}


@pytest.mark.parametrize("address", [PAGE, "/studio/followers/growth.csv", API, f"{API}retention/", f"{API}videos/"])
def test_only_for_oneself(client, mine, address):
    client.logout()
    assert client.get(address).status_code in {302, 401}
    client.force_login(make_account("zoe"))
    answer = client.get(address)
    said = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert b"1+1" not in said
    assert not [number for number in (b">12<", b">10<", b",12,", b",10,", b":12,", b":10,") if number in said]


@pytest.mark.parametrize("old", ["/settings/followers/?by=week", "/api/v1/me/growth/?by=week"])
def test_the_former_addresses_lead_here(client, bob, old):
    client.force_login(bob)
    answer = client.get(old, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0][0] in {f"{PAGE}?by=week", f"{API}?by=week"}


def test_a_page_costs_the_same_for_many(client, mine, bob):
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(9):
        make_video(bob)
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) <= len(few)


def test_nothing_yet_says_what_will_be_here(client, bob):
    client.force_login(bob)
    page = text_of(client)[1]
    assert "Nothing is counted yet." in page
    assert "You published nothing in these days." in page
    assert "This is shown once a week" in page
    same_days = {"days": "7", "compare": "chosen", "other_first": (NOW - timedelta(days=6)).date()}
    assert text_of(client, **same_days)[1].count("not counted yet") == 14


@pytest.mark.parametrize(
    ("page", "where"),
    [("feeds:home", "for_you"), ("feeds:following_feed", "feed"), (None, "video"), ("feeds:search", "search")],
)
def test_a_follow_button_says_on_which_surface_it_stands(client, alice, bob, page, where):
    services.follow(follower=alice, followee=bob)
    video = make_video(bob, caption="Sea")
    client.force_login(alice)
    html = client.get(reverse(page) if page else video.get_absolute_url(), {"q": "bob"}).content.decode()
    [place] = re.findall(r'name="place" value="([^"]+)"', html.split(f'data-account="{bob.pk}"')[1])[:1]
    assert place.partition("-")[0] == where
    client.post("/@bob/unfollow/", {"place": place})
    assert FollowEvent.objects.latest("pk").source == where


def test_a_made_up_surface_is_unknown(client, alice, bob):
    client.force_login(alice)
    client.post("/@bob/follow/", {"place": "moon-7"})
    assert FollowEvent.objects.get().source == ""
