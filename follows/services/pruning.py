"""What somebody did to many at once is kept for as long as it can be undone: `KEEP_BATCHES_DAYS`. Names that an import
found nobody for stay beyond, for they are offered whenever somebody takes them.

The history of follows is kept for `KEEP_FOLLOW_EVENTS_DAYS`, and beyond it what somebody may still ask for. The horizon
moves up a chunk at a time, and what is below it has been gone through: killed anywhere, it goes on there."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from follows import horizon
from follows.origins import NOWHERE
from follows.services.statements import SAYING, fetch, run, said
from follows.services.tallies import MARK

logger = logging.getLogger(__name__)

AT_ONCE = 10_000  # rows in one transaction

# The oldest first: what was undone is forgotten no later than what undid it, and so is never undone twice.
_ROWS = """
    DELETE FROM follows_batchrow WHERE (batch_id, position) IN (
        SELECT row.batch_id, row.position FROM follows_batchrow AS row JOIN follows_batch AS batch ON batch.id = batch_id
        WHERE batch.finished_at < now() - %(kept)s AND NOT (row.result = 'unmatched' AND batch.state = 'done')
        ORDER BY row.batch_id LIMIT %(size)s)
"""
_BATCHES = """
    DELETE FROM follows_batch AS batch
    WHERE finished_at < now() - %(kept)s
      AND NOT EXISTS (SELECT 1 FROM follows_batchrow WHERE batch_id = batch.id)
      AND NOT EXISTS (SELECT 1 FROM follows_batch AS undoing WHERE undoing.undoes_id = batch.id)
"""


def prune_batches() -> None:
    """Killed anywhere, or run twice at once, it goes on where it stood."""
    while _run(_ROWS):
        pass
    while _run(_BATCHES):  # an undo first, then what it undid
        pass


@transaction.atomic
def _run(statement: str) -> int:
    return run(statement, kept=timedelta(days=settings.KEEP_BATCHES_DAYS), size=AT_ONCE)


# --- The history of follows ---------------------------------------------------------------------------------------

EVENTS_AT_ONCE = 1000
CHUNKS_A_TURN = 20  # then others get their turn

# The next events in the order of their numbers that are old, up to one that is not, or that is still to be acted on.
_NEXT = f"""
    SELECT {horizon.FIRST_KEPT}, max(id) + 1 FROM (
        SELECT id, bool_and(happened_at < %(before)s) OVER (ORDER BY id) AS is_old FROM (
            SELECT id, happened_at FROM follows_followevent
            WHERE id >= {horizon.FIRST_KEPT}
              AND id < coalesce((SELECT min(event_id) FROM follows_followoutbox), {2**63 - 1})
            ORDER BY id LIMIT %(size)s) AS next) AS next
    WHERE is_old
"""
_MOVE_HORIZON = "UPDATE follows_tallymark SET first_kept = %(end)s"
# Of the pairs of which something became old, what the rest says as well.
_FORGET_EVENTS = f"""
    WITH said AS MATERIALIZED (
        SELECT {SAYING}
    ), old AS (
        SELECT event.*, {horizon.later("event", "OVER later")}
        FROM (SELECT DISTINCT follower_id, followee_id FROM follows_followevent
              WHERE id >= %(begin)s AND id < %(end)s) AS pair
        JOIN follows_followevent AS event USING (follower_id, followee_id)
        WHERE event.id < %(end)s
        WINDOW later AS (PARTITION BY follower_id, followee_id ORDER BY event.id
                         ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    )
    DELETE FROM follows_followevent USING said
    WHERE id = ANY(ARRAY(SELECT id FROM old WHERE happened_at < %(before)s AND {horizon.needless("old")}))
"""
_FORGET_DEVICES = "DELETE FROM follows_eventorigin WHERE event_id >= %(begin)s AND event_id < %(end)s"


def prune_events() -> bool:
    """One turn. Whether there may be more."""
    return bool(settings.KEEP_FOLLOW_EVENTS_DAYS) and all(_forget_some() for _ in range(CHUNKS_A_TURN))


@transaction.atomic
def _forget_some() -> bool:
    """One at a time: the mark is held."""
    before = MARK.prunable_before(timezone.now() - timedelta(days=settings.KEEP_FOLLOW_EVENTS_DAYS))
    [[begin, end]] = fetch(_NEXT, before=before, size=EVENTS_AT_ONCE)
    if end is None:
        return False
    run(_MOVE_HORIZON, end=end)
    chunk = {"begin": begin, "end": end}
    gone = run(_FORGET_EVENTS, before=before, **chunk, **said(horizon.SAID, None, NOWHERE))
    run(_FORGET_DEVICES, **chunk)
    logger.info("Of the follow events %s to %s, and of those before them, %s are forgotten.", begin, end - 1, gone)
    return True
