"""Which e-mail digests are to be made and sent."""

# A worker has a digest until the lease runs out. One that was handed over by then is nobody's any more: `UNKNOWN`.
CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM feeds_digest WHERE state = 'waiting' AND due_at <= statement_timestamp() AND handed_at IS NULL
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE feeds_digest AS digest SET due_at = statement_timestamp() + %(lease)s, attempts = attempts + 1
    FROM due WHERE digest.id = due.id
    RETURNING digest.*
"""
