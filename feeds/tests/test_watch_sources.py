"""From which surface a watch came: signed into what a player reports, by the page that it was shown on."""

import re

import pytest
from django.core import signing
from django.urls import reverse

from follows import services
from videos import watching
from videos.tests.factories import make_video
from videos.watching import Source

pytestmark = pytest.mark.django_db
SITE = "http://testserver"


@pytest.fixture
def sea(client, alice, bob):
    """Of bob, whom alice follows; she is logged in."""
    services.follow(follower=alice, followee=bob)
    client.force_login(alice)
    return make_video(bob, caption="Sea")


def source_of(viewer, page):
    """Of the first player on a page."""
    [token] = re.findall(r'data-watch="([^"]+)"', page.content.decode())[:1]
    [report] = watching.reports(viewer.pk, [f"5000 {token}"])
    return report.source


@pytest.mark.parametrize("further", [{}, {"headers": {"HX-Request": "true"}, "query_params": {"after": ""}}])
def test_a_feed_is_the_source_of_its_cards(client, sea, alice, further):
    for name, source in [("feeds:home", "for_you"), ("feeds:following_feed", "following")]:
        assert source_of(alice, client.get(reverse(name), **further)) == source
    assert source_of(alice, client.get(reverse("feeds:new_cards"))) == "following"


def test_on_its_own_page_it_is_what_led_there(client, sea, alice):
    led = {
        "/following/?after=x": Source.FOLLOWING,
        "/": Source.FOR_YOU,
        "/@bob/": Source.PROFILE,
        "/@bob/reposts/": Source.PROFILE,
        "/search/?q=sea": Source.SEARCH,
        "/tag/sea/": Source.TAG,
        "/explore/": Source.EXPLORE,
        "/inbox/": Source.INBOX,
        f"/embed/{sea.pk}/": Source.EMBED,
        "/saved/": Source.UNKNOWN,
        "/nowhere": Source.UNKNOWN,
    }
    for path, source in led.items():
        assert source_of(alice, client.get(sea.get_absolute_url(), headers={"Referer": SITE + path})) == source, path


@pytest.mark.parametrize("referrer", ["", "https://other.example/search/", "http://[", "nonsense"])
def test_what_comes_from_outside_is_a_link(client, sea, alice, referrer):
    page = client.get(sea.get_absolute_url(), headers={"Referer": referrer})
    assert source_of(alice, page) in {Source.LINK, *([Source.UNKNOWN] if referrer == "http://[" else [])}


def test_a_client_cannot_choose_it(client, sea, alice):
    chosen = client.get(sea.get_absolute_url(), {"which": "search", "source": "search"})
    assert source_of(alice, chosen) == Source.LINK
    _body, *rest = watching.watch_token(alice.pk, sea.pk, Source.LINK).split(":")
    forged = ":".join([signing.dumps([alice.pk, sea.pk, 1, "search"], key="other").split(":")[0], *rest])
    assert not watching.reports(alice.pk, [f"5000 {forged}"])


def test_what_was_signed_before_sources_were_counts_on(alice, sea):
    old = signing.dumps([alice.pk, sea.pk, watching.now_ms()], salt="videos.watching")
    [report] = watching.reports(alice.pk, [f"5000 {old}"])
    assert (report.video_id, report.source) == (sea.pk, Source.UNKNOWN)
