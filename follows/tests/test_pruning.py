"""Acts on many are kept for as long as Undo is promised; names that wait for somebody stay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_account
from follows import selectors, services, tasks
from follows.models import Batch, BatchRow, Follow
from follows.services import pruning

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ninety_days(settings) -> None:
    settings.KEEP_BATCHES_DAYS = 90


@pytest.fixture
def unfollowed(alice: User) -> Batch:
    people = [make_account(f"person{number}") for number in range(3)]
    for person in people:
        services.follow(follower=alice, followee=person)
    return services.start_batch(
        owner=alice, act=Batch.Act.UNFOLLOW, chosen=[person.pk for person in people], submit_key=uuid4()
    )


def age(batch: Batch, days: int) -> None:
    Batch.objects.filter(pk=batch.pk).update(finished_at=timezone.now() - timedelta(days=days))


def imported(owner: User, *handles: str) -> Batch:
    text = "\n".join(["handle,notify,followed_at", *(f"{handle},," for handle in handles)])
    return services.confirm(batch=services.start_import(owner=owner, data=text.encode(), submit_key=uuid4()))


def test_undo_works_to_its_last_day(alice: User, unfollowed: Batch) -> None:
    age(unfollowed, 89)
    tasks.prune_batches()
    services.undo(batch=unfollowed)
    assert Follow.objects.filter(follower=alice).count() == 3


def test_after_that_it_is_forgotten_with_its_rows_however_many(alice: User, unfollowed: Batch, monkeypatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    age(unfollowed, 91)
    tasks.prune_batches()
    tasks.prune_batches()
    assert not Batch.objects.exists()
    assert not BatchRow.objects.exists()
    assert not Follow.objects.filter(follower=alice).exists()


def test_what_undid_it_is_never_forgotten_first(alice: User, unfollowed: Batch) -> None:
    undoing = services.undo(batch=unfollowed)
    age(unfollowed, 91)
    tasks.prune_batches()
    report = selectors.report(Batch.objects.get(pk=unfollowed.pk))
    assert report.is_undone
    assert undoing.rows.count() == 3
    age(undoing, 91)
    tasks.prune_batches()
    assert not Batch.objects.exists()


@pytest.mark.parametrize("state", [Batch.State.PREVIEW, Batch.State.RUNNING])
def test_what_is_not_finished_stays(unfollowed: Batch, state: str) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    Batch.objects.update(state=state, finished_at=None, created_at=long_ago, moved_at=long_ago)
    tasks.prune_batches()
    assert unfollowed.rows.count() == 3


def test_a_name_that_waits_for_somebody_is_offered_however_late(
    alice: User, bob: User, django_capture_on_commit_callbacks
) -> None:
    batch = imported(alice, "bob", "mira")
    age(batch, 400)
    tasks.prune_batches()
    assert [row.handle for row in batch.rows.all()] == ["mira"]
    assert not selectors.report(batch).can_undo
    with django_capture_on_commit_callbacks(execute=True):
        mira = make_account("mira")
    tasks.offer(mira.pk)
    assert [account.handle for account in selectors.offers_page(alice.pk).items] == ["mira"]
    services.dismiss_offer(owner=alice, account=mira)
    tasks.prune_batches()
    assert not Batch.objects.exists()
