"""What was told is kept for as long as the settings say, and everything that was promised about it stays true. Entries of
new videos go below one horizon, from which on the feed asks creators' publications themselves (`sql/feed.py`); what a
delivery came to are counters, which stay. Chunks, each a transaction; killed anywhere, or run twice at once, it goes on."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from feeds.sql.feed import HORIZON

RECIPIENTS_AT_ONCE = 200
ENTRIES_EACH = 50  # of a recipient, in one transaction
NOTIFICATIONS_AT_ONCE = 1000
CHUNKS_A_TURN = 20  # then others get their turn

# Behind the last that is too old, and no further, for a younger one may come yet with a number before those that are there;
# up to what is unfinished; and never back: what is gone is gone.
_MOVE_HORIZON = f"""
    INSERT INTO feeds_inboxhorizon (id, first_kept)
    SELECT 1, least(
        id + 1, (SELECT min(id) FROM videos_publication WHERE fanout_state IN ('pending', 'running')))
    FROM (SELECT max(id) AS id FROM videos_publication
          WHERE id < coalesce((SELECT id FROM videos_publication WHERE id >= {HORIZON}
                                 AND published_at >= now() - %(kept)s ORDER BY id LIMIT 1), {2**63 - 1})) AS too_old
    WHERE id IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET first_kept = greatest(feeds_inboxhorizon.first_kept, EXCLUDED.first_kept)
"""
# Of the next recipients, the oldest below the horizon. Who is looking at one at this moment keeps it until the next turn.
_FORGET_ENTRIES = f"""
    WITH RECURSIVE recipient (id) AS (
        (SELECT recipient_id FROM feeds_inboxentry WHERE recipient_id > %(after)s ORDER BY recipient_id LIMIT 1)
        UNION ALL
        SELECT (SELECT recipient_id FROM feeds_inboxentry WHERE recipient_id > recipient.id ORDER BY recipient_id LIMIT 1)
        FROM recipient WHERE recipient.id IS NOT NULL
    ), chosen AS MATERIALIZED (
        SELECT id FROM recipient WHERE id IS NOT NULL LIMIT %(recipients)s
    ), old AS MATERIALIZED (
        SELECT chosen.id AS recipient_id, held.publication_id FROM chosen CROSS JOIN LATERAL (
            SELECT publication_id FROM feeds_inboxentry
            WHERE recipient_id = chosen.id AND publication_id < {HORIZON}
            ORDER BY publication_id LIMIT %(each)s FOR UPDATE SKIP LOCKED
        ) AS held
    ), gone AS (
        DELETE FROM feeds_inboxentry AS entry USING old
        WHERE entry.recipient_id = old.recipient_id AND entry.publication_id = old.publication_id
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT max(id) FROM chosen)
"""
# Their ids are in the order of time, nearly: the oldest stand in front.
_FORGET_NOTIFICATIONS = """
    WITH oldest AS MATERIALIZED (
        SELECT id, created_at FROM feeds_notification ORDER BY id LIMIT %(size)s
    ), gone AS (
        DELETE FROM feeds_notification WHERE id = ANY(ARRAY(
            SELECT notice.id FROM feeds_notification AS notice JOIN oldest USING (id)
            WHERE oldest.created_at < now() - %(kept)s ORDER BY notice.id FOR UPDATE OF notice SKIP LOCKED
        )) RETURNING 1
    )
    SELECT count(*) FROM gone
"""


def prune_inbox(after: int = 0) -> int | None:
    """One turn, from the recipient after that one on. Answers where to go on; None at the end, or where all is kept."""
    if not settings.KEEP_INBOX_DAYS:
        return None
    if not after:
        _run(_MOVE_HORIZON, kept=timedelta(days=settings.KEEP_INBOX_DAYS))
    for _ in range(CHUNKS_A_TURN):
        gone, last = _fetch(_FORGET_ENTRIES, after=after, recipients=RECIPIENTS_AT_ONCE, each=ENTRIES_EACH)
        if last is None:
            return None
        after = after if gone else last
    return after


def prune_notifications() -> bool:
    """One turn. Whether there may be more."""
    kept = settings.KEEP_NOTIFICATIONS_DAYS
    return bool(kept) and all(
        _fetch(_FORGET_NOTIFICATIONS, size=NOTIFICATIONS_AT_ONCE, kept=timedelta(days=kept))[0]
        for _ in range(CHUNKS_A_TURN)
    )


@transaction.atomic
def _run(statement: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@transaction.atomic
def _fetch(statement: str, **values: Any) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(cursor.fetchone())
