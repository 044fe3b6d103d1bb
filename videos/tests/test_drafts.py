"""What is a draft never goes out, whatever happens to it, until its creator posts it."""

import itertools
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from socialvideo.lib.audit import breaches
from socialvideo.lib.testing import in_threads
from videos import services, tasks
from videos.audit import CHECKS
from videos.models import Publication, Upload, Video
from videos.querysets import VideoQuerySet
from videos.services import clearing, erasure, processing, uploads
from videos.tests.factories import finish, in_an_hour, let_its_hour_come, make_failed_video, make_video, upload

pytestmark = pytest.mark.django_db


def signed_in(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def begun(creator: User, key: str = "k", size: int = 1000, **words: Any) -> Video:
    return uploads.begin_upload(creator=creator, upload_key=key, size=size, **({"is_draft": True} | words))


# --- Whatever happens -----------------------------------------------------------------------------------------


def schedule(video: Video) -> None:
    services.edit(creator=video.creator, video=video, publish_at=in_an_hour())
    let_its_hour_come(video)


def reword(video: Video) -> None:
    services.edit(creator=video.creator, video=video, caption="Other words #x", visibility="followers")


def bring_back(video: Video) -> None:
    services.remove(by=video.creator, video=video)
    services.restore(by=video.creator, video=video)


def leave_and_return(video: Video) -> None:
    accounts.deactivate(account=video.creator)
    accounts.reactivate(account=video.creator)


def sweep(video: Video) -> None:
    tasks.sweep_processing()
    tasks.publish_waiting()
    services.publish(video=video)


ACTS = [schedule, reword, bring_back, leave_and_return, sweep]


@pytest.mark.parametrize("first", range(len(ACTS)), ids=[act.__name__ for act in ACTS])
@pytest.mark.parametrize("finished", range(len(ACTS)))
def test_a_draft_never_goes_out_by_itself(alice: User, bob: User, first: int, finished: int) -> None:
    """All that may let a video out, one after the other from any of them on, ready at any moment between."""
    video = upload(alice, is_draft=True)
    for number, act in enumerate([*ACTS[first:], *ACTS[:first]]):
        if number == finished:
            finish(video)
        act(video)
    sweep(video)
    video.refresh_from_db()
    assert (video.state, video.is_draft) == (Video.State.READY, True)
    assert not Publication.objects.exists()
    assert not Video.objects.visible_to(bob.pk).exists()


def test_posted_it_goes_out_once(alice: User) -> None:
    video = finish(upload(alice, is_draft=True))
    for _ in range(2):
        video = services.edit(creator=alice, video=video, is_draft=False)
    assert (video.state, Publication.objects.count()) == (Video.State.PUBLISHED, 1)
    with pytest.raises(services.Refused, match="gone out already"):
        services.edit(creator=alice, video=video, is_draft=True)


def test_posted_before_it_has_arrived_it_goes_out_when_it_is_ready(alice: User) -> None:
    video = begun(alice)
    services.edit(creator=alice, video=video, is_draft=False, caption="Soon")
    assert not Publication.objects.exists()
    uploads.hand_over(video=video, name="x", size=1000)
    assert finish(video).state == Video.State.PUBLISHED


def test_a_draft_is_not_let_go_to_an_hour_that_has_passed(alice: User) -> None:
    video = finish(upload(alice, is_draft=True, publish_at=in_an_hour()))
    let_its_hour_come(video)
    with pytest.raises(services.Refused, match="has passed"):
        services.edit(creator=alice, video=video, is_draft=False)
    assert services.edit(creator=alice, video=video, is_draft=False, publish_at=None).state == Video.State.PUBLISHED


def test_only_its_creator_edits_posts_and_discards_it(alice: User, bob: User, moderator: User) -> None:
    video = finish(upload(alice, is_draft=True))
    url = video.get_absolute_url()
    for path, other in itertools.product(["edit/", "delete/"], [bob, moderator]):
        assert signed_in(other).post(f"{url}{path}", {"act": "post", "visibility": "everyone"}).status_code == 404
    assert signed_in(bob).get(url).status_code == 404
    assert signed_in(bob).post("/upload/", {"video": video.pk, "visibility": "everyone"}).status_code == 404
    video.refresh_from_db()
    assert (video.state, video.is_draft) == (Video.State.READY, True)


@pytest.mark.parametrize(("trim", "words"), [((0, 500), "less than a second"), ((0, 400_000), "The limit is 3:00")])
def test_a_part_that_nobody_means_is_refused(alice: User, trim: tuple[int, int], words: str) -> None:
    with pytest.raises(services.Refused, match=words):
        begun(alice, trim_from_ms=trim[0], trim_to_ms=trim[1])
    assert not Video.objects.exists()


# --- Pages ----------------------------------------------------------------------------------------------------


def test_the_card_stands_on_the_profile_at_once(alice: User, bob: User) -> None:
    """Loops#413: nothing on the profile for 30 s, uploaded twice."""
    video = begun(alice, caption="On its way")
    uploads.keep_alive(video.pk, received=400)
    page = signed_in(alice).get("/@alice/").content.decode()
    assert "On its way" in page
    assert 'Uploading <span class="num">40%</span>' in page
    assert "On its way" not in signed_in(bob).get("/@alice/").content.decode()
    own = signed_in(alice).get(video.get_absolute_url()).content.decode()
    assert "Go on uploading" in own


def test_a_form_saves_a_draft_or_posts(alice: User) -> None:
    client = signed_in(alice)
    for act in ("draft", "post"):
        file = SimpleUploadedFile("x.mp4", b"a file")
        form = {"file": file, "upload_key": act, "caption": act, "visibility": "everyone", "act": act}
        answer = client.post("/upload/", form)
        video = Video.objects.get(upload_key=act)
        assert video.is_draft == (act == "draft")
        assert answer.headers["Location"] == ("/studio/drafts/" if video.is_draft else video.get_absolute_url())


def test_without_its_button_a_form_posts_nothing(alice: User) -> None:
    form = {"file": SimpleUploadedFile("x.mp4", b"a file"), "upload_key": "k", "visibility": "everyone"}
    signed_in(alice).post("/upload/", form)
    assert Video.objects.get().is_draft


def test_words_for_a_file_that_comes_another_way(alice: User) -> None:
    video = begun(alice)
    form = {
        "video": video.pk,
        "caption": "Cut #short",
        "visibility": "followers",
        "trim_from_ms": "1000",
        "trim_to_ms": "9000",
        "cover_ms": "",
        "act": "post",
    }
    answer = signed_in(alice).post("/upload/", form, headers={"Accept": "application/json"})
    assert answer.json() == {"url": video.get_absolute_url(), "state": "uploading"}
    video.refresh_from_db()
    assert (video.caption, video.visibility, video.is_draft) == ("Cut #short", "followers", False)
    assert (video.trim_from_ms, video.trim_to_ms, video.cover_ms, video.allows_comments) == (1000, 9000, None, False)


def test_without_javascript_the_whole_file_is_sent_again(alice: User) -> None:
    video = begun(alice, size=6)
    form = {"video": video.pk, "visibility": "everyone", "act": "post", "upload_key": "ignored"}
    answer = signed_in(alice).post("/upload/", form | {"file": SimpleUploadedFile("x.mp4", b"a file")})
    assert answer.headers["Location"] == video.get_absolute_url()
    video.refresh_from_db()
    assert (video.state, video.is_draft, Video.objects.count()) == (Video.State.PROCESSING, False, 1)
    other = begun(alice, key="other", size=6)
    form["video"] = other.pk
    page = signed_in(alice).post("/upload/", form | {"file": SimpleUploadedFile("x.mp4", b"another file")})
    assert (page.status_code, "already used for another file" in page.content.decode()) == (422, True)


def test_a_draft_is_edited_posted_and_discarded_by_its_pages(alice: User) -> None:
    client = signed_in(alice)
    draft = finish(upload(alice, is_draft=True, caption="First words"))
    assert "First words" in client.get("/studio/drafts/").content.decode()
    assert "Draft" in client.get("/@alice/").content.decode()
    edit = f"{draft.get_absolute_url()}edit/"
    assert "Save draft" in client.get(edit).content.decode()
    saved = client.post(edit, {"caption": "Better", "visibility": "everyone", "act": "draft"}, follow=True)
    assert "Saved as a draft." in saved.content.decode()
    gone = client.post(f"{draft.get_absolute_url()}delete/", follow=True).content.decode()
    assert "Draft discarded." in gone
    assert "No drafts" in gone
    client.post(f"{draft.get_absolute_url()}restore/")
    client.post(edit, {"caption": "Best", "visibility": "everyone", "allows_comments": "on", "act": "post"})
    draft.refresh_from_db()
    assert (draft.state, draft.caption) == (Video.State.PUBLISHED, "Best")


def test_part_and_cover_are_changed_in_seconds(alice: User) -> None:
    """By a plain form. Once the video is out its part stays, and its cover may change as long as its file is here."""
    video = make_video(alice, is_draft=True, trim_from_ms=1234)
    url, client = f"{video.get_absolute_url()}edit/", signed_in(alice)
    assert 'name="trim_from_ms" value="1.234"' in client.get(url).content.decode()
    words = {"caption": "", "visibility": "everyone", "when": "at_once", "act": "draft"}
    refused = client.post(url, words | {"trim_from_ms": "2", "trim_to_ms": "2.5", "cover_ms": ""})
    assert (refused.status_code, "less than a second" in refused.content.decode()) == (422, True)
    for wrong in ("-1", "nan", "1e9", "soon"):
        assert client.post(url, words | {"cover_ms": wrong}).status_code == 422
    client.post(url, words | {"trim_from_ms": "1.5", "trim_to_ms": "", "cover_ms": "3.25"})
    video.refresh_from_db()
    assert (video.trim_from_ms, video.trim_to_ms, video.cover_ms) == (1500, None, 3250)
    assert video.state == Video.State.PROCESSING
    out = make_video(alice)
    url = f"{out.get_absolute_url()}edit/"
    page = client.get(url).content.decode()
    assert 'name="cover_ms"' in page
    assert "trim_from_ms" not in page
    saved = client.post(url, {"visibility": "everyone", "cover_ms": "2", "trim_from_ms": "1"}, follow=True)
    assert "Your new cover is being made." in saved.content.decode()
    out.refresh_from_db()
    assert (out.cover_ms, out.trim_from_ms, out.awaits_more) == (2000, None, True)
    assert "Your new cover is being made." in client.get(url).content.decode()
    Video.objects.filter(pk=out.pk).update(awaits_more=False, failure_code="internal", failure_reason="No room.")
    failed = client.get(url).content.decode()
    assert "could not be made, and the one before stays: No room." in failed
    assert f'action="{out.get_absolute_url()}retry/"' in failed
    Video.objects.filter(pk=out.pk).update(cover_made_ms=2000, failure_code="", failure_reason="")
    assert "cover is being made" not in client.get(url).content.decode()
    Video.objects.filter(pk=out.pk).update(original="")
    assert "cover_ms" not in client.get(url).content.decode()


def test_unfinished_uploads_are_listed_where_they_go_on(alice: User) -> None:
    client = signed_in(alice)
    video = begun(alice, file_name="<b>holiday.mp4")
    page = client.get("/upload/").content.decode()
    assert "&lt;b&gt;holiday.mp4" in page
    assert f"/upload/?video={video.pk}" in page
    resumed = client.get(f"/upload/?video={video.pk}").content.decode()
    assert "Go on uploading" in resumed
    assert 'data-size="1000"' in resumed
    cancelled = client.post(f"{video.get_absolute_url()}delete/", {"next": "/upload/"}, follow=True)
    assert "Upload cancelled." in cancelled.content.decode()
    assert not Video.objects.exists()


def test_lists_of_makers_cost_the_same_for_many(alice: User) -> None:
    client = signed_in(alice)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def more(number: int) -> None:
        begun(alice, key=f"begun {number}")
        finish(upload(alice, is_draft=True))
        services.remove(by=alice, video=make_video(alice))

    paths = ["/studio/drafts/", "/studio/deleted/", "/upload/", "/@alice/", "/studio/"]
    more(0)
    few = {path: cost(path) for path in paths}
    for number in range(1, 10):
        more(number)
    assert {path: cost(path) for path in paths} == few


def test_the_api_says_and_changes_it(alice: User) -> None:
    client = APIClient()
    client.force_authenticate(alice)
    video = finish(upload(alice, is_draft=True))
    path = f"/api/v1/videos/{video.pk}/"
    assert client.get(path).json()["is_draft"] is True
    assert client.patch(path, {"allows_comments": False, "is_draft": False}).status_code == 200
    video.refresh_from_db()
    assert (video.state, video.allows_comments) == (Video.State.PUBLISHED, False)
    assert client.patch(path, {"is_draft": True}).status_code == 409


@pytest.mark.parametrize(
    ("body", "content_type"),
    [('{"caption": "Hello"}', "application/json"), ("caption=Hello", "application/x-www-form-urlencoded")],
)
def test_what_a_change_leaves_out_stays(alice: User, body: str, content_type: str) -> None:
    """A box that a form does not send is no box without its tick: the draft went out, and its comments off."""
    client = APIClient()
    client.force_authenticate(alice)
    video = finish(upload(alice, is_draft=True))
    assert client.patch(f"/api/v1/videos/{video.pk}/", body, content_type=content_type).status_code == 200
    video.refresh_from_db()
    assert (video.caption, video.state, video.is_draft, video.allows_comments) == (
        "Hello",
        Video.State.READY,
        True,
        True,
    )


# --- Deleted, and brought back --------------------------------------------------------------------------------


def age(video: Video, days: float) -> None:
    Video.objects.filter(pk=video.pk).update(removed_at=Now() - timedelta(days=days))


def test_a_deletion_is_undone_for_thirty_days(alice: User, bob: User) -> None:
    video = make_video(alice, caption="Missed")
    services.remove(by=alice, video=video)
    age(video, 29.5)
    tasks.sweep_deleted()
    page = signed_in(alice).get("/studio/deleted/").content.decode()
    assert "Missed" in page
    assert "Goes within a day" in page
    assert "Missed" not in signed_in(bob).get("/studio/deleted/").content.decode()
    assert services.restore(by=alice, video=video).state == Video.State.PUBLISHED
    assert Publication.objects.count() == 1


def test_then_files_and_content_go_and_the_publication_stays(
    alice: User, bob: User, moderator: User, settings: Any
) -> None:
    from django.core.files.storage import default_storage

    settings.KEEP_DELETED_DAYS = 5
    shown, own = make_video(alice, caption="Gone #soon"), make_video(alice, visibility="only_me")
    services.comment(author=bob, video=shown, text="Nice", submit_key="c")
    for video in (shown, own):
        services.remove(by=alice, video=video)
        age(video, 5.1)
    tasks.sweep_deleted()
    tasks.sweep_deleted()
    assert not Video.objects.filter(pk=own.pk).exists()
    media_folder = shown.media_folder
    shown.refresh_from_db()
    assert (shown.state, shown.caption, shown.original, shown.rendition_key) == (Video.State.REMOVED, "", "", "")
    assert Publication.objects.filter(video=shown).exists()
    assert not default_storage.exists(f"{media_folder}/original")
    for by in (alice, moderator):
        with pytest.raises(services.Refused, match="deleted for good"):
            services.restore(by=by, video=shown)
    assert "deleted for good" in signed_in(alice).get(shown.get_absolute_url()).content.decode()


def test_what_a_moderator_removed_is_not_deleted(alice: User, moderator: User) -> None:
    video = make_video(alice)
    services.remove(by=alice, video=video)
    services.remove(by=moderator, video=video, reason="Evidence.")
    age(video, 99)
    tasks.sweep_deleted()
    assert services.restore(by=moderator, video=video).state == Video.State.PUBLISHED


def test_one_that_cannot_be_erased_holds_up_no_other(alice: User, monkeypatch: Any, caplog: Any) -> None:
    from videos.services import clearing

    first, second = make_video(alice), make_video(alice)
    for video in (first, second):
        services.remove(by=alice, video=video)
        age(video, 31)
    erase = clearing.erase_video

    def fail(video: Video, **given: Any) -> None:
        if video.pk == first.pk:
            raise OSError("the bucket is away")
        erase(video, **given)

    with monkeypatch.context() as patch:
        patch.setattr(clearing, "erase_video", fail)
        patch.setattr(clearing, "AT_ONCE", 1)
        for _ in range(100):  # lots: each time one of the two
            tasks.sweep_deleted()
            if "could not be erased" in caplog.text and not Video.objects.get(pk=second.pk).original:
                break
    assert [Video.objects.get(pk=video.pk).original == "" for video in (first, second)] == [False, True]


def test_no_chosen_key_stands_in_the_way(alice: User) -> None:
    video = make_video(alice)
    begun(alice, key=f"erased {video.pk}")
    services.remove(by=alice, video=video)
    clearing.delete_for_good(creator=alice, video=video)
    video.refresh_from_db()
    assert video.original == ""


def test_deleting_buys_no_more_work(alice: User, settings: Any) -> None:
    settings.UPLOADS_PER_DAY = 2
    for _ in range(2):
        video = upload(alice)
        services.remove(by=alice, video=video)
        clearing.delete_for_good(creator=alice, video=video)
    with pytest.raises(services.Refused, match="Go on tomorrow"):
        upload(alice)


@pytest.mark.parametrize("act", ["retry", "cut", "cover"])
def test_nor_does_asking_for_it_again_and_again(alice: User, settings: Any, act: str) -> None:
    settings.UPLOADS_PER_DAY = 2  # and as often again
    video = make_failed_video(alice) if act == "retry" else finish(upload(alice, is_draft=True))

    def ask(number: int) -> None:
        if act == "retry":
            services.retry(creator=alice, video=video)
            processing.fail(processing.claim(video.pk), "damaged", "This file is damaged.")  # type: ignore[arg-type]
        else:
            wish = {"trim_to_ms": 2000 + number} if act == "cut" else {"cover_ms": number}
            services.edit(creator=alice, video=video, **wish)  # type: ignore[misc]
            Video.objects.filter(pk=video.pk).update(awaits_more=False)

    for number in range(3):
        ask(number)
    before = Video.objects.values().get()
    with pytest.raises(services.Refused, match="Go on tomorrow"):
        ask(3)
    assert Video.objects.values().get() == before


def test_the_last_of_a_day_can_be_cut_and_posted(alice: User, settings: Any) -> None:
    settings.UPLOADS_PER_DAY = 1
    video = upload(alice, is_draft=True)
    assert not services.edit(creator=alice, video=video, is_draft=False, trim_to_ms=2000).is_draft


@pytest.mark.django_db(transaction=True)
def test_brought_back_by_a_moderator_at_the_moment_it_goes_for_good(
    alice: User, moderator: User, monkeypatch: Any
) -> None:
    video = make_video(alice)
    services.remove(by=alice, video=video)
    looked, rivals = VideoQuerySet.restorable, []

    def erase() -> None:
        with suppress(services.Refused):  # it stands again
            clearing.delete_for_good(creator=alice, video=video)
        connection.close()

    def restorable(videos: VideoQuerySet) -> VideoQuerySet:
        found = looked(videos.all())
        if not rivals:
            list(found)
            rivals.append(Thread(target=erase))
            rivals[0].start()
            rivals[0].join(1)  # it waits for us
        return found

    monkeypatch.setattr(VideoQuerySet, "restorable", restorable)
    services.restore(by=moderator, video=Video.objects.get())
    rivals[0].join()
    video.refresh_from_db()
    assert (video.state, bool(video.original)) == (Video.State.PUBLISHED, True)


@pytest.mark.django_db(transaction=True)
def test_what_goes_for_good_is_not_brought_back_while_its_files_go(
    alice: User, moderator: User, monkeypatch: Any
) -> None:
    """And nobody waits for a bucket."""
    video = make_video(alice)
    services.remove(by=alice, video=video)
    throw_away = erasure.throw_away

    def refused(by: User) -> str:
        with pytest.raises(services.Refused) as refused:
            services.restore(by=by, video=video)
        return refused.value.code

    def slowly(going: Video) -> None:
        assert in_threads(lambda: refused(alice), lambda: refused(moderator)) == ["erased"] * 2
        in_threads(lambda: services.remove(by=moderator, video=Video.objects.get(), reason="Too late."))
        throw_away(going)

    monkeypatch.setattr(erasure, "throw_away", slowly)
    clearing.delete_for_good(creator=alice, video=video)
    video = Video.objects.get()
    assert (video.original, video.removed_by, video.removal_reason) == ("", None, clearing.BY_ITS_CREATOR)


@pytest.mark.django_db(transaction=True)
def test_no_worker_takes_up_what_goes_with_its_account(alice: User, monkeypatch: Any) -> None:
    video, throw_away = upload(alice), erasure.throw_away
    assert erasure.ERASERS["videos taken down"](alice.pk) == 1

    def slowly(going: Video) -> None:
        assert in_threads(lambda: processing.claim(video.pk)) == [None]
        throw_away(going)

    monkeypatch.setattr(erasure, "throw_away", slowly)
    with transaction.atomic():
        assert erasure.ERASERS["videos"](alice.pk) == 1
    assert not Video.objects.exists()


def test_a_bucket_that_is_away_is_left_to_the_sweep(alice: User, monkeypatch: Any, caplog: Any) -> None:
    video = make_video(alice)
    services.remove(by=alice, video=video)

    def away(_: Video) -> None:
        raise OSError("the bucket is away")

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "throw_away", away)
        clearing.delete_for_good(creator=alice, video=video)
    assert "the next sweep tries again" in caplog.text
    assert Video.objects.get().original
    tasks.sweep_deleted()
    assert Video.objects.get().original == ""


def test_for_good_at_once_asks_first(alice: User, bob: User) -> None:
    video = make_video(alice)
    path = f"{video.get_absolute_url()}delete-for-good/"
    client = signed_in(alice)
    client.post(path, {"confirmed": "yes"})
    assert Video.objects.get().state == Video.State.PUBLISHED, "it is not deleted"
    services.remove(by=alice, video=video)
    assert "cannot be undone" in client.post(path).content.decode()
    assert signed_in(bob).post(path, {"confirmed": "yes"}).status_code == 404
    assert Video.objects.get().original
    assert "Deleted for good." in client.post(path, {"confirmed": "yes"}, follow=True).content.decode()
    assert Video.objects.get().original == ""


def test_a_failed_upload_without_its_file_says_so(alice: User) -> None:
    video = begun(alice)
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    tasks.sweep_uploads()
    page = signed_in(alice).post(f"{video.get_absolute_url()}retry/", follow=True).content.decode()
    assert "Upload it again" in page
    assert make_failed_video(alice).state == Video.State.FAILED


def test_what_the_sweeps_left_is_found_by_the_audit(alice: User) -> None:
    def broken() -> list[str]:
        return [check.name for check in CHECKS if breaches(check)]

    begun(alice)
    draft = finish(upload(alice, is_draft=True, publish_at=in_an_hour()))
    Video.objects.filter(pk=draft.pk).update(publish_at=Now() - timedelta(hours=1))
    services.remove(by=alice, video=make_video(alice))
    assert broken() == []
    Upload.objects.update(expires_at=Now() - timedelta(hours=2))
    Video.objects.filter(state="removed").update(removed_at=Now() - timedelta(days=32))
    assert broken() == [
        "no file is on its way for longer than it is waited for",
        "what was deleted is erased in time",
    ]
    tasks.sweep_uploads()
    tasks.sweep_deleted()
    assert broken() == []


# --- Completed while typing -----------------------------------------------------------------------------------


def test_handles_and_tags_are_completed(alice: User, bob: User, mallory: User) -> None:
    from accounts.tests.factories import make_account
    from follows import services as follows

    def found(typed: str) -> list[str]:
        return [each["text"] for each in signed_in(alice).get("/upload/complete/", {"q": typed}).json()["found"]]

    make_account("bobby", name="Robert")
    follows.follow(follower=alice, followee=User.objects.get(handle="bobby"))
    assert found("@bo") == ["@bobby", "@bob"], "whom one follows first"
    assert found("@robe") == ["@bobby"], "by name, too, of those one follows"
    follows.block(blocker=bob, blocked=alice)
    assert found("@bo") == ["@bobby"]
    for number, caption in enumerate(["#sunset", "#sunday #sunset", "#sunny"]):
        make_video(mallory, caption=caption, visibility="only_me" if "sunny" in caption else "everyone")
        assert number < 3
    assert found("#sun") == ["#sunset", "#sunday"], "by use, and none of what may not be seen"
    Video.objects.filter(caption="#sunday #sunset").update(is_limited=True)
    assert found("#sun") == ["#sunset"], "what a moderator limited is not offered"
    follows.follow(follower=alice, followee=mallory)
    assert found("#sun") == ["#sunset", "#sunday"], "but to followers"
    for nothing in ("", "@", "#", "bo", "@\x00", "#" + "x" * 99):
        assert found(nothing.replace("\x00", "")) == []
