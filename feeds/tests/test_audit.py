"""The audit sees what breaks the promise, and nothing else."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from feeds import services
from feeds.audit import CHECKS
from feeds.models import InboxEntry
from feeds.tests.crowds import make_followers
from follows.models import Follow
from socialvideo.lib.audit import breaches
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return make_account("mira")


def publish(creator: User) -> Publication:
    return make_video(creator).publication


def finished(publication: Publication) -> Publication:
    services.run_fan_out(publication.pk)
    return publication


def breach_names() -> list[str]:
    return [check.name for check in CHECKS if breaches(check)]


def test_the_audit_finds_who_was_not_told_and_who_was_for_nothing(mira: User) -> None:
    fans = make_followers(mira, 2)
    stranger = make_account("stranger")
    publication = finished(publish(mira))
    assert breach_names() == []
    InboxEntry.objects.filter(recipient_id=fans[0]).delete()
    assert breach_names() == [
        "every follower at publishing who still follows was told",
        "every delivery stands in entries",
    ]
    InboxEntry.objects.bulk_create(
        [InboxEntry(recipient_id=fans[0], publication_id=publication.pk, creator_id=mira.pk, state=2)]
    )
    InboxEntry.objects.bulk_create(
        [InboxEntry(recipient_id=stranger.pk, publication_id=publication.pk, creator_id=mira.pk, state=2)]
    )
    assert breach_names() == ["nobody was told who did not follow at publishing"]


def test_the_audit_finds_a_fan_out_that_stands_still(mira: User) -> None:
    publication = publish(mira)
    assert breach_names() == []
    Publication.objects.filter(pk=publication.pk).update(published_at="2020-01-01T00:00Z")
    assert breach_names() == ["no fan-out is overdue"]


def test_the_audit_finds_the_missing_entry_of_one_who_left(mira: User) -> None:
    fans = make_followers(mira, 2)
    finished(publish(mira))
    Follow.objects.filter(follower_id=fans[0]).delete()
    assert breach_names() == []
    InboxEntry.objects.filter(recipient_id=fans[0]).delete()
    assert breach_names() == ["every delivery stands in entries"]


def test_the_audit_finds_an_entry_in_the_feed_of_one_who_never_followed(mira: User) -> None:
    InboxEntry.objects.create(
        recipient_id=make_account("stranger").pk, publication_id=publish(mira).pk, creator_id=mira.pk, state=0
    )
    assert breach_names() == ["nobody was told who did not follow at publishing"]


def test_the_audit_finds_who_was_told_twice(mira: User) -> None:
    make_followers(mira, 1)
    finished(publish(mira))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE feeds_inboxentry DROP CONSTRAINT feeds_inboxentry_pkey")
        cursor.execute("INSERT INTO feeds_inboxentry SELECT * FROM feeds_inboxentry")
    assert breach_names() == ["nobody was told twice"]
