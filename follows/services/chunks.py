"""What each act of a batch does with a chunk of its rows: set-based, with an outcome for every row. A chunk that the
database refuses is halved by whoever runs it, down to the row that is to blame."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from follows.machine import ABSENT, REQUESTED, Cause
from follows.models import Batch, BatchRow, Follow
from follows.services.imports import follow_as_said
from follows.services.outcomes import Outcome, hold_edges, hold_follower, standing
from follows.services.statements import RESTORE, SAYING, fetch, said

Act, Result = Batch.Act, BatchRow.Result
Outcomes = dict[int, Outcome]  # by the row's position
Run = Callable[[Batch, list[BatchRow]], Outcomes]


class Chunk(NamedTuple):
    """`hold` takes the locks of a whole chunk, before anything is looked at."""

    hold: Callable[[Batch, list[BatchRow]], None]
    run: Run


_UNFOLLOW = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING})
    DELETE FROM follows_follow AS edge USING said
    WHERE edge.follower_id = %(follower)s AND edge.followee_id = ANY(%(followees)s)
    RETURNING edge.followee_id
"""
_SET_BELL = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING})
    UPDATE follows_follow AS edge SET notify = %(notify)s FROM said
    WHERE edge.follower_id = %(follower)s AND edge.followee_id = ANY(%(followees)s) AND edge.notify <> %(notify)s
    RETURNING edge.followee_id
"""
_REFUSED = """
    SELECT id, CASE WHEN blocked THEN 'blocked' ELSE 'not_present' END
    FROM (
        SELECT account.id,
               EXISTS (SELECT 1 FROM follows_block WHERE (blocker_id = account.id AND blocked_id = %(follower)s)
                                                      OR (blocker_id = %(follower)s AND blocked_id = account.id)) AS blocked,
               EXISTS (SELECT 1 FROM accounts_user WHERE id IN (account.id, %(follower)s)
                       AND (suspended_at IS NOT NULL OR deactivated_at IS NOT NULL OR erased_at IS NOT NULL)) AS absent
        FROM unnest(%(followees)s::bigint[]) AS account (id)
    ) AS met WHERE blocked OR absent
"""
_MUTED = """
    SELECT muted_id, until FROM follows_mute
    WHERE muter_id = %(muter)s AND muted_id = ANY(%(accounts)s) AND (until IS NULL OR until > now())
    ORDER BY muted_id FOR UPDATE
"""
_MUTE = """
    INSERT INTO follows_mute (muter_id, muted_id, until)
    SELECT %(muter)s, wish.account, wish.until
    FROM unnest(%(accounts)s::bigint[], %(untils)s::timestamptz[]) AS wish (account, until) ORDER BY wish.account
    ON CONFLICT (muter_id, muted_id) DO UPDATE SET until = EXCLUDED.until
    RETURNING muted_id, id
"""
_UNMUTE = "DELETE FROM follows_mute WHERE muter_id = %(muter)s AND muted_id = ANY(%(accounts)s) RETURNING muted_id, id"
# Mutes as the batch that is taken back had left them: gone, or as long as they were before.
_UNDO_MUTE = """
    WITH left_so AS (
        SELECT mute.id, mute.muted_id, wish.before
        FROM unnest(%(marks)s::bigint[], %(befores)s::timestamptz[]) AS wish (mark, before)
        JOIN follows_mute AS mute ON mute.id = wish.mark
        WHERE mute.muter_id = %(muter)s AND mute.until IS NOT DISTINCT FROM %(until)s
        FOR UPDATE OF mute
    ), lifted AS (
        DELETE FROM follows_mute USING left_so WHERE follows_mute.id = left_so.id AND left_so.before IS NULL
    ), shortened AS (
        UPDATE follows_mute SET until = left_so.before FROM left_so
        WHERE follows_mute.id = left_so.id AND left_so.before IS NOT NULL
    )
    SELECT muted_id, id FROM left_so
"""


def _answered(statement: str, **values: Any) -> dict[int, int]:
    """What a writing statement answers: an account, and what it left there."""
    return {row[0]: row[-1] for row in fetch(statement, **values)}


# --- Edges ----------------------------------------------------------------------------------------------------


def _hold_edges(batch: Batch, rows: list[BatchRow]) -> None:
    hold_edges(batch.owner_id, _accounts(rows))


def _accounts(rows: list[BatchRow]) -> list[int]:
    return [row.account_id for row in rows if row.account_id is not None]


def _as_left(batch: Batch, rows: list[BatchRow]) -> list[BatchRow]:
    """Of an undo only the rows where nothing has happened since."""
    if batch.undoes_id is None:
        return rows
    edges = standing(batch.owner_id, _accounts(rows))
    return [row for row in rows if edges[row.account_id].mark == row.mark]


def _change_edges(
    batch: Batch, rows: list[BatchRow], cause: str, statement: str, otherwise: str, **values: Any
) -> Outcomes:
    """One statement for the chunk, then a look at what stands: an edge that was asked for is not one that was made."""
    meant = _as_left(batch, rows)
    saying = said(cause, batch.owner_id, batch.origin)
    changed = _answered(statement, follower=batch.owner_id, followees=_accounts(meant), **values, **saying)
    edges = standing(batch.owner_id, _accounts(rows))

    def outcome(row: BatchRow) -> Outcome:
        edge = edges[row.account_id]
        if row.account_id in changed:
            asks = statement is RESTORE and edge.state == REQUESTED
            return Outcome(Result.REQUESTED if asks else Result.DONE, mark=edge.mark)
        if batch.undoes_id:
            return Outcome(Result.UNCHANGED, "changed_since")
        return Outcome(Result.UNCHANGED, "not_followed" if edge.state == ABSENT else otherwise)

    return {row.position: outcome(row) for row in rows}


def _foreseeing(run: Run) -> Run:
    """What the database is certain to refuse is not asked of it row by row: the locks that are held settle the look."""

    def run_the_rest(batch: Batch, rows: list[BatchRow]) -> Outcomes:
        more = _more_follows(batch, rows)
        reasons = dict(fetch(_REFUSED, follower=batch.owner_id, followees=_accounts(more)))
        otherwise = "limit" if _is_full(batch.owner_id) else ""
        foreseen = {row.position: reasons.get(row.account_id, otherwise) for row in more}
        refused = {position: Outcome(Result.REFUSED, reason) for position, reason in foreseen.items() if reason}
        return refused | run(batch, [row for row in rows if row.position not in refused])

    return run_the_rest


def _is_full(follower_id: int) -> bool:
    return Follow.objects.of_follower(follower_id).count() >= settings.FOLLOW_LIMIT


def _more_follows(batch: Batch, rows: list[BatchRow]) -> list[BatchRow]:
    edges = standing(batch.owner_id, _accounts(rows))
    return [row for row in _as_left(batch, rows) if edges[row.account_id].state == ABSENT]


def _follow(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    return follow_as_said(batch.owner_id, rows, batch.origin)


def _unfollow(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    return _change_edges(batch, rows, Cause.UNFOLLOWED, _UNFOLLOW, "")


def _restore(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    return _change_edges(batch, rows, Cause.RESTORED, RESTORE, "")


def _bell(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    notify = Follow.Notify.ALL if batch.act == Act.BELL_ALL else Follow.Notify.NONE
    return _change_edges(batch, rows, Cause.BELL, _SET_BELL, "so_already", notify=notify)


# --- Mutes ----------------------------------------------------------------------------------------------------


def _hold_owner(batch: Batch, rows: list[BatchRow]) -> None:
    hold_follower(batch.owner_id)


def _muted(batch: Batch, rows: list[BatchRow]) -> dict[int, datetime | None]:
    return dict(fetch(_MUTED, muter=batch.owner_id, accounts=_accounts(rows)))


def _mute(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    """A mute that stands is lengthened, never shortened. That of an undo stands as long as the one that was lifted."""
    before = _muted(batch, rows)
    untils = {row.account_id: row.muted_before if batch.undoes_id else batch.until for row in rows}

    def is_wanted(account_id: int | None) -> bool:
        if batch.undoes_id or account_id not in before:
            return account_id not in before
        until, stands = untils[account_id], before[account_id]
        return stands is not None and (until is None or stands < until)

    wanted = {account_id: until for account_id, until in untils.items() if is_wanted(account_id)}
    made = _answered(_MUTE, muter=batch.owner_id, accounts=list(wanted), untils=list(wanted.values()))
    return _outcomes(rows, made, "changed_since" if batch.undoes_id else "so_already", before)


def _unmute(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    if batch.undoes is not None:
        marks, befores = [row.mark for row in rows], [row.muted_before for row in rows]
        lifted = _answered(_UNDO_MUTE, muter=batch.owner_id, until=batch.undoes.until, marks=marks, befores=befores)
        return _outcomes(rows, lifted, "changed_since")
    before = _muted(batch, rows)
    lifted = _answered(_UNMUTE, muter=batch.owner_id, accounts=list(before))
    return _outcomes(rows, lifted, "not_muted", before)


def _outcomes(
    rows: list[BatchRow], changed: dict[int, int], otherwise: str, before: dict[int, datetime | None] | None = None
) -> Outcomes:
    def outcome(account_id: int | None) -> Outcome:
        if account_id in changed:
            return Outcome(Result.DONE, mark=changed[account_id], muted_before=(before or {}).get(account_id))
        return Outcome(Result.UNCHANGED, otherwise)

    return {row.position: outcome(row.account_id) for row in rows}


ACTS = {
    Act.FOLLOW: Chunk(_hold_edges, _foreseeing(_follow)),
    Act.UNFOLLOW: Chunk(_hold_edges, _unfollow),
    Act.RESTORE: Chunk(_hold_edges, _foreseeing(_restore)),
    Act.BELL_ALL: Chunk(_hold_edges, _bell),
    Act.BELL_NONE: Chunk(_hold_edges, _bell),
    Act.MUTE: Chunk(_hold_owner, _mute),
    Act.UNMUTE: Chunk(_hold_owner, _unmute),
}
