"""Batches: every row has its outcome, whatever happens meanwhile; Undo brings back exactly what the batch changed."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from accounts.tests.factories import make_account
from follows import selectors, services, tasks
from follows.models import Batch, BatchRow, Follow, FollowEvent, Mute
from follows.origins import Origin, Source
from follows.selectors import Wanted
from follows.services import batches
from follows.tests.truth import events_between
from follows.views.batches import BatchRate
from socialvideo.lib.testing import in_threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("truth")]
Act, State, Result = Batch.Act, Batch.State, BatchRow.Result
HERE = Origin(Source.MANAGER, "Firefox on Linux", "0123456789abcdef")


@pytest.fixture
def crowd(alice: User) -> list[User]:
    """Whom alice follows; the bell of every third is off."""
    people = [make_account(f"person{number}") for number in range(7)]
    for number, person in enumerate(people):
        services.follow(follower=alice, followee=person)
        if number % 3 == 0:
            services.set_bell(follower=alice, followee=person, notify="none")
    Follow.objects.update(followed_at=timezone.now() - timedelta(days=400))
    return people


def start(owner: User, act: str, chosen: Iterable[User] | Wanted, **fields) -> Batch:
    ids = chosen if isinstance(chosen, Wanted) else [account.pk for account in chosen]
    given = {"submit_key": uuid4(), "confirmed": True, "origin": HERE} | fields
    return services.start_batch(owner=owner, act=act, chosen=ids, **given)


def edges(owner: User) -> set[tuple]:
    return set(Follow.objects.filter(follower=owner).values_list("followee", "state", "notify", "followed_at"))


def outcomes(batch: Batch) -> dict[int, tuple[str, str]]:
    return {row.account_id: (row.result, row.reason) for row in batch.rows.all()}


def test_nobody_acts_on_many_all_the_time(client, alice, crowd, monkeypatch):
    monkeypatch.setattr(BatchRate, "rate", "1/min")
    client.force_login(alice)
    for status in (302, 429):
        chosen = {"act": "bell_none", "submit_key": str(uuid4()), "account": crowd[1].pk}
        assert client.post(reverse("follows:act"), chosen).status_code == status
    assert Batch.objects.count() == 1


# --- Acts and their Undo --------------------------------------------------------------------------------------


def test_unfollow_and_undo_are_the_identity_with_bells_and_dates(alice, crowd):
    before = edges(alice)
    batch = start(alice, Act.UNFOLLOW, crowd)
    assert (batch.state, batch.total) == (State.DONE, 7)
    assert set(outcomes(batch).values()) == {(Result.DONE, "")}
    assert not edges(alice)
    undone = services.undo(batch=batch, origin=HERE)
    assert undone.state == State.DONE
    assert edges(alice) == before


def test_events_of_a_batch_say_who_why_where_and_on_what(alice, crowd):
    services.undo(batch=start(alice, Act.UNFOLLOW, crowd[:1]), origin=HERE)
    ended, begun = events_between(alice, crowd[0])[-2:]
    assert [(event.cause, event.actor_id, event.source) for event in (ended, begun)] == [
        ("unfollowed", alice.pk, "manager"),
        ("restored", alice.pk, "manager"),
    ]


def test_a_request_is_taken_back_and_asked_again(alice):
    shy = make_account("shy", is_private=True)
    services.follow(follower=alice, followee=shy)
    batch = start(alice, Act.UNFOLLOW, [shy])
    assert [event.cause for event in events_between(alice, shy)] == ["requested", "cancelled"]
    undone = services.undo(batch=batch)
    assert outcomes(undone) == {shy.pk: (Result.REQUESTED, "")}


def test_bells_go_off_and_back_to_what_each_was(alice, crowd):
    before = edges(alice)
    batch = start(alice, Act.BELL_NONE, crowd)
    changed = {account for account, outcome in outcomes(batch).items() if outcome[0] == Result.DONE}
    assert changed == {person.pk for number, person in enumerate(crowd) if number % 3}
    assert outcomes(batch)[crowd[0].pk] == (Result.UNCHANGED, "so_already")
    services.undo(batch=batch)
    assert edges(alice) == before


def test_a_mute_is_lengthened_never_shortened_and_undone_to_what_it_was(alice, crowd):
    week, month = timezone.now() + timedelta(days=7), timezone.now() + timedelta(days=30)
    services.mute(muter=alice, muted=crowd[0], until=week)
    services.mute(muter=alice, muted=crowd[1])
    services.mute(muter=alice, muted=crowd[2], until=timezone.now() - timedelta(days=1))
    batch = start(alice, Act.MUTE, crowd[:4], until=month)
    mutes = dict(Mute.objects.values_list("muted", "until"))
    assert mutes == {crowd[0].pk: month, crowd[1].pk: None, crowd[2].pk: month, crowd[3].pk: month}
    assert outcomes(batch)[crowd[1].pk] == (Result.UNCHANGED, "so_already")
    services.undo(batch=batch)
    assert dict(Mute.objects.values_list("muted", "until")) == {crowd[0].pk: week, crowd[1].pk: None}


def test_unmuting_is_undone_with_the_same_ends(alice, crowd):
    week = timezone.now() + timedelta(days=7)
    services.mute(muter=alice, muted=crowd[0], until=week)
    services.mute(muter=alice, muted=crowd[1])
    batch = start(alice, Act.UNMUTE, crowd[:3])
    assert not Mute.objects.exists()
    assert outcomes(batch)[crowd[2].pk] == (Result.UNCHANGED, "not_muted")
    services.undo(batch=batch)
    assert dict(Mute.objects.values_list("muted", "until")) == {crowd[0].pk: week, crowd[1].pk: None}


@pytest.mark.parametrize("meanwhile", ["followed again", "followed and unfollowed", "blocked and unblocked"])
def test_undo_leaves_what_changed_meanwhile(alice, crowd, meanwhile):
    batch = start(alice, Act.UNFOLLOW, crowd)
    if meanwhile == "blocked and unblocked":
        services.block(blocker=alice, blocked=crowd[0])
        services.unblock(blocker=alice, blocked=crowd[0])
    else:
        services.follow(follower=alice, followee=crowd[0])
    if meanwhile == "followed and unfollowed":
        services.unfollow(follower=alice, followee=crowd[0])
    version = selectors.relation(alice.pk, crowd[0].pk).version
    undone = services.undo(batch=batch)
    assert outcomes(undone)[crowd[0].pk] == (Result.UNCHANGED, "changed_since")
    assert selectors.relation(alice.pk, crowd[0].pk).version == version
    assert Follow.objects.filter(follower=alice).count() == 6 + (meanwhile == "followed again")


def test_undo_of_bells_and_mutes_leaves_what_changed_meanwhile(alice, crowd):
    bells = start(alice, Act.BELL_NONE, crowd[1:3])
    services.set_bell(follower=alice, followee=crowd[1], notify="all")
    services.set_bell(follower=alice, followee=crowd[1], notify="none")
    assert outcomes(services.undo(batch=bells)) == {
        crowd[1].pk: (Result.UNCHANGED, "changed_since"),
        crowd[2].pk: (Result.DONE, ""),
    }
    mutes = start(alice, Act.MUTE, crowd[:2])
    services.unmute(muter=alice, muted=crowd[0])
    services.mute(muter=alice, muted=crowd[0])
    assert outcomes(services.undo(batch=mutes))[crowd[0].pk] == (Result.UNCHANGED, "changed_since")
    assert set(Mute.objects.values_list("muted", flat=True)) == {crowd[0].pk}


def test_what_the_other_side_did_meanwhile_is_respected_and_said(alice, crowd, settings):
    batch = start(alice, Act.UNFOLLOW, crowd)
    services.block(blocker=crowd[0], blocked=alice)
    accounts.suspend(account=crowd[3], by=make_account("moderator"), reason="Spam")
    settings.FOLLOW_LIMIT = 4
    undone = services.undo(batch=batch)
    reasons = [outcomes(undone)[person.pk] for person in crowd]
    assert reasons[0] == (Result.REFUSED, "blocked")
    assert reasons[3] == (Result.REFUSED, "not_present")
    assert reasons[6] == (Result.REFUSED, "limit")
    assert [result for result, _ in reasons].count(Result.DONE) == Follow.objects.filter(follower=alice).count() == 4


@pytest.mark.parametrize("why", ["limit", "not_present", "blocked"])
def test_what_is_certain_to_be_refused_is_not_asked_row_by_row(alice, settings, why):
    """Halving a chunk of which nothing fits took half a minute."""
    people = [make_account(f"person{number}") for number in range(33)]
    for person in people:
        services.follow(follower=alice, followee=person)
    batch = start(alice, Act.UNFOLLOW, people)
    services.follow(follower=alice, followee=people[0])
    if why == "limit":
        settings.FOLLOW_LIMIT = 0
    for person in people[1:]:
        if why == "not_present":
            User.objects.filter(pk=person.pk).update(suspended_at=timezone.now())
        if why == "blocked":
            services.block(blocker=person, blocked=alice)
    with CaptureQueriesContext(connection) as queries:
        undone = services.undo(batch=batch)
    assert len(queries) < 33
    found = outcomes(undone)
    assert found.pop(people[0].pk) == (Result.UNCHANGED, "changed_since")
    assert set(found.values()) == {(Result.REFUSED, why)}


def test_the_same_undo_twice_is_once(alice, crowd):
    batch = start(alice, Act.UNFOLLOW, crowd)
    first = services.undo(batch=batch)
    events = FollowEvent.objects.count()
    assert services.undo(batch=batch) == first
    assert FollowEvent.objects.count() == events


def test_what_cannot_be_undone_says_so(alice, bob, crowd):
    nothing = start(alice, Act.UNFOLLOW, [bob])
    assert outcomes(nothing) == {bob.pk: (Result.UNCHANGED, "not_followed")}
    with pytest.raises(services.BatchRefused, match="changed nothing"):
        services.undo(batch=nothing)
    undone = services.undo(batch=start(alice, Act.BELL_NONE, crowd))
    with pytest.raises(services.BatchRefused, match="cannot be undone"):
        services.undo(batch=undone)


def test_a_request_that_was_granted_meanwhile_is_still_taken_back(alice):
    shy = make_account("shy", is_private=True)
    batch = Batch.objects.create(owner=alice, act=Act.FOLLOW, state=State.RUNNING, submit_key=uuid4(), total=1)
    BatchRow.objects.create(batch=batch, position=1, account_id=shy.pk, handle="shy")
    services.work(batch_id=batch.pk)
    assert outcomes(batch) == {shy.pk: (Result.REQUESTED, "")}
    services.approve(followee=shy, follower=alice)
    batch.refresh_from_db()
    assert outcomes(services.undo(batch=batch)) == {shy.pk: (Result.DONE, "")}
    assert not edges(alice)


def test_questions_that_nobody_answered_are_forgotten(alice, crowd):
    accounts.set_privacy(account=crowd[0], is_private=True)
    start(alice, Act.UNFOLLOW, crowd, confirmed=False)
    assert services.discard_old_previews() == 0
    Batch.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert services.discard_old_previews() == 1
    assert len(edges(alice)) == 7


# --- What is chosen -------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_is_one_batch(alice, crowd):
    key = uuid4()
    first, second = (start(alice, Act.UNFOLLOW, crowd[:2], submit_key=key) for _ in range(2))
    assert first == second
    assert Batch.objects.count() == 1


def test_the_key_of_somebody_else_is_nobodys_business(alice, bob, crowd):
    key = uuid4()
    mine = start(alice, Act.UNFOLLOW, crowd[:1], submit_key=key)
    services.follow(follower=bob, followee=crowd[1])
    assert start(bob, Act.UNFOLLOW, crowd[1:2], submit_key=key) != mine


def test_nobody_and_accounts_that_are_not_there_are_no_batch(alice):
    for chosen in ([], [10**15], [alice.pk]):
        with pytest.raises(services.BatchRefused, match="Select somebody"):
            services.start_batch(owner=alice, act=Act.UNFOLLOW, chosen=chosen, submit_key=uuid4())
    assert not Batch.objects.exists()


def test_everything_that_matches_is_frozen_when_the_batch_is_written(alice, crowd, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 2)
    batch = start(alice, Act.UNFOLLOW, Wanted(filters=frozenset({"bell_off"})))
    assert (batch.state, batch.total) == (State.RUNNING, 3)
    services.set_bell(follower=alice, followee=crowd[1], notify="none")
    services.set_bell(follower=alice, followee=crowd[0], notify="all")
    while services.work(batch_id=batch.pk):
        pass
    gone = {person.pk for person in crowd} - set(Follow.objects.values_list("followee", flat=True))
    assert gone == {crowd[0].pk, crowd[3].pk, crowd[6].pk}


def test_suspended_deactivated_and_erased_accounts_can_be_unfollowed(alice, crowd):
    User.objects.filter(pk=crowd[0].pk).update(suspended_at=timezone.now())
    User.objects.filter(pk=crowd[1].pk).update(deactivated_at=timezone.now())
    batch = start(alice, Act.UNFOLLOW, Wanted())
    assert set(outcomes(batch).values()) == {(Result.DONE, "")}
    assert not edges(alice)


# --- Asking first ---------------------------------------------------------------------------------------------


def test_an_unfollow_that_undo_could_not_take_back_waits_for_a_word(alice, crowd):
    accounts.set_privacy(account=crowd[0], is_private=True)
    User.objects.filter(pk=crowd[1].pk).update(deactivated_at=timezone.now())
    batch = start(alice, Act.UNFOLLOW, crowd, confirmed=False)
    assert batch.state == State.PREVIEW
    assert selectors.lost_by_unfollowing(batch) == selectors.batches.Lost(private=1, absent=1)
    assert len(edges(alice)) == 7
    services.cancel(batch=batch)
    assert services.confirm(batch=batch).state == State.CANCELLED
    assert len(edges(alice)) == 7


def test_what_the_dialog_promises_is_what_happens(alice, crowd):
    """M#14304"""
    for person in crowd[:3]:
        accounts.set_privacy(account=person, is_private=True)
    User.objects.filter(pk=crowd[3].pk).update(suspended_at=timezone.now())
    batch = start(alice, Act.UNFOLLOW, crowd, confirmed=False)
    promised = selectors.lost_by_unfollowing(batch)
    batch = services.confirm(batch=batch)
    services.confirm(batch=batch)
    assert selectors.report(batch).results == {Result.DONE: 7}
    undone = services.undo(batch=batch)
    assert selectors.report(undone).results == {
        Result.DONE: 7 - promised.private - promised.absent,
        Result.REQUESTED: promised.private,
        Result.REFUSED: promised.absent,
    }


# --- Long work ------------------------------------------------------------------------------------------------


def test_cancelling_keeps_what_is_done_and_undo_takes_only_that_back(alice, crowd, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 3)
    before = edges(alice)
    batch = start(alice, Act.UNFOLLOW, crowd)
    assert services.work(batch_id=batch.pk)
    with pytest.raises(services.BatchRefused, match="under way"):
        services.undo(batch=batch)
    batch = services.cancel(batch=batch)
    assert not services.work(batch_id=batch.pk)
    assert selectors.report(batch).results == {Result.WAITING: 4, Result.DONE: 3}
    services.undo(batch=batch)
    assert edges(alice) == before


def test_every_task_twice_changes_nothing_more(alice, crowd, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 3)
    batch = start(alice, Act.UNFOLLOW, crowd)
    for _ in range(6):
        services.work(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.cursor) == (State.DONE, 7)
    assert FollowEvent.objects.filter(cause="unfollowed").count() == 7


def test_the_sweep_finds_what_no_hint_named(alice, crowd, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 3)
    batch = start(alice, Act.UNFOLLOW, crowd)
    assert selectors.standing_still() == []
    Batch.objects.update(moved_at=timezone.now() - timedelta(minutes=1))
    assert selectors.standing_still() == [batch.pk]
    hinted = []
    monkeypatch.setattr(tasks.work_batch, "apply_async", lambda args, **_: hinted.append(args))
    tasks.sweep_batches()
    assert hinted == [[batch.pk]]


@pytest.mark.parametrize("position", range(7))
def test_a_bad_row_at_any_position_stops_no_other(alice, crowd, position):
    batch = start(alice, Act.UNFOLLOW, crowd)
    services.block(blocker=crowd[position], blocked=alice)
    undone = services.undo(batch=batch)
    assert selectors.report(undone).results == {Result.DONE: 6, Result.REFUSED: 1}
    assert outcomes(undone)[crowd[position].pk] == (Result.REFUSED, "blocked")


def test_finished_is_announced_in_the_transaction_that_finishes(alice, crowd):
    heard = []

    def listen(**said) -> None:
        heard.append((said["batch_id"], said["owner_id"], said["act"], connection.in_atomic_block))

    batches.batch_finished.connect(listen)
    try:
        batch = start(alice, Act.UNFOLLOW, crowd)
    finally:
        batches.batch_finished.disconnect(listen)
    assert heard == [(batch.pk, alice.pk, Act.UNFOLLOW, True)]


# --- Many at once ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_meet(alice, crowd, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 1)
    batch = start(alice, Act.UNFOLLOW, crowd)

    def work() -> int:
        return sum(services.work(batch_id=batch.pk) for _ in range(30))

    in_threads(*[work] * 4)
    while services.work(batch_id=batch.pk):
        pass
    assert selectors.report(batch).results == {Result.DONE: 7}
    assert FollowEvent.objects.filter(cause="unfollowed").count() == 7


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_chunk_it_goes_on_where_it_stood(alice, crowd, monkeypatch):
    monkeypatch.setattr(batches, "CHUNK", 2)
    before, save = edges(alice), batches._save
    batch = start(alice, Act.UNFOLLOW, crowd)
    services.work(batch_id=batch.pk)

    def killed_before_saving(*args) -> None:
        pid = connection.connection.info.backend_pid
        in_threads(lambda: _kill(pid))
        save(*args)

    monkeypatch.setattr(batches, "_save", killed_before_saving)
    with pytest.raises(OperationalError):
        services.work(batch_id=batch.pk)
    connections.close_all()
    monkeypatch.setattr(batches, "_save", save)
    batch.refresh_from_db()
    assert (batch.cursor, len(edges(alice))) == (2, 5)
    while services.work(batch_id=batch.pk):
        pass
    assert FollowEvent.objects.filter(cause="unfollowed").count() == 7
    batch.refresh_from_db()
    services.undo(batch=batch)
    _work_all()
    assert edges(alice) == before


def _kill(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def _work_all() -> None:
    for batch in Batch.objects.filter(state=State.RUNNING):
        while services.work(batch_id=batch.pk):
            pass


@pytest.mark.django_db(transaction=True)
def test_double_submits_and_double_undos_at_once(alice, crowd):
    key = UUID(int=7)
    started = in_threads(*[lambda: start(alice, Act.UNFOLLOW, crowd, submit_key=key)] * 4)
    assert len({batch.pk for batch in started}) == 1
    undone = in_threads(*[lambda: services.undo(batch=started[0])] * 4)
    assert len({batch.pk for batch in undone}) == 1
    assert FollowEvent.objects.filter(cause="restored").count() == 7


@pytest.mark.django_db(transaction=True)
def test_batches_taps_and_privacy_at_once_end_without_a_deadlock(alice, bob, crowd):
    for person in crowd:
        services.follow(follower=bob, followee=person)

    def back_and_forth(owner: User) -> None:
        for _ in range(4):
            with suppress(services.BatchRefused):  # somebody else had unfollowed them all
                services.undo(batch=start(owner, Act.UNFOLLOW, crowd))
            start(owner, Act.BELL_NONE, reversed(crowd))

    def tap() -> None:
        for person in reversed(crowd):
            services.unfollow(follower=alice, followee=person)
            services.follow(follower=alice, followee=person)

    def flip() -> None:
        for person in crowd:
            accounts.set_privacy(account=person, is_private=True)
            accounts.set_privacy(account=person, is_private=False)

    in_threads(lambda: back_and_forth(alice), lambda: back_and_forth(alice), lambda: back_and_forth(bob), tap, flip)
    _work_all()
    with transaction.atomic():
        assert set(Batch.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db(transaction=True)
def test_with_workers_stopped_a_long_batch_waits_and_goes_on_when_they_are_back(alice, stopped_worker):
    people = User.objects.bulk_create(User(handle=f"p{n}", email=f"p{n}@example.org") for n in range(1100))
    for part in (people[:500], people[500:1000], people[1000:]):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO follows_follow (follower_id, followee_id) SELECT %s, unnest(%s::bigint[])",
                [alice.pk, [person.pk for person in part]],
            )
    before = edges(alice)
    batch = start(alice, Act.UNFOLLOW, Wanted())
    Batch.objects.update(moved_at=timezone.now() - timedelta(minutes=1))
    assert selectors.report(Batch.objects.get()).is_forsaken
    assert len(edges(alice)) == 1100
    stopped_worker.start()
    tasks.sweep_batches()
    assert _finished(batch).results == {Result.DONE: 1100}
    undone = services.undo(batch=_finished(batch).batch)
    assert _finished(undone).results == {Result.DONE: 1100}
    assert edges(alice) == before


def _finished(batch: Batch) -> selectors.batches.Report:
    for _ in range(300):
        report = selectors.report(Batch.objects.get(pk=batch.pk))
        if report.is_final:
            return report
        time.sleep(0.1)
    raise AssertionError(f"{batch} is not done: {report.summary}")
