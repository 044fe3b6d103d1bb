"""The demo world with tiny clips and no worker: complete, once, and nowhere but in development."""

from collections import Counter
from io import BytesIO, StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from PIL import Image

from accounts.models import User
from feeds.demo import world
from feeds.demo.avatars import avatar
from feeds.demo.clips import CLIPS, Clip
from feeds.demo.people import COMMENTS, CREATOR, MODERATOR, PASSWORD, PEOPLE, PRIVATE, VIEWER
from follows.models import Follow
from follows.selectors import counts
from follows.services import unfollow
from follows.tests.truth import assert_graph_is_true
from videos.models import Comment, Like, Video, Watch
from videos.services import processing

HANDLES = {person.handle for person in PEOPLE}


def tiny(key: str, by: str = CREATOR, **fields: object) -> Clip:
    return Clip(
        key=key, by=by, caption=key, picture="color=red:s=36x64:r=10", sound="sine=f=440:r=48000", seconds=1, **fields
    )


TINY = (tiny("hills"), tiny("dusk", visibility="followers"), tiny("plasma", by=PRIVATE))
silent = [].append


@pytest.fixture(autouse=True)
def _small_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing twenty faces for each test is slow; one test below draws them all."""
    face = BytesIO()
    Image.new("RGB", (32, 32), "teal").save(face, "PNG")
    monkeypatch.setattr(world, "avatar", lambda handle: face.getvalue())


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (User, Follow, Video, Comment, Like, Watch)}


# --- The script -----------------------------------------------------------------------------------------------


def test_everybody_named_is_in_the_cast() -> None:
    assert {clip.by for clip in CLIPS} | {CREATOR, VIEWER, MODERATOR, PRIVATE} <= HANDLES
    assert {handle for person in PEOPLE for handle in person.follows.split()} <= HANDLES
    assert {handle for said in COMMENTS.values() for handle, _ in said} <= HANDLES


def test_every_comment_has_its_clip_and_no_clip_comes_twice() -> None:
    keys = [clip.key for clip in CLIPS]
    assert len(keys) == len(set(keys))
    assert set(COMMENTS) <= set(keys)


def test_nobody_writes_faster_than_the_site_allows() -> None:
    written = Counter(handle for said in COMMENTS.values() for handle, _ in said) + Counter([CREATOR])
    assert max(written.values()) < settings.COMMENTS_PER_MINUTE


def test_no_two_people_look_the_same() -> None:
    faces = [avatar(person.handle) for person in PEOPLE if person.has_avatar]
    assert len(faces) == len(set(faces))


# --- The world ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_world_is_built_once_without_any_worker() -> None:
    world.build(say=silent, clips=TINY, patience=0)
    assert {account.handle for account in User.objects.all()} == HANDLES
    assert set(Video.objects.values_list("state", flat=True)) == {"published"}
    assert counts(User.objects.get(handle=CREATOR).pk).followers == len(HANDLES) - 2
    assert counts(User.objects.get(handle=PRIVATE).pk).requests > 0
    hills = Video.objects.with_card().get(caption="hills")
    assert hills.count.views >= hills.count.likes > 0
    assert hills.count.comments == len(COMMENTS["hills"]) + 1
    assert User.objects.get(handle=VIEWER).check_password(PASSWORD)
    assert_graph_is_true()

    built = rows()
    world.build(say=silent, clips=TINY, patience=0)
    assert rows() == built


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_is_completed_and_what_visitors_undo_stays_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(world, "_wait_for", die)
        with pytest.raises(Killed):
            world.build(say=silent, clips=TINY[:1], patience=0)
    assert set(Video.objects.values_list("state", flat=True)) == {"processing"}

    world.build(say=silent, clips=TINY[:2], patience=0)
    assert Video.objects.count() == 2
    viewer, creator = (User.objects.get(handle=handle) for handle in (VIEWER, CREATOR))
    unfollow(follower=viewer, followee=creator)
    world.build(say=silent, clips=TINY[:2], patience=0)
    assert not Follow.objects.filter(follower=viewer, followee=creator).exists()


@pytest.mark.django_db(transaction=True)
def test_a_clip_that_cannot_be_drawn_is_said() -> None:
    broken = Clip(key="hills", by=CREATOR, caption="", picture="nonsense", sound="sine", seconds=1)
    with pytest.raises(world.Unfinished, match=r"hills.*nonsense"):
        world.build(say=silent, clips=[broken], patience=0)
    assert not Video.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_video_that_failed_is_said_and_retried_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(video_id: int) -> None:
        if video := processing.claim(video_id):
            processing.fail(video, "disk_full", "The disk was full.")

    with monkeypatch.context() as patch:
        patch.setattr(world.services, "process", fail)
        with pytest.raises(world.Unfinished, match="The disk was full"):
            world.build(say=silent, clips=TINY[:1], patience=0)
    world.build(say=silent, clips=TINY[:1], patience=0)
    assert Video.objects.get().state == "published"


# --- The command ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@override_settings(DEMO_ALLOWED=False)
def test_a_public_site_gets_no_demo_accounts() -> None:
    with pytest.raises(CommandError, match="public"):
        call_command("demo")
    assert not User.objects.exists()


def test_only_development_and_tests_allow_it() -> None:
    from socialvideo.settings import base, dev

    assert not base.DEMO_ALLOWED
    assert dev.DEMO_ALLOWED


@pytest.mark.django_db
def test_the_command_prints_the_logins_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "build", lambda *, say: say("progress"))
    out, err = StringIO(), StringIO()
    call_command("demo", stdout=out, stderr=err)
    assert [line.split() for line in out.getvalue().splitlines()] == [
        [role, handle, "password", PASSWORD]
        for role, handle in (("viewer", VIEWER), ("creator", CREATOR), ("moderator", MODERATOR))
    ]
    assert err.getvalue() == "progress\n"
