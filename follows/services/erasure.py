"""What an erased account leaves in the follow graph. Its edges end first, in both directions and by statements of their
own, with a cause that the other side can read. The history of follows stays: ids, states and moments, no name."""

from django.db import connection

from accounts.locks import account_lock_sql
from accounts.services import AT_ONCE, Eraser, carry_out
from follows.machine import Cause
from follows.models import Follow
from follows.origins import NOWHERE
from follows.services.statements import SAYING, said
from follows.services.tallies import forget_tallies
from follows.signals import edges_changed

PART = "follows"


_LOCK = account_lock_sql("account")


def _end_edges(mine: str) -> str:
    """Ends some edges that have the account on one side, holding it alone, so that nobody acts on a tie with it
    meanwhile. Accounts are locked before any edge is, in the order of ids. Answers how many edges were met, not ended:
    one that somebody else just ended must not look like the last."""
    return f"""
        WITH met AS MATERIALIZED (
            SELECT id, followee_id FROM follows_follow WHERE {mine} = %(account)s LIMIT %(size)s
        ), said AS MATERIALIZED (
            SELECT {SAYING}
        ), held AS MATERIALIZED (
            SELECT count(CASE account WHEN %(account)s THEN pg_advisory_xact_lock({_LOCK})
                                      ELSE pg_advisory_xact_lock_shared({_LOCK}) END) AS accounts
            FROM (SELECT followee_id AS account FROM met UNION SELECT %(account)s ORDER BY account) AS ordered
        ), ended AS (
            DELETE FROM follows_follow USING said, held
            WHERE id = ANY(ARRAY(SELECT id FROM met)) AND held.accounts > 0
        )
        SELECT count(*) FROM met
    """


def _delete(table: str, key: str, rows: str) -> str:
    """Removes some of the rows that a query finds; says the cause for tables that record it."""
    return f"""
        WITH said AS MATERIALIZED (
            SELECT {SAYING}
        ), gone AS (
            DELETE FROM {table} USING said WHERE {key} IN ({rows} LIMIT %(size)s) RETURNING 1
        )
        SELECT count(*) FROM gone
    """


_ORIGINS = """
    SELECT event_id FROM follows_eventorigin JOIN follows_followevent AS event ON event.id = event_id
    WHERE event.{side} = %(account)s AND event.actor_id = %(account)s
"""
STATEMENTS = {
    "follows": _end_edges("follower_id"),
    "followers": _end_edges("followee_id"),
    "blocks": _delete(
        "follows_block", "id", "SELECT id FROM follows_block WHERE blocker_id = %(account)s OR blocked_id = %(account)s"
    ),
    "mutes": _delete(
        "follows_mute", "id", "SELECT id FROM follows_mute WHERE muter_id = %(account)s OR muted_id = %(account)s"
    ),
    "ties": _delete(
        "follows_tie",
        "(follower_id, followee_id)",
        "SELECT follower_id, followee_id FROM follows_tie WHERE follower_id = %(account)s",
    ),
    "batch rows": _delete(
        "follows_batchrow",
        "(batch_id, position)",
        """SELECT batch_id, position FROM follows_batchrow JOIN follows_batch AS batch ON batch.id = batch_id
           WHERE owner_id = %(account)s""",
    ),
    "batches": _delete(
        "follows_batch", "id", "SELECT id FROM follows_batch WHERE owner_id = %(account)s ORDER BY id DESC"
    ),
    "devices": _delete("follows_eventorigin", "event_id", _ORIGINS.format(side="follower_id")),
    "devices of answers": _delete("follows_eventorigin", "event_id", _ORIGINS.format(side="followee_id")),
    "pulse": _delete(
        "follows_creatorpulse",
        "account_id",
        "SELECT account_id FROM follows_creatorpulse WHERE account_id = %(account)s",
    ),
}


def _eraser(statement: str) -> Eraser:
    def erase_some(account_id: int) -> int:
        values = {"account": account_id, "size": AT_ONCE} | said(Cause.ACCOUNT_DELETED, account_id, NOWHERE)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            [erased] = cursor.fetchone()
        if erased:
            edges_changed.send(Follow)
        return int(erased)

    return erase_some


ERASERS = {name: _eraser(statement) for name, statement in STATEMENTS.items()} | {"tallies": forget_tallies}


def erase(account_id: int) -> bool:
    return carry_out(account_id=account_id, part=PART, erasers=ERASERS)


def forget_watching(*, creator_id: int, viewer_ids: list[int]) -> None:
    """Told by `videos`, which erases what these accounts watched of an erased creator."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM follows_tie WHERE followee_id = %s AND follower_id = ANY(%s)", [creator_id, viewer_ids]
        )
