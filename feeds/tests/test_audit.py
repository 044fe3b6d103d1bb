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
from tests.erasing import erase
from videos.models import Publication
from videos.tests.factories import make_video

pytestmark = pytest.mark.django_db

NOT_TOLD = "every follower at publishing who still follows was told"
FOR_NOTHING = "nobody was told who did not follow at publishing"
STANDS = "every delivery stands in entries"
STATES = "every delivery says how its entries were told"
REACHED = "every delivery says what its entries have come to"
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


def forced(sql: str) -> None:
    """What a superuser could do past the rules."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE feeds_inboxentry DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE feeds_inboxentry ENABLE TRIGGER USER")


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
    assert broken() == [FOR_NOTHING, REACHED]


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
    forced("UPDATE feeds_inboxentry SET state = 2")
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
    forced(f"UPDATE feeds_inboxentry SET state = 0 WHERE state = {told}")
    assert broken() == [STATES]


@pytest.mark.parametrize("changed", [(1, 2), (2, 1)])
def test_an_entry_told_in_another_way_than_was_counted_is_found(
    delivered: Publication, changed: tuple[int, int]
) -> None:
    forced(f"UPDATE feeds_inboxentry SET state = {changed[1]} WHERE state = {changed[0]}")
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


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE feeds_inboxentry SET state = 4 WHERE state = 2",
        "UPDATE feeds_inboxentry SET state = 3 WHERE state = 5",
        "UPDATE {counts} SET seen = seen - 1",
        "UPDATE {counts} SET opened = opened + 1",
        "DELETE FROM {counts}",
    ],
)
def test_a_count_of_what_was_reached_that_is_not_the_entries_is_found(
    delivered: Publication, tampering: str, folded: bool
) -> None:
    InboxEntry.objects.filter(state=1).update(state=5)
    if folded:
        services.fold_reach()
    assert broken() == []
    forced(tampering.format(counts="feeds_reach" if folded else "feeds_reachdelta"))
    assert broken() == [REACHED]


def test_the_part_of_an_erased_account_stays_counted_and_no_other(delivered: Publication) -> None:
    InboxEntry.objects.filter(state__in=[1, 2]).update(state=5)
    erased, other = InboxEntry.objects.filter(state=5)
    erase(User.objects.get(pk=erased.recipient_id))
    assert InboxEntry.objects.filter(state=5).get() == other
    assert broken() == []
    other.delete()
    assert REACHED in broken()


@pytest.mark.parametrize("rule", ["state_only_grows", "counts_reach"])
def test_a_rule_of_the_entries_that_is_switched_off_is_found(mira: User, rule: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'feeds_inboxentry'::regclass AND tgname LIKE %s",
            [f"%{rule}%"],
        )
        [name] = cursor.fetchone()
        cursor.execute(f"ALTER TABLE feeds_inboxentry DISABLE TRIGGER {name}")
    assert broken() == [RULES]
