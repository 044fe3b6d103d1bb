"""The API does what the pages do, with the same answers and the same denials."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import services as accounts
from follows import services as follows
from videos.models import Comment, Like, Video, Watch
from videos.tests.factories import make_comment, make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db


def api(account=None):
    client = APIClient()
    if account:
        client.force_authenticate(account)
    return client


def send(client, key="k1", **fields):
    given = {"file": SimpleUploadedFile("x.mp4", b"a file")} | fields
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/videos/", given, format="multipart", headers=headers)


def test_upload_twice_is_once(alice):
    answers = [send(api(alice), caption="Mine", visibility="followers") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    video = Video.objects.get()
    assert (video.caption, video.visibility) == ("Mine", "followers")
    processing = api(alice).get(f"/api/v1/videos/{video.pk}/processing/").json()
    assert processing == {
        "id": video.pk,
        "state": "processing",
        "progress": 0,
        "failure_code": "",
        "failure_reason": "",
        "awaits_more": False,
        "uploaded_before": None,
    }


@pytest.mark.parametrize(
    ("key", "fields", "status"),
    [
        (None, {}, 400),
        ("k" * 65, {}, 400),
        ("k", {"visibility": "friends"}, 400),
        ("k", {"file": SimpleUploadedFile("x.mp4", b"")}, 409),
    ],
)
def test_a_refused_upload_leaves_nothing(alice, key, fields, status):
    assert send(api(alice), key=key, **fields).status_code == status
    assert not Video.objects.exists()


def test_too_large(alice, settings):
    settings.MAX_UPLOAD_BYTES = 100
    for size in (101, 100_000):
        answer = send(api(alice), file=SimpleUploadedFile("x.mp4", b"x" * size))
        assert answer.status_code == 409
        assert "The limit is" in answer.json()["detail"]
    assert not Video.objects.exists()


def test_reads(alice, bob):
    video = make_video(alice, caption="Here")
    make_video(alice, visibility="only_me")
    page = api(bob).get("/api/v1/accounts/alice/videos/").json()
    assert [row["id"] for row in page["results"]] == [video.pk]
    assert page["next_cursor"] == ""
    assert api(bob).get(f"/api/v1/videos/{video.pk}/").json()["hls_url"] == video.hls_url
    profile = api(bob).get("/api/v1/accounts/alice/").json()
    assert (profile["videos"], profile["closed"], profile["relation"]["state"]) == (1, "", "follow")
    assert len(api(alice).get("/api/v1/accounts/alice/videos/").json()["results"]) == 2


def test_closed_accounts(alice, bob, moderator):
    make_video(alice)
    accounts.set_privacy(account=alice, is_private=True)
    assert api(bob).get("/api/v1/accounts/alice/").json()["closed"] == "private"
    assert api(bob).get("/api/v1/accounts/alice/videos/").json()["results"] == []
    accounts.suspend(account=alice, by=moderator, reason="x")
    assert api(bob).get("/api/v1/accounts/alice/").json()["closed"] == "gone"
    accounts.unsuspend(account=alice, by=moderator, reason="x")
    follows.block(blocker=alice, blocked=bob)
    assert api(bob).get("/api/v1/accounts/alice/").status_code == 404
    assert api(bob).get("/api/v1/accounts/alice/videos/").status_code == 404


def test_change_delete_restore(alice, bob):
    video = make_video(alice, visibility="only_me")
    url = f"/api/v1/videos/{video.pk}/"
    assert api(bob).patch(url, {"caption": "x"}).status_code == 404
    assert api().patch(url, {"caption": "x"}).status_code == 401
    changed = api(alice).patch(url, {"visibility": "everyone"}).json()
    assert (changed["state"], changed["caption"]) == ("published", "")
    assert api(bob).delete(url).status_code == 404
    assert api(alice).delete(url).status_code == 204
    assert api(bob).get(url).status_code == 404
    assert api(alice).post(f"{url}restore/").json()["state"] == "published"


def test_retry(alice, bob):
    video = make_failed_video(alice)
    url = f"/api/v1/videos/{video.pk}/processing/"
    assert api(bob).post(url).status_code == 404
    assert api(alice).get(url).json()["failure_reason"] == "This file is damaged."
    assert api(alice).post(url).json()["state"] == "processing"


def test_like_comment_watch(alice, bob):
    video = make_video(alice)
    url = f"/api/v1/videos/{video.pk}/"
    for _ in range(2):
        assert api(bob).put(f"{url}like/").json() == {"liked": True, "likes": 1}
    assert api(bob).delete(f"{url}like/").json() == {"liked": False, "likes": 0}
    for _ in range(2):
        written = api(bob).post(f"{url}comments/", {"text": "Hi"}, headers={"Idempotency-Key": "c"})
    assert written.status_code == 201
    assert [row["text"] for row in api().get(f"{url}comments/").json()["results"]] == ["Hi"]
    assert api(alice).delete(f"/api/v1/comments/{written.json()['id']}/").status_code == 204
    assert api().get(f"{url}comments/").json()["results"] == []
    assert api(bob).post(f"{url}watch/", {"ms": 3000}).status_code == 204
    assert Watch.objects.get().watched_ms == 3000


def test_denied_without_a_trace(alice, bob):
    video = make_video(alice, visibility="only_me")
    url = f"/api/v1/videos/{video.pk}/"
    assert api(bob).put(f"{url}like/").status_code == 404
    assert api(bob).post(f"{url}comments/", {"text": "Hi"}, headers={"Idempotency-Key": "c"}).status_code == 404
    assert api().put(f"{url}like/").status_code == 401
    assert not Like.objects.exists()
    assert not Comment.objects.exists()


def test_studio(alice, bob):
    follows.follow(follower=bob, followee=alice)
    make_video(alice)
    upload(alice)
    assert api(alice).get("/api/v1/me/studio/").json()["followers"] == 1
    rows = api(alice).get("/api/v1/me/studio/videos/").json()["results"]
    assert [row["delivery"] and row["delivery"]["followers"] for row in rows] == [None, 1]


@pytest.mark.parametrize("path", ["accounts/alice/videos/", "me/studio/videos/", "videos/{pk}/comments/"])
def test_lists_cost_the_same_for_many(alice, bob, path):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert api(alice).get(f"/api/v1/{path}".format(pk=video.pk)).status_code == 200
        return len(captured)

    video = make_video(alice)
    make_comment(bob, video)
    few = cost()
    for _ in range(9):
        make_video(alice)
        make_comment(bob, video)
    assert cost() == few
