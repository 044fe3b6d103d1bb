"""What the database itself holds, whoever writes: by service, by bulk statement, by hand."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import Error

from accounts.tests.factories import make_account
from follows.models import Block, Follow, FollowEvent, FollowOutbox
from follows.selectors import counts
from follows.services import Cause, block, follow, unfollow
from follows.tests.truth import assert_graph_is_true, events_between

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def test_an_insert_by_hand_is_recorded_counted_and_posted(alice, bob):
    sql("INSERT INTO follows_follow (follower_id, followee_id) VALUES (%s, %s)", alice.pk, bob.pk)
    (event,) = events_between(alice, bob)
    assert (event.before, event.after, event.cause, event.actor_id) == ("", "active", "unattributed", None)
    assert FollowOutbox.objects.filter(event_id=event.pk).exists()
    assert (counts(bob.pk).followers, counts(alice.pk).following) == (1, 1)
    assert_graph_is_true()


def test_a_delete_by_hand_is_recorded_and_counted(alice, bob):
    follow(follower=alice, followee=bob)
    sql("DELETE FROM follows_follow")
    assert [event.cause for event in events_between(alice, bob)] == ["followed", "unattributed"]
    assert_graph_is_true()


def test_an_update_by_hand_is_recorded_and_counted(alice, bob):
    follow(follower=alice, followee=bob)
    sql("UPDATE accounts_user SET is_private = TRUE")  # where a request may wait
    sql("UPDATE follows_follow SET state = 'requested'")
    assert counts(bob.pk).followers == 0
    assert counts(bob.pk).requests == 1
    assert_graph_is_true()
    sql("UPDATE follows_follow SET state = 'active'")
    assert counts(bob.pk).followers == 1
    assert_graph_is_true()


def test_an_update_that_changes_nothing_leaves_no_trace(alice, bob):
    follow(follower=alice, followee=bob)
    sql("UPDATE follows_follow SET state = state, notify = notify")
    assert len(events_between(alice, bob)) == 1


def test_a_bell_change_is_recorded_and_does_not_move_since(alice, bob):
    follow(follower=alice, followee=bob)
    since = Follow.objects.get().since
    sql("UPDATE follows_follow SET notify = 'none'")
    assert Follow.objects.get().since == since
    assert events_between(alice, bob)[-1].notify == "none"
    assert_graph_is_true()


@pytest.mark.parametrize("column", ["id", "follower_id", "followee_id"])
def test_the_keys_of_an_edge_are_read_only(alice, bob, column):
    follow(follower=alice, followee=bob)
    with pytest.raises(IntegrityError, match="keeps its two accounts"), transaction.atomic():
        sql(f"UPDATE follows_follow SET {column} = {column} + 1000")
    assert_graph_is_true()


def test_since_and_shows_from_cannot_be_forged(alice, bob):
    sql(
        "INSERT INTO follows_follow (follower_id, followee_id, since, shows_from) VALUES (%s, %s, -5, 77)",
        alice.pk,
        bob.pk,
    )
    edge = Follow.objects.get()
    assert (edge.since, edge.shows_from) == (events_between(alice, bob)[0].pk, 0)
    sql("UPDATE follows_follow SET since = 1, shows_from = 9")
    assert (Follow.objects.get().since, Follow.objects.get().shows_from) == (edge.since, 0)


def test_privacy_is_decided_by_the_database(alice, bob):
    sql("UPDATE accounts_user SET is_private = true WHERE id = %s", bob.pk)
    sql("INSERT INTO follows_follow (follower_id, followee_id, state) VALUES (%s, %s, 'active')", alice.pk, bob.pk)
    assert Follow.objects.get().state == "requested"
    assert_graph_is_true()


@pytest.mark.parametrize("table", ["follows_follow", "follows_followevent"])
def test_truncate_is_refused(alice, bob, table):
    follow(follower=alice, followee=bob)
    with pytest.raises(Error, match="TRUNCATE"), transaction.atomic():
        sql("SET LOCAL socialvideo.may_truncate = ''")
        sql(f"TRUNCATE {table} CASCADE")
    assert_graph_is_true()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE follows_followevent SET cause = 'followed'",
        "DELETE FROM follows_followevent",
        (
            "INSERT INTO follows_followevent SELECT id + 1000, follower_id, followee_id, before, after, notify, cause,"
            " actor_id, happened_at FROM follows_followevent"
        ),
    ],
)
def test_history_is_never_rewritten(alice, bob, statement):
    follow(follower=alice, followee=bob)
    with pytest.raises(IntegrityError, match="history"), transaction.atomic():
        sql(statement)
    assert_graph_is_true()


def test_no_setting_switches_a_trigger_off(alice, bob):
    sql("SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger), true)")
    sql("INSERT INTO follows_follow (follower_id, followee_id) VALUES (%s, %s)", alice.pk, bob.pk)
    assert len(events_between(alice, bob)) == 1
    assert_graph_is_true()


def test_a_cause_does_not_leak_into_the_next_statement(alice, bob):
    follow(follower=alice, followee=bob)
    sql("DELETE FROM follows_follow")
    assert events_between(alice, bob)[-1].cause == "unattributed"


def test_blocking_by_hand_ends_both_edges(alice, bob):
    follow(follower=alice, followee=bob)
    follow(follower=bob, followee=alice)
    sql("INSERT INTO follows_block (blocker_id, blocked_id) VALUES (%s, %s)", bob.pk, alice.pk)
    assert not Follow.objects.exists()
    ended = FollowEvent.objects.filter(after="")
    assert {(event.cause, event.actor_id) for event in ended} == {(Cause.BLOCKED, bob.pk)}
    assert ended.count() == 2
    assert_graph_is_true()


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_no_edge_across_a_block(alice, bob, blocker):
    block(blocker={"alice": alice, "bob": bob}[blocker], blocked={"alice": bob, "bob": alice}[blocker])
    with pytest.raises(IntegrityError, match="block"), transaction.atomic():
        sql("INSERT INTO follows_follow (follower_id, followee_id) VALUES (%s, %s)", alice.pk, bob.pk)
    assert_graph_is_true()


@pytest.mark.parametrize("column", ["suspended_at", "deactivated_at"])
def test_standing_keeps_edges_and_refuses_new_ones(alice, bob, column):
    follow(follower=alice, followee=bob)
    sql(f"UPDATE accounts_user SET {column} = now() WHERE id = %s", bob.pk)
    assert counts(bob.pk).followers == 1
    with pytest.raises(IntegrityError, match="suspended"), transaction.atomic():
        sql("INSERT INTO follows_follow (follower_id, followee_id) VALUES (%s, %s)", bob.pk, alice.pk)
    unfollow(follower=alice, followee=bob)
    assert_graph_is_true()


def test_an_account_with_edges_cannot_vanish_by_sql(alice, bob):
    follow(follower=alice, followee=bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql("DELETE FROM accounts_user WHERE id = %s", bob.pk)
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert_graph_is_true()


def test_a_bulk_statement_is_recorded_row_by_row(alice):
    fans = [make_account(f"fan{number}") for number in range(20)]
    sql(
        "INSERT INTO follows_follow (follower_id, followee_id) SELECT id, %s FROM accounts_user WHERE id = ANY(%s)",
        alice.pk,
        [fan.pk for fan in fans],
    )
    assert counts(alice.pk).followers == 20
    assert FollowEvent.objects.count() == 20
    assert_graph_is_true()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO follows_follow (follower_id, followee_id) VALUES (%(a)s, %(a)s)", "nobody_follows_themselves"),
        (
            "INSERT INTO follows_follow (follower_id, followee_id) VALUES (%(a)s, %(b)s), (%(a)s, %(b)s)",
            "one_edge_per_pair",
        ),
        (
            "INSERT INTO follows_follow (follower_id, followee_id, notify) VALUES (%(a)s, %(b)s, 'some')",
            "notify_is_known",
        ),
        ("INSERT INTO follows_block (blocker_id, blocked_id) VALUES (%(a)s, %(a)s)", "nobody_blocks_themselves"),
        ("INSERT INTO follows_mute (muter_id, muted_id) VALUES (%(a)s, %(a)s)", "nobody_mutes_themselves"),
    ],
)
def test_each_constraint_refuses(alice, bob, statement, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"a": alice.pk, "b": bob.pk})
    assert not Follow.objects.exists()
    assert not Block.objects.exists()
    assert_graph_is_true()


def test_an_upsert_that_says_nothing_new_leaves_the_edge_as_it_is(alice, bob):
    follow(follower=alice, followee=bob)
    edge = Follow(follower=alice, followee=bob, state="active")
    Follow.objects.bulk_create(
        [edge], update_conflicts=True, unique_fields=["follower", "followee"], update_fields=["state"]
    )
    assert Follow.objects.get().state == "active"
    assert len(events_between(alice, bob)) == 1


def test_no_edge_becomes_a_request_at_a_public_account(alice, bob):
    follow(follower=alice, followee=bob)
    with pytest.raises(IntegrityError, match="without a request"), transaction.atomic():
        sql("UPDATE follows_follow SET state = 'requested'")
    assert Follow.objects.get().state == "active"
    assert_graph_is_true()
