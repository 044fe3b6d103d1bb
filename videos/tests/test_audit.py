"""What is forced about publications and about what they bring into feeds, the audit names."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from follows.services import follow
from socialvideo.lib.audit import breaches
from videos.audit import CHECKS
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db

SHOWS_FROM = "every follow brings the videos it should into the feed"
PULSE = "what is known of a creator's publishing is true"
FOLLOWERS = "followers at publishing are as the events say"
RULES = "the rules of publishing are in force"


def force(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)


def broken() -> list[str]:
    return [check.name for check in CHECKS if breaches(check)]


@pytest.fixture
def mira() -> User:
    return make_account("mira")


@pytest.fixture(autouse=True)
def followers_before_between_and_after(mira: User) -> None:
    """One with fewer than twenty publications before them, two with more."""
    for number in range(23):
        if number in (3, 21):
            follow(follower=make_account(f"fan{number}"), followee=mira)
        make_video(mira)
    follow(follower=make_account("late"), followee=mira)
    assert broken() == []


@pytest.mark.parametrize("handle", ["fan3", "fan21", "late"])
@pytest.mark.parametrize("step", [1, -1])
def test_a_follow_that_brings_too_many_or_too_few_videos_is_found(handle: str, step: int) -> None:
    follower = User.objects.get(handle=handle)
    force(f"UPDATE follows_follow SET shows_from = shows_from + {step} WHERE follower_id = {follower.pk}")
    assert broken() == [SHOWS_FROM]


def test_everything_brought_into_the_feed_by_force_is_found() -> None:
    force("UPDATE follows_follow SET shows_from = 0 WHERE shows_from > 0")
    assert broken() == [SHOWS_FROM]


@pytest.mark.parametrize("change", ["recent_from = 0", "last_published_at = now() - interval '1 day'"])
def test_a_forced_pulse_is_found(change: str) -> None:
    force(f"UPDATE follows_creatorpulse SET {change}")
    assert broken() == [PULSE]


@pytest.mark.parametrize("step", [1, -1])
def test_a_forced_number_of_followers_is_found(step: int) -> None:
    force(f"UPDATE videos_publication SET followers_at_publish = 1 + {step} WHERE followers_at_publish = 1")
    assert FOLLOWERS in broken()


def test_a_publication_out_of_the_order_of_time_is_found(mira: User) -> None:
    force("UPDATE videos_publication SET published_at = published_at - interval '1 day'")
    assert "publications are numbered in the order of time" in broken()


def test_a_tag_without_its_publication_is_found(mira: User) -> None:
    make_video(mira, caption="#cats")
    assert broken() == []
    force("UPDATE videos_videotag SET publication_id = NULL")
    assert broken() == ["every tag of a video carries its publication"]


def test_a_dropped_constraint_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE videos_publication DROP CONSTRAINT videos_publication_delivery_adds_up")
    assert broken() == [RULES]
