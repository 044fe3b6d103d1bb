"""Follows from a file. The file is read into a batch that waits: each row is matched, shown, and acted upon only when its
owner confirms; the file is not kept.

Whom a row means: a handle and an id that belong together here are certainly that account, whatever it is called now, for
handles are never reused. Anything else gives only a name: it means whoever is called so here now, and the preview says
that this may be somebody else. A name that its account has given up means nobody: nobody is followed by a name that
they left behind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from follows import importing
from follows.machine import ABSENT, ACTIVE, REQUESTED, Cause
from follows.models import Batch, BatchRow
from follows.origins import NOWHERE, Origin, Source
from follows.services.outcomes import Outcome, Standing, standing
from follows.services.statements import SAYING, run, said

State, Result = Batch.State, BatchRow.Result
PREVIEW_STANDS = timedelta(days=1)

_MATCH = """
    INSERT INTO follows_batchrow (batch_id, position, account_id, handle, notify, followed_at, result, reason)
    SELECT %(batch)s, position, account_id, handle, notify, followed_at,
           CASE WHEN refusal <> '' THEN 'refused' WHEN account_id IS NULL THEN 'unmatched' ELSE 'waiting' END,
           CASE WHEN refusal <> '' THEN refusal WHEN account_id IS NULL OR is_certain THEN '' ELSE 'by_name' END
    FROM (
        SELECT *, CASE WHEN problem <> '' THEN problem WHEN account_id IS NULL THEN '' WHEN is_erased THEN 'deleted'
                       WHEN account_id = %(owner)s THEN 'self' WHEN nth > 1 THEN 'repeated' ELSE '' END AS refusal
        FROM (
            SELECT file.*, who.account_id, certain.id IS NOT NULL AS is_certain, certain.erased_at IS NOT NULL AS is_erased,
                   row_number() OVER (PARTITION BY who.account_id ORDER BY position) AS nth
            FROM unnest(%(positions)s::int[], %(handles)s::text[], %(said_ids)s::bigint[], %(bells)s::text[],
                        %(dates)s::timestamptz[], %(problems)s::text[])
                AS file (position, handle, said_id, notify, followed_at, problem)
            LEFT JOIN accounts_handleclaim AS claim
                ON claim.handle = file.handle AND claim.account_id = file.said_id AND problem = ''
            LEFT JOIN accounts_user AS certain ON certain.id = claim.account_id
            LEFT JOIN accounts_user AS named
                ON named.handle = file.handle AND named.erased_at IS NULL AND problem = ''
            CROSS JOIN LATERAL (SELECT coalesce(certain.id, named.id) AS account_id) AS who
        ) AS matched
    ) AS judged
"""
_FOLLOW = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING})
    INSERT INTO follows_follow (follower_id, followee_id, notify, followed_at)
    SELECT %(follower)s, wish.account, coalesce(NULLIF(wish.notify, ''), 'all'), coalesce(wish.followed_at, now())
    FROM said, unnest(%(accounts)s::bigint[], %(bells)s::text[], %(dates)s::timestamptz[])
        AS wish (account, notify, followed_at)
    ORDER BY wish.account
    ON CONFLICT (follower_id, followee_id) DO NOTHING
    RETURNING followee_id
"""


def start_import(*, owner: User, data: bytes, submit_key: UUID, origin: Origin = NOWHERE) -> Batch:
    """A batch that waits to be confirmed, in place of one that waits already. The same form sent twice is one batch.
    Raises ImportRefused."""
    listing = importing.read(data, now=timezone.now())
    with transaction.atomic():
        batch, is_new = Batch.objects.get_or_create(
            owner=owner,
            submit_key=submit_key,
            defaults={
                "act": Batch.Act.FOLLOW,
                "state": State.PREVIEW,
                "read_from": listing.kind,
                "source": Source.IMPORT,
                "device": origin.device,
                "session": origin.session,
                "total": len(listing.rows),
            },
        )
        if is_new:
            _forget(_previews().filter(owner=owner).exclude(pk=batch.pk).select_for_update())
            _match(batch, listing.rows)
    return batch


def _match(batch: Batch, rows: list[importing.Row]) -> None:
    values: dict[str, Any] = {
        "positions": list(range(1, len(rows) + 1)),
        "handles": [row.handle for row in rows],
        "said_ids": [row.account_id for row in rows],
        "bells": [row.notify for row in rows],
        "dates": [row.followed_at for row in rows],
        "problems": [row.problem for row in rows],
    }
    run(_MATCH, batch=batch.pk, owner=batch.owner_id, **values)


def _previews() -> QuerySet[Batch]:
    return Batch.objects.filter(act=Batch.Act.FOLLOW, state=State.PREVIEW)


def _forget(held: QuerySet[Batch]) -> int:
    """Removes what waits still when its row is held; returns how many."""
    pks = list(held.values_list("pk", flat=True))
    Batch.objects.filter(pk__in=pks).delete()
    return len(pks)


@transaction.atomic
def leave_out(*, batch: Batch, position: int, out: bool) -> None:
    """Whether a row of a preview is passed over. After it was confirmed nothing changes."""
    if _previews().select_for_update().filter(pk=batch.pk).first():
        before, after = (Result.WAITING, Result.SKIPPED) if out else (Result.SKIPPED, Result.WAITING)
        batch.rows.filter(position=position, result=before).update(result=after)


@transaction.atomic
def discard(*, batch: Batch) -> None:
    """Forgets a preview with all its rows. One that was confirmed meanwhile goes on."""
    _forget(_previews().select_for_update().filter(pk=batch.pk))


@transaction.atomic
def discard_old_previews() -> int:
    """Forgets what nobody confirmed within a day; returns how many."""
    previews = Batch.objects.select_for_update(skip_locked=True).filter(state=State.PREVIEW)
    return _forget(previews.filter(created_at__lt=timezone.now() - PREVIEW_STANDS))


def follow_as_said(follower_id: int, rows: list[BatchRow], origin: Origin) -> dict[int, Outcome]:
    """Follows with the bell and the date of the rows, in one statement; the caller holds what it may meet. What stands
    already is left as it is."""
    accounts = [row.account_id for row in rows if row.account_id is not None]
    wishes: dict[str, Any] = {
        "accounts": accounts,
        "bells": [row.notify for row in rows],
        "dates": [row.followed_at for row in rows],
    }
    before = standing(follower_id, accounts)
    run(_FOLLOW, follower=follower_id, **wishes, **said(Cause.IMPORTED, follower_id, origin))
    after = standing(follower_id, accounts)
    return {row.position: _outcome(row, before[row.account_id], after[row.account_id]) for row in rows}


def _outcome(row: BatchRow, before: Standing, after: Standing) -> Outcome:
    if before.state != ABSENT:
        return Outcome(Result.UNCHANGED, "following" if before.state == ACTIVE else "asked")
    return Outcome(Result.REQUESTED if after.state == REQUESTED else Result.DONE, row.reason, after.mark)
