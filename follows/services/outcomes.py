"""What becomes of a row of a batch, and what a chunk of rows holds while it acts.

Locks are taken in one order: the follower, the pairs, the accounts, the edges, each in the order of ids. Whatever else
changes an edge comes by that order too, so no two wait for each other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.locks import account_lock_sql
from follows.services.statements import fetch, run


class Outcome(NamedTuple):
    """`mark`: the event, or the mute, that the act left: Undo takes back only what still stands as it was left.
    `muted_before`: until when the mute stood that the act lengthened or lifted."""

    result: str
    reason: str = ""
    mark: int | None = None
    muted_before: datetime | None = None


class Standing(NamedTuple):
    """An edge as it is: "" where there is none. `mark` is its pair's last event; that a request was granted is none, for
    it only lets stand what the follower did."""

    state: str
    mark: int | None


_HOLD_FOLLOWER = "SELECT follows_lock_follower(%(follower)s)"
_HOLD_PAIRS = """
    SELECT follows_lock_pair(%(follower)s, followee)
    FROM (SELECT followee FROM unnest(%(followees)s::bigint[]) AS followee
          ORDER BY least(followee, %(follower)s), greatest(followee, %(follower)s)) AS ordered
"""
_HOLD_ACCOUNTS = f"""
    SELECT pg_advisory_xact_lock_shared({account_lock_sql("account")})
    FROM (SELECT account FROM unnest(%(accounts)s::bigint[]) AS account ORDER BY account) AS ordered
"""
_HOLD_EDGES = """
    SELECT 1 FROM follows_follow WHERE follower_id = %(follower)s AND followee_id = ANY(%(followees)s)
    ORDER BY followee_id FOR UPDATE
"""
_STANDING = """
    SELECT followee, coalesce(edge.state, ''),
           (SELECT id FROM follows_followevent WHERE follower_id = %(follower)s AND followee_id = followee
            AND cause NOT IN ('approved', 'went_public') ORDER BY id DESC LIMIT 1)
    FROM unnest(%(followees)s::bigint[]) AS followee
    LEFT JOIN follows_follow AS edge ON edge.follower_id = %(follower)s AND edge.followee_id = followee
"""


def hold_follower(follower_id: int) -> None:
    """One chunk of one account at a time."""
    run(_HOLD_FOLLOWER, follower=follower_id)


def hold_edges(follower_id: int, followee_ids: Sequence[int]) -> None:
    """Until the transaction ends nobody else changes what is between the follower and these accounts: edges in either
    direction, blocks, standing, privacy."""
    followees = list(followee_ids)
    hold_follower(follower_id)
    run(_HOLD_PAIRS, follower=follower_id, followees=followees)
    run(_HOLD_ACCOUNTS, accounts=[follower_id, *followees])
    run(_HOLD_EDGES, follower=follower_id, followees=followees)


def standing(follower_id: int, followee_ids: Sequence[int]) -> dict[int | None, Standing]:
    """The follower's edges to these accounts."""
    found = fetch(_STANDING, follower=follower_id, followees=list(followee_ids))
    return {followee: Standing(state, mark) for followee, state, mark in found}
