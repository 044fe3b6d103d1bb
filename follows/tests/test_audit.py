"""What a superuser forces past the triggers, the audit names."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account
from follows import services
from follows.audit import CHECKS
from follows.models import Block, Follow, FollowEvent
from socialvideo.lib.audit import breaches, examples

pytestmark = pytest.mark.django_db

FORCED = "SET LOCAL session_replication_role = replica"
RULES = "the rules of following are in force"
EDGES = "every follow is what its whole history says"
BLOCKS = "every block is what its history says"
COUNTS = "all counts equal the follows and requests that stand"
REQUESTS = "no request waits at a public account"
ACROSS = "no follow stands across a block"


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def broken() -> list[str]:
    return [check.name for check in CHECKS if breaches(check)]


def found() -> list[str]:
    return [example for check in CHECKS for example in examples(check)]


def a_trigger(name: str) -> str:
    (trigger,) = (each for each in Follow._meta.triggers if each.name == name)
    return trigger.get_pgid(Follow)


@pytest.fixture(autouse=True)
def edge(alice: User, bob: User) -> None:
    """Followed, left, followed again with the bell off; and somebody who waits for an answer."""
    services.follow(follower=alice, followee=bob)
    services.unfollow(follower=alice, followee=bob)
    services.follow(follower=alice, followee=bob)
    services.set_bell(follower=alice, followee=bob, notify="none")
    services.follow(follower=bob, followee=make_account("shy", is_private=True))
    services.block(blocker=bob, blocked=make_account("mallory"))
    assert broken() == []


# --- The rules ------------------------------------------------------------------------------------------------


def test_one_dropped_trigger_of_several_is_named() -> None:
    name = a_trigger("record_ended_edges")
    sql("SET CONSTRAINTS ALL IMMEDIATE", f"DROP TRIGGER {name} ON follows_follow")
    assert broken() == [RULES]
    assert found() == [name]


def test_a_trigger_switched_off_is_named() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE follows_follow DISABLE TRIGGER {a_trigger('settle_new_edge')}")
    assert broken() == [RULES]


def test_a_trigger_that_does_something_else_is_named() -> None:
    sql(
        f"CREATE OR REPLACE FUNCTION {a_trigger('record_ended_edges')}() RETURNS TRIGGER LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$"
    )
    assert broken() == [RULES]


@pytest.mark.parametrize(
    "trigger", ["AFTER DELETE ON {table} FOR EACH ROW", "BEFORE DELETE ON {table} FOR EACH ROW WHEN (FALSE)"]
)
def test_a_trigger_that_fires_otherwise_is_named(trigger: str) -> None:
    name = a_trigger("order_ended_edge")
    sql(
        "SET CONSTRAINTS ALL IMMEDIATE",
        f"DROP TRIGGER {name} ON follows_follow",
        f"CREATE TRIGGER {name} {trigger.format(table='follows_follow')} EXECUTE FUNCTION {name}()",
    )
    assert broken() == [RULES]


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        ("follows_follow", "follows_follow_nobody_follows_themselves"),
        ("follows_followevent", "follows_event_transition_is_known"),
        ("follows_block", "follows_block_one_per_pair"),
    ],
)
def test_a_dropped_constraint_is_named(table: str, constraint: str) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    assert broken() == [RULES]
    assert found() == [constraint]


def test_a_dropped_unique_index_is_named() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE", "DROP INDEX follows_follow_one_edge_per_pair")
    assert found() == ["follows_follow_one_edge_per_pair"]


def test_a_constraint_that_spares_old_rows_is_named() -> None:
    name = "follows_follow_notify_is_known"
    sql(
        "SET CONSTRAINTS ALL IMMEDIATE",
        f"ALTER TABLE follows_follow DROP CONSTRAINT {name}",
        f"ALTER TABLE follows_follow ADD CONSTRAINT {name} CHECK (notify IN ('all', 'none')) NOT VALID",
    )
    assert found() == [name]


@pytest.mark.parametrize(
    "condition", ["TRUE", "notify IN ('all', 'none', 'some')", "notify IN ('all', 'none') OR state = 'active'"]
)
def test_a_constraint_of_another_meaning_under_its_name_is_named(condition: str) -> None:
    name = "follows_follow_notify_is_known"
    sql(
        "SET CONSTRAINTS ALL IMMEDIATE",
        f"ALTER TABLE follows_follow DROP CONSTRAINT {name}",
        f"ALTER TABLE follows_follow ADD CONSTRAINT {name} CHECK ({condition})",
    )
    assert found() == [name]


def test_a_dropped_foreign_key_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'follows_follow'::regclass AND contype = 'f'"
        )
        (name, *_) = (row[0] for row in cursor.fetchall())
    sql("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE follows_follow DROP CONSTRAINT {name}")
    assert broken() == [RULES]


@pytest.mark.parametrize("name", ["follows_said", "follows_say", "follows_lock_pair", "follows_lock_follower"])
def test_a_function_that_does_something_else_is_named(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid), prosrc FROM pg_proc WHERE proname = %s", [name])
        definition, body = cursor.fetchone()
        cursor.execute(definition.replace(body, body + "-- and something else\n"))
    assert found() == [name]


def test_a_setting_smuggled_into_a_function_is_named() -> None:
    sql("ALTER FUNCTION follows_lock_follower SET session_replication_role = replica")
    assert found() == ["follows_lock_follower"]


def test_a_sequence_set_back_is_named() -> None:
    sql("SELECT setval('follows_act_seq', 1)")
    assert found() == ["follows_act_seq"]
    sql("SELECT setval('accounts_user_id_seq', 1)")
    assert found() == ["follows_act_seq", "accounts_user_id_seq"] or found() == [
        "accounts_user_id_seq",
        "follows_act_seq",
    ]


# --- Edges and their history ----------------------------------------------------------------------------------


def test_a_forced_end_of_an_edge_is_found(alice: User, bob: User) -> None:
    sql(FORCED, "DELETE FROM follows_follow WHERE state = 'active'")
    assert broken() == [EDGES, COUNTS]
    assert f'{alice.pk},{bob.pk},"the edge is not as the last event says"' in found()


def test_a_forced_edge_is_found(alice: User, bob: User) -> None:
    sql(
        FORCED,
        "INSERT INTO follows_follow (follower_id, followee_id, state, since, shows_from)"
        f" VALUES ({bob.pk}, {alice.pk}, 'active', 1, 0)",
    )
    assert broken() == [EDGES, COUNTS]


def test_a_forced_change_of_the_bell_is_found() -> None:
    sql(FORCED, "UPDATE follows_follow SET notify = 'all' WHERE state = 'active'")
    assert broken() == [EDGES]


def test_a_forced_approval_is_found() -> None:
    sql(FORCED, "UPDATE follows_follow SET state = 'active', since = 1, shows_from = 0 WHERE state = 'requested'")
    assert broken() == [EDGES, COUNTS]


@pytest.mark.parametrize(
    "since",
    [
        pytest.param("(SELECT min(id) FROM follows_followevent WHERE after = 'active')", id="the first follow"),
        pytest.param("(SELECT max(id) FROM follows_followevent WHERE cause = 'bell')", id="a bell change"),
        pytest.param("999999", id="nothing"),
    ],
)
def test_a_since_of_another_event_is_found(since: str) -> None:
    sql(FORCED, f"UPDATE follows_follow SET since = {since} WHERE state = 'active'")
    assert broken() == [EDGES]


@pytest.mark.parametrize("gone", ["followed", "unfollowed", "bell"])
def test_forced_gaps_in_history_are_found(gone: str) -> None:
    sql(FORCED, f"DELETE FROM follows_followevent WHERE cause = '{gone}'")
    assert broken() == [EDGES]


def test_events_out_of_the_order_of_time_are_found() -> None:
    sql(
        FORCED,
        "UPDATE follows_followevent SET happened_at = happened_at - interval '1 day' WHERE cause = 'unfollowed'",
    )
    assert broken() == [EDGES]
    assert FollowEvent.objects.filter(cause="unfollowed").count() == 1


# --- Blocks, privacy, deletion --------------------------------------------------------------------------------


def test_a_forced_edge_across_a_block_is_found(bob: User) -> None:
    mallory = User.objects.get(handle="mallory")
    sql(
        FORCED,
        "INSERT INTO follows_follow (follower_id, followee_id, state, since, shows_from)"
        f" VALUES ({mallory.pk}, {bob.pk}, 'active', 1, 0)",
    )
    assert ACROSS in broken()


def test_a_block_lifted_in_silence_is_found() -> None:
    sql(FORCED, "DELETE FROM follows_block")
    assert broken() == [BLOCKS]
    assert not Block.objects.exists()


def test_a_block_made_in_silence_is_found(alice: User) -> None:
    mallory = User.objects.get(handle="mallory")
    sql(FORCED, f"INSERT INTO follows_block (blocker_id, blocked_id) VALUES ({alice.pk}, {mallory.pk})")
    assert broken() == [BLOCKS]


def test_a_lifted_block_is_no_breach(bob: User) -> None:
    services.unblock(blocker=bob, blocked=User.objects.get(handle="mallory"))
    assert broken() == []


def test_a_request_left_at_a_public_account_is_found() -> None:
    User.objects.filter(handle="shy").update(is_private=False)
    assert broken() == [REQUESTS]


# --- Counts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["followers", "following", "requests"])
@pytest.mark.parametrize("folded", [False, True])
def test_an_edited_count_is_found(column: str, folded: bool) -> None:
    if folded:
        services.fold_counts()
        assert broken() == []
    table = "follows_followcount" if folded else "follows_countdelta"
    sql(f"UPDATE {table} SET {column} = {column} + 1 WHERE {column} = 1")
    assert broken() == [COUNTS]


def test_a_request_counted_as_a_follower_is_found() -> None:
    sql("UPDATE follows_countdelta SET followers = 1, requests = 0 WHERE requests = 1")
    assert broken() == [COUNTS]
