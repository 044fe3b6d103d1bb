"""Re-uploads of what moderators removed: when they are flagged, when not, and that it decides nothing and stops nothing."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from accounts.tests.factories import make_account
from videos import media, services, tasks
from videos.models import (
    Case,
    Decision,
    Likeness,
    ModerationEvent,
    RemovedBand,
    RemovedVideo,
    Report,
    Video,
    VideoPrints,
)
from videos.models.moderation import HARM, Act, Flag
from videos.services import erasure, moderation, prints
from videos.tests.factories import finish, make_comment, make_video, upload
from videos.tests.films import make_film
from videos.tests.test_desk import make_moderator, signed_in

pytestmark = pytest.mark.django_db

FILM = [0x0123456789ABCDEF * n % 2**64 for n in range(3, 40, 2)]
OTHER = [0xFEDC_BA98_7654_3210 * n % 2**64 for n in range(4, 41, 3)]


@pytest.fixture
def first(db):
    return make_moderator("first")


@pytest.fixture
def seen(monkeypatch):
    """What the next video looks like."""
    looks = {"frames": FILM}

    def look(_rung, _duration_ms):
        if isinstance(looks["frames"], Exception):
            raise looks["frames"]
        return looks["frames"]

    monkeypatch.setattr(media, "prints", look)
    return looks


def taken(creator, **fields):
    video = make_video(creator, **fields)
    prints.take(video.pk)
    return video


def remove(video, by, policy="hate"):
    return moderation.act_on(video, by=by, act=Act.REMOVE, policy=policy, words="Not here.")


def flags(video):
    return Report.objects.filter(kind="video", subject_id=video.pk, flag=Flag.REMOVED_BEFORE)


def changed(frames, bits):
    return [frame ^ sum(1 << (7 * place + at) % 64 for at in range(bits)) for place, frame in enumerate(frames)]


def test_a_reupload_is_flagged_once_and_nothing_is_decided(alice, mallory, first, seen):
    removed = taken(alice)
    remove(removed, first)
    seen["frames"] = changed(FILM, prints.NEAR)
    copy = taken(mallory)
    for _ in range(2):
        prints.want(copy.pk)
        prints.take(copy.pk)
        prints.sweep()
    likeness, case = Likeness.objects.get(), Case.objects.get(subject_id=copy.pk)
    assert (likeness.video, likeness.removed.video_id, likeness.percent) == (copy, removed.pk, 100)
    assert (flags(copy).count(), case.reports, case.harm, case.state) == (1, 1, HARM["hate"], "open")
    copy.refresh_from_db()
    assert copy.state == Video.State.PUBLISHED
    assert not Decision.objects.filter(case=case).exists()
    moderation.decide(case=case, by=first, act=Act.DISMISS)
    prints.want(copy.pk)
    prints.take(copy.pk)
    assert flags(copy).count() == 1


@pytest.mark.parametrize(
    ("frames", "is_found"),
    [
        (FILM, True),
        (changed(FILM, prints.NEAR + 1), False),
        (OTHER, False),
        ([prints._signed(media.mirrored(each)) % 2**64 for each in FILM], True),
        (FILM[5:9] + OTHER[:8], True),
        (FILM[:1] + OTHER, False),
        (FILM[:1], True),
        (changed(FILM[:1], 6), False),
        ([], False),
    ],
)
def test_what_is_like_it(alice, mallory, seen, frames, is_found):
    remove(taken(alice), make_moderator("first"))
    seen["frames"] = frames
    assert flags(taken(mallory)).exists() is is_found


def test_an_act_that_is_no_removal_of_a_video_remembers_nothing(alice, bob, first, seen):
    video = taken(alice)
    moderation.act_on(video, by=first, act=Act.LIMIT, policy="spam")
    moderation.act_on(make_comment(bob, video), by=first, act=Act.REMOVE, policy="spam")
    assert not RemovedVideo.objects.exists()


def test_prints_that_come_after_the_removal(alice, first, seen):
    video = make_video(alice)
    remove(video, first)
    assert (RemovedVideo.objects.count(), RemovedBand.objects.count()) == (1, 0)
    prints.take(video.pk)
    prints.take(video.pk)
    assert RemovedBand.objects.count() == 4 * len(FILM)


def test_what_only_its_creator_sees_is_compared_when_it_goes_out(alice, mallory, first, seen):
    remove(taken(alice), first)
    copy = taken(mallory, visibility="only_me")
    tasks.sweep_prints()
    assert not flags(copy).exists()
    services.edit(creator=mallory, video=copy, visibility="followers")
    tasks.sweep_prints()
    assert flags(copy).exists()


def test_a_lifted_removal_is_forgotten_and_its_flags_go(alice, bob, mallory, first, seen):
    decision = remove(taken(alice), first)
    alone, reported, held = (taken(mallory) for _ in range(3))
    moderation.report(reporter=bob, kind="video", subject_id=reported.pk, reason="hate")
    moderation.take(case=Case.objects.get(subject_id=held.pk), by=first)
    moderation.lift(decision=decision, by=first)
    for _ in range(2):
        tasks.withdraw_prints()
    states = {each.pk: Case.objects.get(subject_id=each.pk).state for each in (alone, reported, held)}
    assert states == {alone.pk: "closed", reported.pk: "open", held.pk: "open"}
    assert ModerationEvent.objects.filter(act="withdraw", subject_id=alone.pk).count() == 1
    assert not RemovedBand.objects.exists()
    assert not flags(taken(mallory)).exists()
    page = signed_in(first).get(f"/admin/videos/case/{Case.objects.get(subject_id=reported.pk).pk}/change/")
    assert "This says nothing any more" in page.content.decode()


def test_another_removal_that_stands_keeps_it(alice, first, seen):
    video = taken(alice)
    decision = remove(video, first)
    again = moderation.open_case(by=first, kind="video", subject_id=video.pk)
    moderation.decide(case=again, by=first, act=Act.REMOVE, policy="violence")
    moderation.lift(decision=decision, by=first)
    assert RemovedVideo.objects.get().lifted_at is None
    assert RemovedBand.objects.count() == 4 * len(FILM)


def test_it_outlives_the_account_and_its_days_end(alice, mallory, first, seen, settings):
    video = taken(alice)
    remove(video, first)
    erasure.erase_video(video, why=erasure.GONE_WITH_ITS_ACCOUNT)
    assert not VideoPrints.objects.filter(video=video.pk).exists()
    copy = taken(mallory)
    assert flags(copy).exists()
    page = signed_in(first).get(f"/admin/videos/case/{Case.objects.get(subject_id=copy.pk).pk}/change/")
    assert "Nothing of the removed one is left to look at" in page.content.decode()
    settings.KEEP_REMOVED_PRINTS_DAYS = 30
    tasks.sweep_prints()
    assert RemovedBand.objects.exists()
    RemovedVideo.objects.update(removed_at=Now() - timedelta(days=31))
    tasks.sweep_prints()
    assert not RemovedVideo.objects.exists()


def test_the_page_shows_both(alice, mallory, first, seen):
    removed = taken(alice)
    remove(removed, first)
    seen["frames"] = FILM[:-9] + OTHER[:9]
    copy = taken(mallory)
    page = (
        signed_in(first).get(f"/admin/videos/case/{Case.objects.get(subject_id=copy.pk).pk}/change/").content.decode()
    )
    assert "looks like a removed video" in page
    assert f'src="{removed.poster_url}"' in page
    assert f'src="{copy.poster_url}"' in page
    assert "of 16 compared frames look alike" in page
    poster = signed_in(first).get(removed.poster_url)
    assert (poster.status_code, b"".join(poster.streaming_content)[:2]) == (200, b"\xff\xd8")


def test_its_uploader_sees_nothing_of_it(alice, mallory, first, seen):
    remove(taken(alice), first)
    clean, copy = taken(make_account("nina")), taken(mallory)
    VideoPrints.objects.filter(video=clean.pk).delete()
    for url in ("/studio/", copy.get_absolute_url()):
        assert "removed" not in signed_in(mallory).get(url, follow=True).content.decode().lower().replace(
            "removed-", ""
        )


def test_what_goes_wrong_stops_nothing_and_is_tried_again(alice, seen):
    seen["frames"] = OSError("the bucket is away")
    video = make_video(alice)
    tasks.take_prints(video.pk)
    assert VideoPrints.objects.get().taken_at is None
    seen["frames"] = RuntimeError("whatever")
    other = make_video(alice)
    tasks.sweep_prints()
    seen["frames"] = media.RejectedMedia("unreadable", "No.")
    tasks.take_prints(other.pk)
    seen["frames"] = FILM
    tasks.sweep_prints()
    assert {each.video_id: len(each.frames) for each in VideoPrints.objects.all()} == {video.pk: len(FILM), other.pk: 0}
    assert {video.state for video in Video.objects.all()} == {Video.State.PUBLISHED}


def test_another_part_has_prints_of_its_own(alice, seen):
    video = taken(alice, is_draft=True)
    services.edit(creator=alice, video=video, trim_from_ms=1000)
    prints.take(video.pk)
    seen["frames"] = OTHER
    finish(video)
    assert VideoPrints.objects.get().taken_at is None
    prints.take(video.pk)
    assert [each % 2**64 for each in VideoPrints.objects.get().frames] == OTHER


def test_more_is_waited_for_and_no_file_is_no_print(alice, seen):
    video = make_video(alice)
    Video.objects.update(awaits_more=True)
    prints.take(video.pk)
    assert VideoPrints.objects.get().taken_at is None
    Video.objects.update(awaits_more=False)
    for name in ("000.m4s", "init.mp4", "index.m3u8"):
        default_storage.delete(f"{video.media_folder}/{video.rendition_key}/360/{name}")
    Video.objects.update(media_key="moved")
    prints.take(video.pk)
    assert VideoPrints.objects.get().frames == []
    assert not VideoPrints.objects.filter(pk=upload(alice).pk).exists()


def test_a_real_film_from_the_storage(alice, mallory, first):
    """The smallest rung, through the child process; a film before there were prints is taken by the sweep."""
    removed = make_film(alice)
    tasks.sweep_prints()
    assert VideoPrints.objects.get().frames
    remove(removed, first)
    copy = make_film(mallory)
    tasks.sweep_prints()
    assert flags(copy).exists()
