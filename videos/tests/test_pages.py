"""Pages: who sees what, in which words, and that their cost does not grow with what they show."""

import re
import sys
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as accounts
from accounts.tests.factories import make_account
from follows import services as follows
from follows.tests.past import at, count
from videos import selectors, services
from videos.models import Comment, Like, Video
from videos.signals import video_opened
from videos.tests.factories import make_comment, make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


def queries(client, url, **headers):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url, **headers).status_code == 200
    return len(captured)


# --- Profile --------------------------------------------------------------------------------------------------


def test_a_profile_shows_who_and_what(client, alice, bob):
    follows.follow(follower=bob, followee=alice)
    make_video(alice, caption="First light")
    page = client.get("/@alice/").content.decode()
    assert "First light" in page
    assert "<strong>1</strong> follower<" in page
    assert "<strong>1</strong> video<" in page


def test_the_creator_sees_an_upload_at_once_and_others_do_not(client, alice):
    upload(alice, caption="Just sent")
    make_failed_video(alice, caption="Broken one")
    mine = signed_in(alice).get("/@alice/").content.decode()
    assert "Just sent" in mine
    assert "Processing" in mine
    assert "Could not be processed" in mine
    theirs = client.get("/@alice/").content.decode()
    assert "Just sent" not in theirs
    assert "No videos yet" in theirs


def test_a_private_account_shows_a_lock(client, alice, bob):
    make_video(alice, caption="Secret")
    accounts.set_privacy(account=alice, is_private=True)
    for viewer in (client, signed_in(bob)):
        page = viewer.get("/@alice/").content.decode()
        assert "This account is private" in page
        assert "Secret" not in page


def test_a_suspended_account_says_so_and_keeps_the_button(alice, bob, moderator):
    follows.follow(follower=bob, followee=alice)
    make_video(alice, caption="Spam")
    accounts.suspend(account=alice, by=moderator, reason="spam")
    page = signed_in(bob).get("/@alice/").content.decode()
    assert "This account is not available" in page
    assert "Spam" not in page
    assert "/@alice/unfollow/" in page


def test_blocked_and_blocking(alice, bob):
    make_video(alice, caption="Hidden")
    follows.block(blocker=alice, blocked=bob)
    assert signed_in(bob).get("/@alice/").status_code == 404
    page = signed_in(alice).get("/@bob/").content.decode()
    assert "You blocked this account" in page


def test_a_former_handle_leads_on(client, alice):
    accounts.update_profile(account=alice, handle="alice.new", name="Alice", bio="")
    assert client.get("/@alice/").headers["Location"] == "/@alice.new/"
    assert client.get("/@alice/").status_code == 301
    assert client.get("/@ALICE.NEW/").headers["Location"] == "/@alice.new/"
    assert client.get("/@nobody/").status_code == 404


def test_the_grid_pages_without_gap_or_repeat(client, alice):
    videos = [make_video(alice) for _ in range(30)]
    late = make_video(alice, visibility="only_me")
    services.edit(creator=alice, video=late, visibility="everyone")
    found, url = [], "/@alice/"
    while url:
        page = client.get(url, headers={"HX-Request": "true"}).content.decode()
        found += [int(pk) for pk in re.findall(r'class="video-card" href="/@alice/video/(\d+)/"', page)]
        more = re.search(r'hx-get="(\?after=[^"]+)"', page)
        url = f"/@alice/{more[1]}" if more else None
    assert found == [late.pk, *[video.pk for video in reversed(videos)]]


def test_the_profile_costs_the_same_for_many(client, alice, bob):
    make_video(alice)
    few = queries(client, "/@alice/")
    for _ in range(9):
        make_video(alice)
    assert queries(client, "/@alice/") == few


@pytest.mark.parametrize("cursor", ["nonsense", "WyJhYmMiLCAxXQ", "WzEsIDFd", "W251bGwsIG51bGxd"])
def test_a_damaged_cursor_is_the_first_page(client, alice, cursor):
    make_video(alice, caption="Here")
    assert "Here" in client.get(f"/@alice/?after={cursor}").content.decode()


# --- A video's page -------------------------------------------------------------------------------------------


def test_the_video_page_plays(client, alice):
    video = make_video(alice, caption="Look <b>here</b>")
    page = client.get(video.get_absolute_url()).content.decode()
    assert f'data-hls="/media/videos/{video.media_key}/{video.rendition_key}/master.m3u8"' in page
    assert "Look &lt;b&gt;here&lt;/b&gt;" in page


def test_a_wrong_handle_leads_to_the_right_one(client, alice, bob):
    video = make_video(alice)
    answer = client.get(f"/@bob/video/{video.pk}/?from=mail")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{video.get_absolute_url()}?from=mail")


def test_only_a_page_is_opened(alice, bob):
    """What htmx fetches, or is led to by another act, nobody opened."""
    video, opened = make_video(alice), []
    note = lambda viewer_id, **_: opened.append(viewer_id)  # noqa: E731
    video_opened.connect(note)
    client = signed_in(bob)
    client.get(video.get_absolute_url(), headers={"HX-Request": "true"})
    client.head(video.get_absolute_url())
    assert opened == []
    client.get(video.get_absolute_url())
    assert opened == [bob.pk]
    video_opened.disconnect(note)


def test_a_profile_is_kept_by_no_browser(client, alice):
    assert "no-store" in client.get("/@alice/")["Cache-Control"]


def test_counts_of_a_profile_stop_somewhere_and_say_so(client, alice, monkeypatch):
    monkeypatch.setattr(sys.modules[selectors.Profile.__module__], "COUNTED", 2)
    monkeypatch.setattr(selectors.Profile, "counted", 2)
    for _ in range(3):
        make_video(alice)
    assert "<strong>2+</strong> videos" in client.get("/@alice/").content.decode()


@pytest.mark.parametrize("visibility", ["followers", "only_me"])
def test_what_is_not_for_you_is_not_there(alice, bob, mallory, visibility):
    video = make_video(alice, visibility=visibility)
    follows.follow(follower=bob, followee=alice)
    assert signed_in(mallory).get(video.get_absolute_url()).status_code == 404
    assert signed_in(bob).get(video.get_absolute_url()).status_code == (200 if visibility == "followers" else 404)
    assert signed_in(alice).get(video.get_absolute_url()).status_code == 200


def test_the_creator_follows_the_processing(alice, bob):
    video = upload(alice)
    page = signed_in(alice).get(video.get_absolute_url()).content.decode()
    assert 'data-state="processing"' in page
    assert f'data-url="{video.get_absolute_url()}status/"' in page
    status = signed_in(alice).get(f"{video.get_absolute_url()}status/").content.decode()
    assert "Waiting for its turn" in status
    assert signed_in(bob).get(f"{video.get_absolute_url()}status/").status_code == 404


def test_a_failure_gives_its_reason_and_a_retry(alice):
    video = make_failed_video(alice, reason="This file is damaged.")
    page = signed_in(alice).get(video.get_absolute_url()).content.decode()
    assert "This file is damaged." in page
    signed_in(alice).post(f"{video.get_absolute_url()}retry/")
    video.refresh_from_db()
    assert video.state == Video.State.PROCESSING


def test_edit(alice, bob):
    video = make_video(alice)
    url = f"{video.get_absolute_url()}edit/"
    assert signed_in(alice).get(url).status_code == 200
    signed_in(alice).post(url, {"caption": "Better", "visibility": "followers"})
    assert signed_in(bob).post(url, {"caption": "Worse", "visibility": "only_me"}).status_code == 404
    assert signed_in(alice).post(url, {"caption": "x" * 501, "visibility": "everyone"}).status_code == 422
    video.refresh_from_db()
    assert (video.caption, video.visibility) == ("Better", "followers")


def test_delete_and_undo(client, alice, bob):
    video = make_video(alice)
    url = video.get_absolute_url()
    assert signed_in(bob).post(f"{url}delete/").status_code == 404
    assert client.get(url).status_code == 200
    page = signed_in(alice).post(f"{url}delete/", follow=True).content.decode()
    assert "Video deleted." in page
    assert f'action="{url}restore/"' in page
    assert "You deleted this video. Nobody can see it. 30 days left." in signed_in(alice).get(url).content.decode()
    assert client.get(url).status_code == 404
    signed_in(alice).post(f"{url}restore/")
    assert client.get(url).status_code == 200


def test_a_moderators_removal_is_explained_and_stands(client, alice, moderator):
    video = make_video(alice)
    services.remove(by=moderator, video=video, reason="Not yours to post.")
    page = signed_in(alice).get(video.get_absolute_url()).content.decode()
    assert "Reason: Not yours to post." in page
    signed_in(alice).post(f"{video.get_absolute_url()}restore/")
    assert client.get(video.get_absolute_url()).status_code == 404


# --- Like, comment, watch -------------------------------------------------------------------------------------


def test_like_and_unlike_answer_the_button_as_it_stands(alice, bob):
    video = make_video(alice)
    viewer, url = signed_in(bob), video.get_absolute_url()
    for _ in range(2):
        button = viewer.post(f"{url}like/", headers={"HX-Request": "true"}).content.decode()
        assert 'aria-pressed="true"' in button
        assert "1 like" in button
    button = viewer.post(f"{url}unlike/", headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="false"' in button
    assert "rail__button" in button
    assert not Like.objects.exists()
    assert viewer.post(f"{url}like/").headers["Location"] == url


def test_liking_needs_a_login_and_sight(client, alice, bob):
    video = make_video(alice, visibility="followers")
    assert "/accounts/login/" in client.post(f"{video.get_absolute_url()}like/").headers["Location"]
    assert signed_in(bob).post(f"{video.get_absolute_url()}like/").status_code == 404
    assert not Like.objects.exists()


def test_comments(client, alice, bob, mallory):
    video = make_video(alice)
    url = f"{video.get_absolute_url()}comments/"
    form = {"text": "Lovely\n\nlight", "submit_key": "k1"}
    for _ in range(2):
        fragment = signed_in(bob).post(url, form, headers={"HX-Request": "true"}).content.decode()
    assert fragment.count('<p class="comment__text">Lovely') == 1
    assert 'hx-swap-oob="true"' in fragment
    assert "Lovely" in client.get(url).content.decode()
    comment = Comment.objects.get()
    remove = f"/comments/{comment.pk}/remove/"
    assert signed_in(mallory).post(remove).status_code == 404
    assert Comment.objects.standing().exists()
    assert "Comment removed" in signed_in(alice).post(remove, headers={"HX-Request": "true"}).content.decode()
    assert not Comment.objects.standing().exists()
    video.count.refresh_from_db()
    assert video.count.comments == 0


def test_an_empty_comment_is_refused_in_place(alice, bob):
    url = f"{make_video(alice).get_absolute_url()}comments/"
    page = signed_in(bob).post(url, {"text": " ", "submit_key": "k"}, headers={"HX-Request": "true"})
    assert "Write something first." in page.content.decode()
    assert not Comment.objects.exists()


def test_comments_that_are_not_shown_are_counted_in_a_closing_line(alice, bob, mallory):
    video = make_video(alice)
    make_comment(mallory, video)
    follows.block(blocker=bob, blocked=mallory)
    page = signed_in(bob).get(f"{video.get_absolute_url()}comments/").content.decode()
    assert "1 comment you cannot see" in page


def test_the_comments_cost_the_same_for_many(client, alice, bob):
    video = make_video(alice)
    make_comment(bob, video)
    few = queries(client, f"{video.get_absolute_url()}comments/")
    for n in range(9):
        make_comment(make_account(f"fan{n}"), video)
    assert queries(client, f"{video.get_absolute_url()}comments/") == few


# --- Upload ---------------------------------------------------------------------------------------------------


def clip(content=b"a file", name="../../etc/passwd.mp4"):
    return SimpleUploadedFile(name, content, content_type="video/mp4")


def form(**fields):
    return {"caption": "Mine", "visibility": "everyone", "upload_key": "k1", "file": clip(), "act": "post"} | fields


def test_uploading_leads_to_the_videos_page(alice):
    answer = signed_in(alice).post("/upload/", form())
    video = Video.objects.get()
    assert answer.headers["Location"] == video.get_absolute_url()
    assert video.original == f"videos/{video.media_key}/original"


def test_sent_twice_it_is_one_video(alice):
    urls = {
        signed_in(alice).post("/upload/", form(), headers={"Accept": "application/json"}).json()["url"] for _ in "12"
    }
    assert urls == {Video.objects.get().get_absolute_url()}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": clip(b"")}, "This file is empty"),
        ({"file": ""}, "Choose a video file"),
        ({"visibility": "friends"}, "Select a valid choice"),
        ({"caption": "x" * 501}, "at most 500 characters"),
        ({"upload_key": ""}, "This field is required"),
    ],
)
def test_a_refused_upload_says_why_and_leaves_nothing(alice, fields, words):
    page = signed_in(alice).post("/upload/", form(**fields))
    assert page.status_code == 422
    assert words in page.content.decode()
    answer = signed_in(alice).post("/upload/", form(**fields), headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert words in str(answer.json()["errors"])
    assert not Video.objects.exists()


def test_too_large_is_said_in_words(alice, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    page = signed_in(alice).post("/upload/", form(file=clip(b"x" * 1001)))
    assert "The limit is 1000" in page.content.decode().replace("\xa0", " ")
    page = signed_in(alice).post("/upload/", form(file=clip(b"x" * 100_000)))
    assert "The limit is 1000" in page.content.decode().replace("\xa0", " ")
    assert not Video.objects.exists()


def test_uploading_needs_a_login(client):
    assert "/accounts/login/" in client.get("/upload/").headers["Location"]
    assert "/accounts/login/" in client.post("/upload/", form()).headers["Location"]
    assert not Video.objects.exists()


# --- Studio ---------------------------------------------------------------------------------------------------


def test_studio_shows_followers_and_delivery(alice, bob, mallory):
    with at(timezone.now() - timedelta(hours=1)):
        follows.follow(follower=bob, followee=alice)
        follows.follow(follower=mallory, followee=alice)
        follows.unfollow(follower=mallory, followee=alice)
    count()
    make_video(alice, caption="Told")
    make_video(alice, caption="Kept", visibility="only_me")
    page = signed_in(alice).get("/studio/").content.decode()
    assert "<dt>Followers now</dt><dd>1</dd>" in page
    assert "<dt>Gained in 28 days</dt><dd>2</dd>" in page
    assert "<dt>Lost in 28 days</dt><dd>1</dd>" in page
    assert '<span class="num">0</span> of <span class="num">1</span> so far' in page
    assert "Nobody told yet" in page


def test_studio_costs_the_same_for_many(alice):
    viewer = signed_in(alice)
    make_video(alice)
    few = queries(viewer, "/studio/")
    for _ in range(9):
        make_video(alice)
    assert queries(viewer, "/studio/") == few


def test_an_empty_studio(alice):
    page = signed_in(alice).get("/studio/").content.decode()
    assert "No videos yet" in page
