"""Media files in a real bucket: we are asked for each of them, and what we answer with stops working by itself."""

import time

import pytest
import requests
from django.core.files.storage import default_storage

from accounts import services as accounts
from follows import services as follows
from videos import services
from videos.storage import remove_folders
from videos.tests.factories import FILES, make_video
from videos.tests.test_files import segment, signed_in

pytestmark = pytest.mark.django_db

SEGMENT = FILES["360/000.m4s"]


@pytest.fixture
def video(bucket, alice):
    return make_video(alice)


def address_of(client, path, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_we_send_to_an_address_signed_for_a_minute(client, bucket, video, settings):
    answer = client.get(segment(video))
    address = answer.headers["Location"]
    assert address.startswith(f"{bucket.url}/")
    assert f"X-Amz-Expires={settings.MEDIA_ADDRESS_SECONDS}" in address
    assert answer.headers["Cache-Control"] == "private, max-age=30"
    got = requests.get(address, timeout=5)
    assert (got.status_code, got.content) == (200, SEGMENT)
    assert got.headers["Content-Type"] == "video/iso.segment"
    assert got.headers["Cache-Control"] == "private, max-age=60"


def test_ranges_and_conditions_are_the_buckets(client, video):
    address = address_of(client, segment(video))
    part = requests.get(address, headers={"Range": "bytes=2-4"}, timeout=5)
    assert (part.status_code, part.content) == (206, SEGMENT[2:5])
    assert part.headers["Content-Range"] == f"bytes 2-4/{len(SEGMENT)}"
    assert requests.get(address, headers={"If-None-Match": part.headers["ETag"]}, timeout=5).status_code == 304
    assert requests.get(address, headers={"Range": "bytes=99-"}, timeout=5).status_code == 416


def test_head_is_signed_as_head(client, video):
    address = client.head(segment(video)).headers["Location"]
    told = requests.head(address, timeout=5)
    assert (told.status_code, told.headers["Content-Length"]) == (200, str(len(SEGMENT)))
    assert requests.get(address, timeout=5).status_code == 403


def test_an_address_opens_nothing_else(client, bucket, video):
    address = address_of(client, segment(video))
    assert requests.get(address.replace("000.m4s", "init.mp4"), timeout=5).status_code == 403
    assert requests.delete(address, timeout=5).status_code == 403
    assert requests.get(address.split("?", maxsplit=1)[0], timeout=5).status_code == 403
    assert requests.get(f"{bucket.url}/media/{video.media_folder}/original", timeout=5).status_code == 403


def test_playlists_come_from_us(client, video):
    answer = client.get(video.hls_url)
    assert (answer.status_code, answer.content) == (200, FILES["master.m3u8"])
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = client.get(video.hls_url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(video.hls_url.replace("master", "missing")).status_code == 404


def test_who_may_not_watch_any_more_is_refused_at_once(alice, bob, mallory, moderator, video):
    viewer = signed_in(bob)

    def asked():
        return [viewer.get(path).status_code for path in (segment(video), video.hls_url, video.poster_url)]

    assert asked() == [302, 200, 302]
    follows.block(blocker=alice, blocked=bob)
    assert asked() == [404] * 3
    follows.unblock(blocker=alice, blocked=bob)
    accounts.set_privacy(account=alice, is_private=True)
    assert asked() == [404] * 3
    accounts.set_privacy(account=alice, is_private=False)
    services.edit(creator=alice, video=video, visibility="followers")
    assert asked() == [404] * 3
    follows.follow(follower=bob, followee=alice)
    assert asked() == [302, 200, 302]
    follows.unfollow(follower=bob, followee=alice)
    assert asked() == [404] * 3
    services.edit(creator=alice, video=video, visibility="everyone")
    services.remove(by=moderator, video=video, reason="No")
    assert asked() == [404] * 3


def test_what_was_given_out_ends_by_itself(client, alice, moderator, bucket, settings):
    settings.MEDIA_ADDRESS_SECONDS = 1
    video = make_video(alice)
    address = address_of(client, segment(video))
    assert requests.get(address, timeout=5).status_code == 200
    services.remove(by=moderator, video=video, reason="No")
    time.sleep(2.1)
    assert requests.get(address, timeout=5).status_code == 403


def test_no_way_out_of_the_folder(alice, video):
    owner = signed_in(alice)
    folder = f"/media/{video.media_folder}/{video.rendition_key}"
    for path in (f"{folder}/../original", f"{folder}/..%2Foriginal", f"{folder}/360/../../original"):
        assert owner.get(path).status_code == 404, path


def test_folders_are_removed_with_what_is_in_them(bucket, video):
    remove_folders(video.media_folder, keep=set)
    assert not {name for name in bucket.names() if video.rendition_key in name}


def test_a_bucket_that_is_away_is_a_disk_that_fails(client, bucket, video, settings):
    away = bucket.options() | {"endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "socialvideo.lib.bucket.Bucket", "OPTIONS": away}}
    with pytest.raises(OSError, match=":1/"):
        default_storage.listdir("videos")
    assert client.get(video.hls_url).status_code == 503
    remove_folders("videos/x", keep=set)  # says so in the log, and is tried again
