"""Who hears of what moderators decide; and where what they limited, or is for adults, stands no more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from feeds.for_you.sources import open_to
from feeds.models import Letter, Notification
from feeds.selectors.explore import published
from feeds.selectors.following import following_videos
from feeds.selectors.notices import notifications_page
from feeds.selectors.why import why_video
from follows.services import follow
from videos.models import Video
from videos.services import moderation
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(db):
    return make_account("moderator", is_staff=True, is_superuser=True)


@pytest.fixture
def judge(db):
    return make_account("judge", is_staff=True, is_superuser=True)


@pytest.fixture
def carla(db):
    return make_account("carla")


def told(account):
    return list(Notification.objects.filter(recipient_id=account.pk).order_by("pk").values_list("kind", flat=True))


def owed():
    return set(Letter.objects.values_list("about", "notice__email"))


def test_everybody_concerned_is_told(alice, bob, moderator, judge):
    given = {"kind": "account", "subject_id": alice.pk, "reason": "hate"}
    moderation.notify(name="Ada", email="ada@example.org", language="de", text="", **given)
    case = moderation.report(reporter=bob, **given).case
    decision = moderation.decide(case=case, by=moderator, act="suspend", policy="hate", words="Hateful.")
    assert (told(alice), told(bob)) == (["decided"], ["outcome"])
    assert owed() == {("suspended", None), ("notice_outcome", "ada@example.org")}
    appeal = moderation.appeal(decision=decision, account=alice, text="No.")
    moderation.judge(appeal=appeal, by=judge, upheld=False)
    assert told(alice) == ["decided", "lifted"]
    assert ("suspension_lifted", None) in owed()
    assert [line.kind for line in notifications_page(alice.pk).items] == ["lifted", "decided"]


def test_a_dismissal_tells_only_who_reported(alice, bob, moderator):
    case = moderation.report(reporter=bob, kind="account", subject_id=alice.pk, reason="hate").case
    moderation.decide(case=case, by=moderator, act="dismiss")
    assert (told(alice), told(bob)) == ([], ["outcome"])


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_limited_is_offered_to_followers_alone(alice, bob, carla, whole):
    follow(follower=bob, followee=alice)
    video = make_video(alice)
    limited = User.objects.filter(pk=alice.pk) if whole else Video.objects.filter(pk=video.pk)
    limited.update(is_limited=True)
    for viewer_id, offered in [(None, []), (carla.pk, []), (bob.pk, [video])]:
        assert list(open_to(viewer_id)) == offered
        assert not published(viewer_id).exists()
        assert Video.objects.visible_to(viewer_id).get() == video
    assert following_videos(bob.pk).items == [video]


def test_what_is_for_adults_is_kept_from_the_young(alice, bob, carla):
    for viewer in (bob, carla):
        follow(follower=viewer, followee=alice)
    video = make_video(alice)
    Video.objects.filter(pk=video.pk).update(for_adults=True)
    today = timezone.localdate()
    birthday = today.replace(year=today.year - 18, day=min(today.day, 28))
    User.objects.filter(pk=bob.pk).update(birth_date=birthday)
    User.objects.filter(pk=carla.pk).update(birth_date=birthday + timedelta(days=5))
    nameless = make_account("nameless")
    sees = {each: Video.objects.visible_to(each).exists() for each in (None, alice.pk, bob.pk, carla.pk, nameless.pk)}
    assert sees == {None: False, alice.pk: True, bob.pk: True, carla.pk: False, nameless.pk: False}
    assert (following_videos(bob.pk).items, following_videos(carla.pk).items) == ([video], [])
    assert why_video(carla.pk, video.pk).code in {"cannot_see", "for_adults"}
