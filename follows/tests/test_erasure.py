"""Edges of an erased account end in small statements, each with its events, and an account without any ends at once."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Erasure, ErasureStep, User
from accounts.services import erasure as accounts_erasure
from accounts.tests.factories import make_account
from follows import services
from follows.models import Batch, BatchRow, Follow, FollowEvent
from follows.selectors import counts
from follows.services import erasure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]


def begin(account: User) -> None:
    accounts.ask_for_deletion(account=account)
    Erasure.objects.filter(pk=account.pk).update(due_at=timezone.now())
    assert accounts_erasure.begin(account.pk)


def test_a_statement_ends_few_edges(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        services.follow(follower=make_account(f"fan{number}"), followee=alice)
    monkeypatch.setattr(erasure, "AT_ONCE", 2)
    begin(alice)
    with CaptureQueriesContext(connection) as queries:
        erasure.erase(alice.pk)
    ending = [q["sql"] for q in queries if "DELETE FROM follows_follow" in q["sql"] and "followee_id = " in q["sql"]]
    assert len(ending) == 3 + 1  # and one that finds nothing
    assert FollowEvent.objects.filter(cause="account_deleted").count() == 5
    assert ErasureStep.objects.get(part="follows").removed == {"followers": 5}


def test_before_everything_else_ends_the_deactivated_account_is_still_counted(alice: User, bob: User) -> None:
    services.follow(follower=alice, followee=bob)
    accounts.ask_for_deletion(account=alice)
    assert counts(bob.pk).followers == 1
    Erasure.objects.update(due_at=timezone.now())
    accounts_erasure.begin(alice.pk)
    assert counts(bob.pk).followers == 1
    assert Follow.objects.get().follower.display_name == "a deleted account"
    erasure.erase(alice.pk)
    assert counts(bob.pk).followers == 0


def test_folding_before_between_and_after_keeps_the_counts(alice: User, bob: User) -> None:
    services.follow(follower=alice, followee=bob)
    services.follow(follower=bob, followee=alice)
    services.fold_counts()
    begin(alice)
    services.fold_counts()
    erasure.erase(alice.pk)
    services.fold_counts()
    assert counts(alice.pk) == counts(bob.pk) == counts(0)


def test_its_batches_go_and_those_of_others_stay(alice: User, bob: User) -> None:
    for owner in (alice, bob):
        batch = Batch.objects.create(owner=owner, act="unfollow", state="done", submit_key=uuid4())
        Batch.objects.create(owner=owner, act="restore", state="done", submit_key=uuid4(), undoes=batch)
        BatchRow.objects.create(batch=batch, position=1, account_id=alice.pk, handle="alice")
    begin(alice)
    erasure.erase(alice.pk)
    assert {batch.owner for batch in Batch.objects.all()} == {bob}
    assert BatchRow.objects.get().batch.owner == bob
