"""Many follows at once: unfollow, mute, bell, import, and taking such an act back. The batch and its rows are written
first, so that what was chosen is frozen; then chunks of rows are acted upon, each in one transaction with its outcomes and
the cursor. Killed anywhere, a batch goes on where it stood; two workers never meet; one bad row stops no other."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from follows.machine import Cause
from follows.models import Batch, BatchRow, FollowEvent
from follows.origins import NOWHERE, Origin
from follows.selectors.batches import lost_by_unfollowing
from follows.selectors.manager import Wanted
from follows.services.chunks import ACTS, Chunk, Outcomes
from follows.services.outcomes import Outcome
from follows.services.refusals import refusal_of
from follows.services.statements import run
from follows.signals import batch_finished, batch_started, edges_changed

Act, State, Result = Batch.Act, Batch.State, BatchRow.Result
CHUNK = 500  # rows acted upon in one transaction; a batch of no more is done at once

TAKEN_BACK_BY = {
    Act.FOLLOW: Act.UNFOLLOW,
    Act.UNFOLLOW: Act.RESTORE,
    Act.MUTE: Act.UNMUTE,
    Act.UNMUTE: Act.MUTE,
    Act.BELL_ALL: Act.BELL_NONE,
    Act.BELL_NONE: Act.BELL_ALL,
}


class BatchRefused(Exception):
    """`code` names the rule, `message` says in plain words what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


_CHOSEN = """
    INSERT INTO follows_batchrow (batch_id, position, account_id)
    SELECT %(batch)s, row_number() OVER (ORDER BY id), id FROM accounts_user
    WHERE id = ANY(%(accounts)s) AND id <> %(owner)s
"""
_MATCHING = """
    INSERT INTO follows_batchrow (batch_id, position, account_id)
    SELECT %(batch)s, row_number() OVER (ORDER BY edge.followee_id), edge.followee_id
    FROM follows_follow AS edge WHERE
"""
_CHANGED_BY = """
    INSERT INTO follows_batchrow (batch_id, position, account_id, handle, mark, muted_before)
    SELECT %(batch)s, row_number() OVER (ORDER BY account_id), account_id, handle, mark, muted_before
    FROM follows_batchrow WHERE batch_id = %(undoes)s AND result IN ('done', 'requested')
"""
_SAVE = """
    UPDATE follows_batchrow AS row
    SET result = new.result, reason = new.reason, mark = new.mark, muted_before = new.muted_before
    FROM unnest(%(positions)s::int[], %(results)s::text[], %(reasons)s::text[], %(marks)s::bigint[],
                %(befores)s::timestamptz[]) AS new (position, result, reason, mark, muted_before)
    WHERE row.batch_id = %(batch)s AND row.position = new.position
"""


# --- Its life -------------------------------------------------------------------------------------------------


@transaction.atomic
def start_batch(
    *,
    owner: User,
    act: str,
    chosen: Iterable[int] | Wanted,
    submit_key: UUID,
    until: datetime | None = None,
    confirmed: bool = False,
    origin: Origin = NOWHERE,
) -> Batch:
    """Acts on the chosen accounts, or on all that match at this moment. The same key again is the same batch. An unfollow
    that Undo could not wholly take back waits for `confirm`. Raises BatchRefused when nobody is chosen."""
    batch, is_new = _written(owner, submit_key, origin, act=act, until=until)
    if not is_new:
        return batch
    if isinstance(chosen, Wanted):
        batch.total = run(_MATCHING + chosen.sql, batch=batch.pk, **chosen.values(owner.pk))
    else:
        batch.total = run(_CHOSEN, batch=batch.pk, owner=owner.pk, accounts=list(chosen))
    if not batch.total:
        raise BatchRefused("nobody", _("Select somebody first."))
    if act == Act.UNFOLLOW and not confirmed and lost_by_unfollowing(batch).any:
        batch.state = State.PREVIEW
    batch.save(update_fields=["total", "state"])
    _begin(batch)
    return batch


@transaction.atomic
def confirm(*, batch: Batch) -> Batch:
    """Starts a batch that waited for a word. Twice is once; a cancelled one stays cancelled."""
    batch = _held(batch)
    if batch.state == State.PREVIEW:
        batch.state, batch.moved_at = State.RUNNING, timezone.now()
        batch.save(update_fields=["state", "moved_at"])
        _begin(batch)
    return batch


@transaction.atomic
def cancel(*, batch: Batch) -> Batch:
    """Ends a batch after the chunk that is under way. What is done stays done, and can be undone."""
    batch = _held(batch)
    if batch.state in {State.PREVIEW, State.RUNNING}:
        _end(batch, State.CANCELLED)
    return batch


@transaction.atomic
def undo(*, batch: Batch, origin: Origin = NOWHERE) -> Batch:
    """Takes back what the batch changed and nothing has changed since, once. Raises BatchRefused."""
    batch = _held(batch)
    if earlier := Batch.objects.filter(undoes=batch).first():
        return earlier
    if batch.state not in {State.DONE, State.CANCELLED}:
        raise BatchRefused("under_way", _("This is still under way. Cancel it first, or wait."))
    if batch.undoes_id is not None or batch.act not in TAKEN_BACK_BY:
        raise BatchRefused("not_undoable", _("This cannot be undone."))
    undoing, _is_new = _written(batch.owner, uuid4(), origin, act=TAKEN_BACK_BY[Act(batch.act)], undoes=batch)
    undoing.total = run(_CHANGED_BY, batch=undoing.pk, undoes=batch.pk)
    if not undoing.total:
        raise BatchRefused("nothing", _("This changed nothing, so there is nothing to undo."))
    undoing.save(update_fields=["total"])
    _begin(undoing)
    return undoing


@transaction.atomic
def work(*, batch_id: int) -> bool:
    """Acts on one more chunk; whether there are more at once. Whoever finds the batch taken leaves; what is too fast the
    sweep goes on with."""
    batch = Batch.objects.select_for_update(skip_locked=True).filter(pk=batch_id, state=State.RUNNING).first()
    return batch is not None and not _is_too_fast(batch) and _advance(batch)


def _written(owner: User, submit_key: UUID, origin: Origin, **fields: object) -> tuple[Batch, bool]:
    made_at = {"source": origin.source, "device": origin.device, "session": origin.session}
    return Batch.objects.get_or_create(
        owner=owner, submit_key=submit_key, defaults={"state": State.RUNNING, **made_at, **fields}
    )


def _held(batch: Batch) -> Batch:
    """One that was forgotten meanwhile is not there."""
    return get_object_or_404(Batch.objects.select_for_update(), pk=batch.pk)


def _begin(batch: Batch) -> None:
    """A small batch is done by whoever asked for it, in the transaction that writes it; a long one by workers."""
    if batch.state != State.RUNNING:
        return
    if batch.total <= CHUNK and not _is_too_fast(batch):
        _advance(batch)
    else:
        batch_started.send(Batch, batch_id=batch.pk)


def _is_too_fast(batch: Batch) -> bool:
    """Of what follows: whoever is followed is told of it. One chunk may go beyond, for each batch under way."""
    most = settings.LISTED_FOLLOWS_PER_MINUTE
    if not most or batch.act not in {Act.FOLLOW, Act.RESTORE}:
        return False
    listed = FollowEvent.objects.filter(follower_id=batch.owner_id, cause__in=[Cause.IMPORTED, Cause.RESTORED])
    return listed.filter(happened_at__gt=Now() - timedelta(minutes=1)).count() >= most


# --- Its chunks -----------------------------------------------------------------------------------------------


def _advance(batch: Batch) -> bool:
    waiting = batch.rows.filter(position__gt=batch.cursor, result=Result.WAITING)
    rows = list(waiting.order_by("position")[:CHUNK])
    if rows:
        _save(batch, _outcomes(batch, rows))
        edges_changed.send(Batch)
    batch.cursor = rows[-1].position if len(rows) == CHUNK else batch.total
    if batch.cursor >= batch.total:
        _end(batch, State.DONE)
        return False
    batch.moved_at = timezone.now()
    batch.save(update_fields=["cursor", "moved_at"])
    return True


def _end(batch: Batch, state: str) -> None:
    batch.state, batch.moved_at, batch.finished_at = state, timezone.now(), timezone.now()
    batch.save(update_fields=["state", "cursor", "moved_at", "finished_at"])
    batch_finished.send(Batch, batch_id=batch.pk, owner_id=batch.owner_id, act=batch.act)


def _outcomes(batch: Batch, rows: list[BatchRow]) -> Outcomes:
    chunk = ACTS[Act(batch.act)]
    chunk.hold(batch, rows)
    return _run(chunk, batch, rows)


def _run(chunk: Chunk, batch: Batch, rows: list[BatchRow]) -> Outcomes:
    """One statement for all, unless the database refuses one of them: then each half for itself."""
    try:
        with transaction.atomic():
            return chunk.run(batch, rows)
    except IntegrityError as error:
        if len(rows) > 1:
            middle = len(rows) // 2
            return _run(chunk, batch, rows[:middle]) | _run(chunk, batch, rows[middle:])
        refusal = refusal_of(error)
        if refusal is None:
            raise
        return {rows[0].position: Outcome(Result.REFUSED, refusal.code)}


def _save(batch: Batch, outcomes: Outcomes) -> None:
    results, reasons, marks, befores = map(list, zip(*outcomes.values(), strict=True))
    values = {"results": results, "reasons": reasons, "marks": marks, "befores": befores}
    run(_SAVE, batch=batch.pk, positions=list(outcomes), **values)
