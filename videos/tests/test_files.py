"""Media files: to whoever may watch, at this moment; the original to nobody."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token

from accounts import services as accounts
from follows import services as follows
from socialvideo.lib import serving
from videos import services
from videos.tests.factories import FILES, in_an_hour, make_video, upload

pytestmark = pytest.mark.django_db


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def segment(video):
    return f"/media/videos/{video.media_key}/{video.rendition_key}/360/000.m4s"


def status(client, address, **headers):
    answer = client.get(address, headers=headers)
    answer.getvalue()  # closes the file
    return answer.status_code


@pytest.mark.parametrize("name", FILES)
def test_an_open_video_is_served_to_everyone(client, alice, name):
    video = make_video(alice)
    answer = client.get(f"/media/videos/{video.media_key}/{video.rendition_key}/{name}")
    assert (answer.status_code, answer.getvalue()) == (200, FILES[name])


def test_ranges(client, alice):
    answer = client.get(segment(make_video(alice)), headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.getvalue()) == (206, b"234")
    assert answer.headers["Content-Range"] == "bytes 2-4/10"


def test_handed_to_the_proxy_in_front(client, alice, settings):
    settings.X_ACCEL_MEDIA_PREFIX = "/protected/"
    video = make_video(alice)
    answer = client.get(segment(video))
    assert answer.headers["X-Accel-Redirect"] == f"/protected{segment(video).removeprefix('/media')}"


@pytest.mark.parametrize("visibility", ["followers", "only_me"])
def test_only_whoever_may_watch_gets_it(client, alice, bob, mallory, visibility):
    follows.follow(follower=bob, followee=alice)
    address = segment(make_video(alice, visibility=visibility))
    assert status(client, address) == 404
    assert status(signed_in(mallory), address) == 404
    assert status(signed_in(bob), address) == (200 if visibility == "followers" else 404)
    assert status(signed_in(alice), address) == 200
    token = Token.objects.create(user=bob)
    by_token = status(client, address, Authorization=f"Token {token.key}")
    assert by_token == (200 if visibility == "followers" else 404)
    assert status(client, address, Authorization="Token forged") == 404


def test_gone_at_once(alice, bob, moderator):
    video = make_video(alice)
    viewer, address = signed_in(bob), segment(video)
    assert status(viewer, address) == 200
    follows.block(blocker=alice, blocked=bob)
    assert status(viewer, address) == 404
    follows.unblock(blocker=alice, blocked=bob)
    accounts.set_privacy(account=alice, is_private=True)
    assert status(viewer, address) == 404
    accounts.set_privacy(account=alice, is_private=False)
    assert status(viewer, address) == 200
    services.remove(by=moderator, video=video, reason="No")
    assert status(viewer, address) == 404
    assert status(signed_in(alice), address) == 404
    assert status(signed_in(moderator), address) == 200


def test_moderators_do_not_see_what_is_for_the_creator_only(alice, moderator):
    assert status(signed_in(moderator), segment(make_video(alice, visibility="only_me"))) == 404


@pytest.mark.parametrize("fields", [{"is_draft": True}, {"publish_at": in_an_hour()}])
def test_nor_what_has_not_gone_out(alice, moderator, fields):
    """A draft is for everyone by what it says of itself, and "Only you see it."."""
    address = segment(make_video(alice, **fields))
    assert status(signed_in(alice), address) == 200
    assert status(signed_in(moderator), address) == 404


def test_a_file_that_goes_as_it_is_asked_for(client, alice, monkeypatch):
    video = make_video(alice)
    opened = serving.FilePart

    def gone(path, *given):
        path.unlink()
        return opened(path, *given)

    monkeypatch.setattr(serving, "FilePart", gone)
    assert client.get(segment(video)).status_code == 404


def test_the_original_and_other_peoples_folders_are_never_served(alice):
    video, other = make_video(alice), upload(alice)
    owner = signed_in(alice)
    for path in (
        video.original,
        other.original,
        f"videos/{video.media_key}/{video.rendition_key}/../original",
        f"videos/{video.media_key}/{video.rendition_key}/../../{other.media_key}/original",
        f"videos/{video.media_key}/x/master.m3u8",
        "avatars/../videos/x.webp",
    ):
        assert status(owner, f"/media/{path}") == 404, path


def test_one_query_a_segment(client, alice):
    address = segment(make_video(alice))
    with CaptureQueriesContext(connection) as captured:
        status(client, address)
    assert len(captured) == 1
