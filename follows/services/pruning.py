"""What somebody did to many at once is kept for as long as it can be undone: `KEEP_BATCHES_DAYS`. Names that an import
found nobody for stay beyond, for they are offered whenever somebody takes them."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from follows.services.statements import run

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
