"""Videos seen elsewhere: link previews, oEmbed, the player in other people's pages, what search engines read. Nothing of
what not everybody may see, and no page but the player in a frame."""

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import product

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from follows import services as follows
from videos import previews, services
from videos.models import Video
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


def head(client: Client, path: str) -> dict[str, str]:
    """What the page says of itself, by property or name."""
    html = client.get(path).content.decode()
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html)
    return {name: unescape(content) for name, content in found}


def oembed(client: Client, url: str, **more: str):
    return client.get(reverse("videos:oembed"), {"url": url, **more})


# --- Public is one rule ---------------------------------------------------------------------------------------


def _every_case() -> Iterator[tuple[Video, str]]:
    kinds = product(["everyone", "followers", "only_me"], ["present", "private", "suspended", "deactivated"])
    for n, (visibility, standing) in enumerate(kinds):
        creator = make_account(f"creator{n}", is_private=standing == "private")
        video = make_video(creator, visibility=visibility)
        if standing == "suspended":
            accounts.suspend(account=creator, by=make_account(f"moderator{n}"), reason="Spam")
        if standing == "deactivated":
            accounts.deactivate(account=creator)
        yield video, f"{visibility} of {standing}"


def test_what_is_public_is_what_everybody_may_see(alice: User) -> None:
    removed = make_video(alice)
    services.remove(by=alice, video=removed)
    cases = [*_every_case(), (removed, "removed")]
    open_to_all = set(Video.objects.visible_to(None).values_list("pk", flat=True))
    assert len(open_to_all) == 1
    for video, case in cases:
        at_hand = Video.objects.select_related("creator").get(pk=video.pk)
        assert previews.is_public(at_hand) == (video.pk in open_to_all), case


# --- Link previews --------------------------------------------------------------------------------------------


def test_a_public_video_says_what_it_is(client: Client, alice: User) -> None:
    video = make_video(alice, caption='Cats "&" <b>dogs</b> #cats')
    path = video.get_absolute_url()
    said = head(client, path)
    assert said["og:title"] == f'Cats "&" <b>dogs</b> #cats · {alice.display_name}'
    assert said["og:url"] == f"{SITE}{path}"
    assert said["og:image"] == f"{SITE}{video.poster_url}"
    assert (said["og:image:width"], said["og:image:height"]) == ("720", "1280")
    assert said["og:video"] == said["twitter:player"] == f"{SITE}/embed/{video.pk}/"
    assert (said["og:video:width"], said["og:video:height"]) == ("360", "640")
    assert (said["og:video:type"], said["twitter:card"]) == ("text/html", "player")
    html = client.get(path).content.decode()
    assert f'<link rel="canonical" href="{SITE}{path}">' in html
    assert "application/json+oembed" in html
    assert "<b>dogs" not in html


def test_addresses_are_the_sites_own_whatever_the_request_says(client: Client, alice: User, settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    video = make_video(alice)
    for path in (video.get_absolute_url(), alice.get_absolute_url(), reverse("feeds:explore")):
        assert b"evil.example" not in client.get(path, headers={"Host": "evil.example"}).content


def test_structured_data_is_data(client: Client, alice: User) -> None:
    video = make_video(alice, caption="</script><script>alert(1)</script> & ☃", duration_ms=12_345)
    html = client.get(video.get_absolute_url()).content.decode()
    (words,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(words)
    assert data["@type"] == "VideoObject"
    assert "</script><script>alert(1)</script> & ☃" in data["description"]
    assert data["duration"] == "PT12S"
    assert data["embedUrl"] == f"{SITE}/embed/{video.pk}/"
    assert data["uploadDate"][:10] == f"{video.published_at:%Y-%m-%d}"
    assert "<script>alert" not in html


def test_what_not_everybody_may_see_previews_nothing(client: Client, alice: User, bob: User) -> None:
    video = make_video(alice, caption="A secret", visibility="followers")
    follows.follow(follower=bob, followee=alice)
    client.force_login(bob)
    html = client.get(video.get_absolute_url()).content.decode()
    assert '<meta name="robots" content="noindex">' in html
    assert "embed/" in client.get(make_video(bob).get_absolute_url()).content.decode()
    for sign in ("og:title", "og:video", "json+oembed", "ld+json", "/embed/", "iframe"):
        assert sign not in html, sign


def test_a_profile_says_who_it_is_and_where_its_feed_is(client: Client, alice: User) -> None:
    html = client.get("/@alice/").content.decode()
    assert f'<link rel="canonical" href="{SITE}/@alice/">' in html
    assert f'type="application/atom+xml" href="{SITE}/@alice/feed.atom"' in html
    accounts.set_privacy(account=alice, is_private=True)
    html = client.get("/@alice/").content.decode()
    assert "feed.atom" not in html
    assert '<meta name="robots" content="noindex">' in html


# --- oEmbed ---------------------------------------------------------------------------------------------------


def test_oembed_answers_with_the_player(client: Client, alice: User) -> None:
    video = make_video(alice, caption='"Cats" & <dogs>')
    answer = oembed(client, f"{SITE}{video.get_absolute_url()}?from=x")
    said = answer.json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (said["type"], said["version"]) == ("video", "1.0")
    assert (said["width"], said["height"]) == (360, 640)
    assert f'src="{SITE}/embed/{video.pk}/"' in said["html"]
    assert "<dogs>" not in said["html"]
    assert said["thumbnail_url"] == f"{SITE}{video.poster_url}"
    assert said["author_url"] == f"{SITE}/@alice/"
    assert oembed(client, f"{SITE}/embed/{video.pk}/").json() == said


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"maxwidth": "180"}, (180, 320)),
        ({"maxwidth": "4000", "maxheight": "320"}, (180, 320)),
        ({"maxwidth": "1"}, (120, 120)),
        ({"maxwidth": "-5", "maxheight": "x"}, (360, 640)),
        ({"maxwidth": "9" * 50}, (360, 640)),
        ({"maxwidth": "٣"}, (360, 640)),
    ],
)
def test_it_fits_where_it_is_wanted(client: Client, alice: User, asked: dict[str, str], size: tuple[int, int]) -> None:
    said = oembed(client, f"{SITE}{make_video(alice).get_absolute_url()}", **asked).json()
    assert (said["width"], said["height"]) == size


def test_what_is_private_and_what_never_was_look_alike(client: Client, alice: User) -> None:
    video = make_video(alice, visibility="followers")
    client.force_login(alice)
    private = oembed(client, f"{SITE}{video.get_absolute_url()}")
    never = oembed(client, f"{SITE}/@alice/video/999999/")
    assert private.status_code == never.status_code == 401
    assert private.content == never.content


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        f"{SITE}/",
        f"{SITE}/@alice/",
        "https://elsewhere.example/@alice/video/1/",
        "http://[",
        f"{SITE}/nowhere",
    ],
)
def test_other_addresses_are_not_found(client: Client, url: str) -> None:
    assert oembed(client, url).status_code == 404


def test_only_json_is_spoken(client: Client, alice: User) -> None:
    url = f"{SITE}{make_video(alice).get_absolute_url()}"
    assert oembed(client, url, format="xml").status_code == 501
    assert oembed(client, url, format="json").status_code == 200


# --- The player in other people's pages -----------------------------------------------------------------------


def test_the_player_may_stand_in_any_page_and_knows_nobody(client: Client, alice: User, bob: User) -> None:
    video = make_video(alice, caption="Cats <b>")
    client.force_login(bob)
    client.cookies["zone"] = "Asia/Tokyo"
    client.cookies["theme"] = "light"
    answer = client.get(f"/embed/{video.pk}/")
    html = answer.content.decode()
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert f'href="{SITE}{video.get_absolute_url()}"' in html
    assert "Cats &lt;b&gt;" in html
    assert video.hls_url in html
    for sign in ("<form", "csrf", "data-watch", 'js/site.js"></script>', "htmx", "bob", 'data-theme="light"'):
        assert sign not in html, sign
    assert html.replace(_nonce(html), "") == (anew := Client().get(f"/embed/{video.pk}/").content.decode()).replace(
        _nonce(anew), ""
    )


def _nonce(html: str) -> str:
    return re.search(r'nonce="([^"]*)"', html)[1]  # type: ignore[index]


def test_what_not_everybody_may_see_is_not_available_to_its_creator_neither(client: Client, alice: User) -> None:
    video = make_video(alice, caption="A secret", visibility="only_me")
    client.force_login(alice)
    for path in (f"/embed/{video.pk}/", "/embed/999999/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "This video is not available" in answer.content.decode()
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "secret" not in answer.content.decode()


def test_every_other_page_refuses_frames(client: Client, alice: User) -> None:
    video = make_video(alice, caption="#cats")
    pages = ["/", "/explore/", "/search/?q=a", "/tag/cats/", "/@alice/", video.get_absolute_url(), "/@alice/feed.atom"]
    pages += ["/accounts/login/", "/status/", "/robots.txt", "/oembed", "/embed/", "/nowhere/", "/sitemap-videos.xml"]
    for path in pages:
        answer = client.get(path)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], path
        assert answer["X-Frame-Options"] == "DENY", path


# --- Search engines -------------------------------------------------------------------------------------------


def test_maps_list_what_everybody_may_see(client: Client, alice: User) -> None:
    shown = make_video(alice)
    make_video(alice, visibility="followers")
    hidden = make_account("hidden", is_private=True)
    make_video(hidden)
    make_account("silent")
    limited, creator = make_video(alice), make_account("limited", is_limited=True)
    Video.objects.filter(pk=limited.pk).update(is_limited=True)
    make_video(creator)
    videos = re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap-videos.xml").content.decode())
    assert videos == [f"{SITE}{shown.get_absolute_url()}"]
    assert re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap-profiles.xml").content.decode()) == [f"{SITE}/@alice/"]
    assert client.get("/sitemap-other.xml").status_code == 404


def test_robots_are_told_where_to_look(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {SITE}/sitemap-videos.xml" in lines
    assert "Disallow: /search/?" in lines  # what was searched for; the page itself may be found
    assert settings.SITE_URL == SITE


def test_the_embedded_player_offers_captions(client: Client, alice: User) -> None:
    video = make_video(alice)
    Video.objects.filter(pk=video.pk).update(captions_in="de en")
    page = client.get(f"/embed/{video.pk}/").content.decode()
    assert page.count('<track kind="captions"') == 2
    assert f'src="{video.media_folder}' not in page
    assert 'data-act="captions"' in page


def test_a_map_is_made_once_and_has_one_page(client: Client, alice: User) -> None:
    video = make_video(alice)
    first = client.get("/sitemap-videos.xml")
    assert video.get_absolute_url() in first.content.decode()
    assert "max-age=3600" in first["Cache-Control"]
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/sitemap-videos.xml").content == first.content
    assert not captured.captured_queries
    assert client.get("/sitemap-videos.xml?p=2").status_code == 404
