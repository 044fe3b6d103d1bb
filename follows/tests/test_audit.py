"""What a superuser forces past the triggers, the audit names."""

import pytest
from django.db import connection

from accounts.tests.factories import make_account
from follows.audit import CHECKS
from follows.models import Follow
from follows.services import follow
from socialvideo.lib.audit import breaches, examples

pytestmark = pytest.mark.django_db

FORCED = "SET LOCAL session_replication_role = replica"
RULES = "the rules of the database are in force"
EDGES = "every edge is what its last event says"
FOLLOWERS = "follower counts equal active edges"


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def broken() -> list[str]:
    return [check.name for check in CHECKS if breaches(check)]


def a_trigger(name: str) -> str:
    (trigger,) = (each for each in Follow._meta.triggers if each.name == name)
    return trigger.get_pgid(Follow)


@pytest.fixture(autouse=True)
def edge() -> None:
    follow(follower=make_account("alice"), followee=make_account("bob"))
    assert broken() == []


def test_one_dropped_trigger_of_several_is_named() -> None:
    name = a_trigger("record_ended_edges")
    sql("SET CONSTRAINTS ALL IMMEDIATE", f"DROP TRIGGER {name} ON follows_follow")
    assert broken() == [RULES]
    assert [example for check in CHECKS for example in examples(check)] == [name]


def test_a_trigger_switched_off_is_named() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE follows_follow DISABLE TRIGGER {a_trigger('settle_new_edge')}")
    assert broken() == [RULES]


def test_a_trigger_that_does_something_else_is_named() -> None:
    sql(
        f"CREATE OR REPLACE FUNCTION {a_trigger('record_ended_edges')}() RETURNS TRIGGER LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$"
    )
    assert broken() == [RULES]


def test_a_forced_end_of_an_edge_is_found() -> None:
    sql(FORCED, "DELETE FROM follows_follow")
    assert broken() == [EDGES, FOLLOWERS, "following counts equal active edges"]


def test_a_forced_change_of_the_bell_is_found() -> None:
    sql(FORCED, "UPDATE follows_follow SET notify = 'none'")
    assert broken() == [EDGES]


def test_a_forced_edit_of_history_is_found() -> None:
    sql(FORCED, "DELETE FROM follows_followevent")
    assert broken() == [EDGES, "every active edge stands since an event of its own"]


def test_an_edited_count_is_found() -> None:
    sql("UPDATE follows_countdelta SET followers = followers + 1 WHERE followers = 1")
    assert broken() == [FOLLOWERS]
