"""A creator's Atom feed: what is in it, for whom, that its ids stay, and that it is not sent twice."""

from time import time
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from videos import services
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client: Client, handle: str = "alice") -> Element:
    answer = client.get(f"/@{handle}/feed.atom")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return fromstring(answer.content)  # noqa: S314 — our own


def texts(feed: Element, name: str) -> list[str]:
    return [found.text or "" for found in feed.findall(f"{ATOM}entry/{ATOM}{name}")]


def test_it_holds_what_everybody_may_see_newest_first(client: Client, alice: User) -> None:
    first, second = make_video(alice, caption="Cats & <b>dogs</b> #cats @bob"), make_video(alice)
    make_video(alice, visibility="followers")
    services.remove(by=alice, video=make_video(alice))
    client.force_login(alice)
    feed = read(client)
    assert [link.get("href") for link in feed.findall(f"{ATOM}entry/{ATOM}link[@rel='alternate']")] == [
        f"{SITE}{video.get_absolute_url()}" for video in (second, first)
    ]
    assert [link.get("href") for link in feed.findall(f"{ATOM}entry/{ATOM}link[@rel='enclosure']")] == [
        f"{SITE}{video.preview_url}" for video in (second, first)
    ]
    summary = texts(feed, "summary")[1]
    assert f'src="{SITE}{first.poster_url}"' in summary
    assert f'<a href="{SITE}/tag/cats/">#cats</a>' in summary
    assert "&lt;b&gt;" in summary
    assert [tag.get("term") for tag in feed.findall(f"{ATOM}entry/{ATOM}category")] == ["cats"]
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == f"{SITE}/@alice/feed.atom"  # type: ignore[union-attr]


def test_ids_stay_when_handle_and_caption_change(client: Client, alice: User) -> None:
    video = make_video(alice, caption="One")
    before = read(client)
    User.objects.filter(pk=alice.pk).update(handle="alicia")
    Video.objects.filter(pk=video.pk).update(caption="Two")
    moved = client.get("/@alice/feed.atom")
    assert (moved.status_code, moved["Location"]) == (301, "/@alicia/feed.atom")
    after = read(client, "alicia")
    assert texts(before, "id") == texts(after, "id")
    assert before.find(f"{ATOM}id").text == after.find(f"{ATOM}id").text  # type: ignore[union-attr]
    assert texts(before, "title") != texts(after, "title")


def test_it_is_not_sent_twice(client: Client, alice: User) -> None:
    make_video(alice, caption="One")
    first = client.get("/@alice/feed.atom")
    tag = first["ETag"]
    assert client.get("/@alice/feed.atom", headers={"If-None-Match": tag}).status_code == 304
    make_video(alice, caption="Two")
    assert client.get("/@alice/feed.atom", headers={"If-None-Match": tag}).status_code == 200


def test_an_empty_feed_stays_the_same(client: Client, alice: User) -> None:
    assert read(client).findall(f"{ATOM}entry") == []
    tag = client.get("/@alice/feed.atom")["ETag"]
    assert client.get("/@alice/feed.atom", headers={"If-None-Match": tag}).status_code == 304


def test_who_is_private_or_away_has_none(client: Client, alice: User, bob: User) -> None:
    make_video(alice)
    accounts.set_privacy(account=alice, is_private=True)
    client.force_login(alice)
    assert client.get("/@alice/feed.atom").status_code == 404
    accounts.set_privacy(account=alice, is_private=False)
    accounts.suspend(account=alice, by=bob, reason="Spam")
    assert client.get("/@alice/feed.atom").status_code == 404
    assert client.get("/@nobody/feed.atom").status_code == 404


def test_what_xml_cannot_hold_is_left_out(client: Client) -> None:
    make_video(make_account("odd", name="O\x0bdd", bio="\x01"), caption="A\x02 ]]> \ufffe caption")
    assert texts(read(client, "odd"), "title")[0].startswith("A ]]> ")


def test_more_videos_cost_no_more_questions_and_no_one_is_asked_for(client: Client, alice: User, bob: User) -> None:
    costs = []
    for numbers in (range(1), range(1, 10)):
        for n in numbers:
            make_video(alice, caption=f"#tag{n} #cats")
        client.get("/@alice/feed.atom")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get("/@alice/feed.atom")
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_what_is_gone_is_gone_for_readers_that_ask_by_date(client: Client, alice: User) -> None:
    kept, gone = make_video(alice), make_video(alice)
    first = client.get("/@alice/feed.atom")
    assert "Last-Modified" not in first
    services.remove(by=alice, video=gone)
    later = {"If-Modified-Since": http_date(time() + 1000)}
    again = client.get("/@alice/feed.atom", headers=later)
    assert again.status_code == 200
    assert kept.get_absolute_url() in again.content.decode()
    assert gone.get_absolute_url() not in again.content.decode()
