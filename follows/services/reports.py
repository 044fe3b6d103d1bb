"""What the apps above report about accounts, and the folding of counts."""

from datetime import datetime

from django.db import connection, transaction

from follows.models import CreatorPulse
from follows.services.statements import run

FOLDED_AT_ONCE = 10_000  # deltas folded in one transaction
_FOLD_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('follows fold', 0))"


@transaction.atomic
def report_publication(*, account_id: int, published_at: datetime, recent_from: int) -> None:
    """Told by `videos` under the creator's lock: when they last published, and from which publication on a new
    follow shows their videos."""
    CreatorPulse.objects.bulk_create(
        [CreatorPulse(account_id=account_id, last_published_at=published_at, recent_from=recent_from)],
        update_conflicts=True,
        unique_fields=["account_id"],
        update_fields=["last_published_at", "recent_from"],
    )


_WATCHED = """
    INSERT INTO follows_tie AS tie (follower_id, followee_id, watched, last_watched_at)
    VALUES (%(viewer)s, %(creator)s, %(videos)s, now())
    ON CONFLICT (follower_id, followee_id) DO UPDATE
    SET watched = tie.watched + EXCLUDED.watched, last_watched_at = EXCLUDED.last_watched_at
"""


def report_watch(*, viewer_id: int, creator_id: int, videos: int = 1) -> None:
    """Told by `videos` when an account watches more videos of a creator (0: some more of one it had begun)."""
    run(_WATCHED, viewer=viewer_id, creator=creator_id, videos=videos)


_FOLD = """
    WITH due AS MATERIALIZED ( -- once: as a part of the condition it may be asked again for each row
        SELECT id FROM follows_countdelta ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ), folded AS (
        DELETE FROM follows_countdelta WHERE id IN (SELECT id FROM due)
        RETURNING account_id, followers, following, requests
    ), summed AS (
        INSERT INTO follows_followcount AS c (account_id, followers, following, requests)
        SELECT account_id, sum(followers), sum(following), sum(requests)
        FROM folded WHERE EXISTS (SELECT 1 FROM accounts_user WHERE id = account_id)
        GROUP BY account_id ORDER BY account_id
        ON CONFLICT (account_id) DO UPDATE SET followers = c.followers + EXCLUDED.followers,
            following = c.following + EXCLUDED.following, requests = c.requests + EXCLUDED.requests
    )
    SELECT count(*) FROM folded
"""


@transaction.atomic
def fold_counts(*, at_most: int = FOLDED_AT_ONCE) -> int:
    """Moves deltas into the counts; returns how many. A second folder at the same time finds the lock taken and
    leaves. What a reader sees does not change: the sum is the same before and after."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD, [at_most])
        return int(cursor.fetchone()[0])
