"""The moderators' desk: read, remove with a reason, restore, process again; nothing else."""

import pytest
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.test import Client

from accounts.tests.factories import make_account
from videos import checks, services
from videos.models import Bookmark, Comment, CommentLike, Decision, HiddenReposts, Like, Repost, Video, Watch
from videos.tests.factories import make_comment, make_failed_video, make_reply, make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db):
    """Somebody at the desk who may read only."""
    account = make_account("reader", is_staff=True)
    account.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_video", "view_comment", "view_publication"])
    )
    return account


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.parametrize("model", ["video", "publication", "comment"])
def test_lists_and_pages_open(alice, bob, moderator, model):
    video = make_video(alice, caption="Seen at the desk")
    make_failed_video(alice)
    row = {"video": video, "publication": video.publication, "comment": make_comment(bob, video)}[model]
    desk = signed_in(moderator)
    assert desk.get(f"/admin/videos/{model}/?q=alice").status_code == 200
    page = desk.get(f"/admin/videos/{model}/{row.pk}/change/")
    assert page.status_code == 200
    assert desk.get(f"/admin/videos/{model}/add/").status_code == 403


def test_removing_asks_for_a_reason(alice, moderator):
    video = make_video(alice)
    desk = signed_in(moderator)
    url = f"/admin/videos/video/remove/?_selected_action={video.pk}"
    assert "The creator reads" in desk.get(url).content.decode()
    for missing in ({"policy": "", "words": "Stolen."}, {"policy": "copyright", "words": ""}):
        desk.post(url, missing)
        video.refresh_from_db()
        assert video.state == Video.State.PUBLISHED
    desk.post(url, {"policy": "copyright", "words": "Stolen."})
    assert Decision.objects.get().policy == "copyright"
    video.refresh_from_db()
    assert (video.state, video.removed_by, video.removal_reason) == (Video.State.REMOVED, moderator, "Stolen.")
    desk.post("/admin/videos/video/", {"action": "restore_chosen", "_selected_action": video.pk})
    video.refresh_from_db()
    assert video.state == Video.State.PUBLISHED


def test_processing_again(alice, moderator):
    video = make_failed_video(alice)
    signed_in(moderator).post("/admin/videos/video/", {"action": "retry_chosen", "_selected_action": video.pk})
    video.refresh_from_db()
    assert video.state == Video.State.PROCESSING


def test_what_is_refused_is_said_and_holds_up_no_other(alice, moderator):
    lost, other = make_failed_video(alice), make_failed_video(alice)
    Video.objects.filter(pk=lost.pk).update(original="")
    chosen = {"action": "retry_chosen", "_selected_action": [lost.pk, other.pk]}
    page = signed_in(moderator).post("/admin/videos/video/", chosen, follow=True).content.decode()
    assert "no longer kept" in page
    states = dict(Video.objects.values_list("pk", "state"))
    assert states == {lost.pk: Video.State.FAILED, other.pk: Video.State.PROCESSING}


def test_opening_a_link_changes_nothing(alice, moderator):
    video = make_failed_video(alice)
    desk, url = signed_in(moderator), f"/admin/videos/video/{video.pk}/retry-this/"
    assert "Process this video again?" in desk.get(url).content.decode()
    video.refresh_from_db()
    assert video.state == Video.State.FAILED
    asked = desk.post(url, {"_form_submitted": "True"}, headers={"hx-request": "true"})
    assert asked["HX-Redirect"] == f"/admin/videos/video/{video.pk}/change/"
    video.refresh_from_db()
    assert video.state == Video.State.PROCESSING


def test_removing_comments(alice, bob, moderator):
    comment = make_comment(bob, make_video(alice))
    desk = signed_in(moderator)
    asked = desk.post("/admin/videos/comment/", {"action": "remove_chosen", "_selected_action": comment.pk})
    assert comment.text in desk.get(asked["Location"]).content.decode()
    assert desk.get(f"/admin/videos/comment/{comment.pk}/remove-this/")["Location"] == asked["Location"]
    desk.post(asked["Location"], {"policy": "", "words": "Spam."})
    assert Comment.objects.standing().exists()
    desk.post(asked["Location"], {"policy": "spam", "words": "Spam."})
    assert not Comment.objects.standing().exists()
    assert (Decision.objects.get().policy, Decision.objects.get().words) == ("spam", "Spam.")


def test_what_is_to_be_removed_is_chosen(moderator):
    assert "Nothing is chosen." in signed_in(moderator).get("/admin/videos/comment/remove/").content.decode()


def test_readers_change_nothing(alice, bob, staff):
    video = make_video(alice)
    comment = make_comment(bob, video)
    desk = signed_in(staff)
    assert desk.get("/admin/videos/video/").status_code == 200
    for kind, thing in (("video", video), ("comment", comment)):
        url, verdict = f"/admin/videos/{kind}/remove/?_selected_action={thing.pk}", {"policy": "spam", "words": "x"}
        assert desk.post(url, verdict).status_code == 403
    desk.post("/admin/videos/comment/", {"action": "remove_chosen", "_selected_action": comment.pk})
    video.refresh_from_db()
    assert video.state == Video.State.PUBLISHED
    assert Comment.objects.standing().exists()


@pytest.mark.parametrize("fields", [{"visibility": "only_me"}, {"is_draft": True}])
def test_what_is_for_the_creator_only_is_not_shown(alice, moderator, fields):
    video = make_video(alice, **fields)
    page = signed_in(moderator).get(f"/admin/videos/video/{video.pk}/change/").content.decode()
    assert "It is not for everybody" in page
    assert video.hls_url not in page


def test_a_missing_ffmpeg_is_one_line(monkeypatch):
    assert checks.ffmpeg_is_there() == []
    monkeypatch.setenv("FFMPEG", "/nowhere/ffmpeg")
    (warning,) = checks.ffmpeg_is_there()
    assert warning.msg.startswith("Videos cannot be processed: ")
    assert "\n" not in warning.msg


ACTS = {"like": Like, "bookmark": Bookmark, "repost": Repost, "commentlike": CommentLike, "watch": Watch}


@pytest.mark.parametrize("name", [*ACTS, "hiddenreposts"])
def test_what_people_did_is_read_and_not_changed(alice, bob, moderator, name):
    video = make_video(alice)
    comment = make_comment(alice, video)
    for act in (services.like, services.save, services.repost):
        act(account=bob, video=video)
    services.like_comment(account=bob, comment=comment)
    services.hide_reposts(account=bob, creator=alice)
    services.record_watch(viewer=bob, video=video, ms=5000)
    row = ACTS.get(name, HiddenReposts).objects.get()
    desk, url = signed_in(moderator), f"/admin/videos/{name}/"
    assert f"{url}{row.pk}/change/" in desk.get(f"{url}?q=bob").content.decode()
    assert desk.get(f"{url}{row.pk}/change/").status_code == 200
    assert desk.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get(f"{url}add/").status_code == 403
    row.refresh_from_db()


def test_a_comment_is_read_in_its_thread_removed_and_brought_back(alice, bob, moderator, staff):
    thread = make_comment(bob, make_video(alice), "Question")
    reply = make_reply(alice, thread, "Answer")
    url = f"/admin/videos/comment/{reply.pk}/"
    page = signed_in(moderator).get(f"{url}change/").content.decode()
    assert page.index("Question") < page.rindex("Answer")
    assert f"/admin/videos/comment/{thread.pk}/change/" in page
    assert f"/admin/videos/video/{thread.video_id}/change/" in page
    removal = f"/admin/videos/comment/remove/?_selected_action={reply.pk}", {"policy": "spam", "words": "Spam."}
    restoring = f"{url}restore-this/", {"_form_submitted": "True"}
    for (address, answers), is_removed in ((removal, True), (restoring, False)):
        signed_in(staff).post(address, answers)
        reply.refresh_from_db()
        assert (reply.removed_at is not None) is not is_removed
        signed_in(moderator).post(address, answers)
        reply.refresh_from_db()
        assert (reply.removed_at is not None) is is_removed


def test_a_comment_of_an_erased_account_stays_away_and_the_desk_says_why(alice, bob, moderator):
    comment = make_comment(bob, make_video(alice))
    Comment.objects.filter(pk=comment.pk).update(author=None, text="", removed_at=Now())
    asked = {"action": "restore_chosen", "_selected_action": comment.pk}
    told = signed_in(moderator).post("/admin/videos/comment/", asked, follow=True).content.decode()
    assert "The account was deleted" in told
    assert Comment.objects.get().removed_at
