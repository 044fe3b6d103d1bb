"""The audit sees what breaks the promise, and nothing else."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.audit import CHECKS
from feeds.models import InboxEntry
from feeds.tests.crowds import make_followers
from follows.models import Follow, Mute
from socialvideo.lib.audit import breaches
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db

NOT_TOLD = "every follower at publishing who still follows was told"
FOR_NOTHING = "nobody was told who did not follow at publishing"
STANDS = "every delivery stands in entries"
STATES = "every delivery says how its entries were told"
RULES = "the rules of telling are in force"


@pytest.fixture
def mira() -> User:
    return make_account("mira")


def publish(creator: User) -> Publication:
    return make_video(creator).publication


def finished(publication: Publication) -> Publication:
    services.run_fan_out(publication.pk)
    return publication


def broken() -> list[str]:
    return [check.name for check in CHECKS if breaches(check)]


def test_the_audit_finds_who_was_not_told_and_who_was_for_nothing(mira: User) -> None:
    fans = make_followers(mira, 2)
    stranger = make_account("stranger")
    publication = finished(publish(mira))
    assert broken() == []
    InboxEntry.objects.filter(recipient_id=fans[0]).delete()
    assert broken() == [NOT_TOLD, STANDS, STATES]
    InboxEntry.objects.bulk_create(
        [InboxEntry(recipient_id=fans[0], publication_id=publication.pk, creator_id=mira.pk, state=2)]
    )
    assert broken() == []
    InboxEntry.objects.bulk_create(
        [InboxEntry(recipient_id=stranger.pk, publication_id=publication.pk, creator_id=mira.pk, state=3)]
    )
    assert broken() == [FOR_NOTHING]


def test_the_audit_finds_a_fan_out_that_stands_still(mira: User) -> None:
    publication = publish(mira)
    assert broken() == []
    Publication.objects.filter(pk=publication.pk).update(published_at="2020-01-01T00:00Z")
    assert broken() == ["no fan-out is overdue"]


def test_the_audit_finds_the_missing_entry_of_one_who_left(mira: User) -> None:
    fans = make_followers(mira, 2)
    finished(publish(mira))
    Follow.objects.filter(follower_id=fans[0]).delete()
    assert broken() == []
    InboxEntry.objects.filter(recipient_id=fans[0]).delete()
    assert broken() == [STANDS, STATES]


def test_the_audit_finds_an_entry_in_the_feed_of_one_who_never_followed(mira: User) -> None:
    InboxEntry.objects.create(
        recipient_id=make_account("stranger").pk, publication_id=publish(mira).pk, creator_id=mira.pk, state=0
    )
    assert broken() == [FOR_NOTHING]


def test_what_was_brought_into_the_feed_by_a_later_follow_is_no_breach(mira: User) -> None:
    finished(publish(mira))
    make_followers(mira, 1)
    services.consume_outbox()
    assert InboxEntry.objects.get().state == 0
    assert broken() == []
    InboxEntry.objects.update(state=2)
    assert broken() == [FOR_NOTHING, STATES]


def test_the_audit_finds_who_was_told_twice(mira: User) -> None:
    make_followers(mira, 1)
    finished(publish(mira))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE feeds_inboxentry DROP CONSTRAINT feeds_inboxentry_pkey")
        cursor.execute("INSERT INTO feeds_inboxentry SELECT * FROM feeds_inboxentry")
    assert broken() == ["nobody was told twice", STATES, RULES]


@pytest.fixture
def delivered(mira: User) -> Publication:
    """To one with alerts, one without, one who mutes."""
    _, quiet, muting = make_followers(mira, 3)
    Follow.objects.filter(follower_id=quiet).update(notify="none")
    Mute.objects.create(muter_id=muting, muted=mira)
    publication = finished(publish(mira))
    publication.refresh_from_db()
    assert (publication.alerted, publication.listed_quietly, publication.muted) == (1, 1, 1)
    assert broken() == []
    return publication


@pytest.mark.parametrize("told", [1, 2])
def test_a_told_entry_put_back_into_the_feed_only_is_found(delivered: Publication, told: int) -> None:
    InboxEntry.objects.filter(state=told).update(state=0)
    assert broken() == [STATES]


@pytest.mark.parametrize("changed", [(1, 2), (2, 1)])
def test_an_entry_told_in_another_way_than_was_counted_is_found(
    delivered: Publication, changed: tuple[int, int]
) -> None:
    InboxEntry.objects.filter(state=changed[0]).update(state=changed[1])
    assert broken() == [STATES]


@pytest.mark.parametrize(
    "moved", ["alerted = 2, listed_quietly = 0", "alerted = 0, listed_quietly = 2", "alerted = 2, muted = 0"]
)
def test_counts_moved_between_the_columns_of_a_delivery_are_found(delivered: Publication, moved: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE videos_publication SET {moved}")
    assert broken() == [STATES]


def test_what_was_seen_is_no_breach(delivered: Publication) -> None:
    InboxEntry.objects.filter(state__in=[1, 2]).update(state=3)
    assert broken() == []
