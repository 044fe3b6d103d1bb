"""What the desk's page of the machine's state asks, and `/metrics`."""

from feeds.sql.waiting import FAN_OUT_OVERDUE

# The oldest first: the overdue ones are among them.
FAN_OUTS = f"""
    SELECT video_id, handle, published_at, fanout_started_at,
           alerted + listed_quietly + muted + pull_only + left_first, followers_at_publish, ({FAN_OUT_OVERDUE})
    FROM videos_publication AS publication JOIN accounts_user AS creator ON creator.id = creator_id
    WHERE fanout_state IN ('pending', 'running')
    ORDER BY publication.id LIMIT %s
"""
# Each reason with its newest, the most frequent reason first.
FAILURES = """
    SELECT failure_code, failure_reason, number, id, handle, failed_at FROM (
        SELECT failure_code, failure_reason, video.id, handle, failed_at,
               count(*) OVER (PARTITION BY failure_code) AS number,
               row_number() OVER (PARTITION BY failure_code ORDER BY failed_at DESC, video.id DESC) AS place
        FROM videos_video AS video JOIN accounts_user AS creator ON creator.id = creator_id
        WHERE failed_at > now() - %s AND state <> 'removed'
    ) AS failed
    WHERE place <= %s ORDER BY number DESC, failure_code, place
"""
# Each with its number and since when the oldest of it waits.
DUTIES = """
    WITH unprocessed AS (
        SELECT coalesce(lease_until, created_at) AS since, coalesce(lease_until >= statement_timestamp(), FALSE) AS held
        FROM videos_video WHERE (state = 'processing' OR awaits_more) AND state <> 'removed'
    ), batch AS (
        SELECT act = 'follow' AS is_import, moved_at FROM follows_batch WHERE state = 'running'
    )
    SELECT 'videos', count(*), min(since) FROM unprocessed WHERE NOT held
    UNION ALL SELECT 'processing', count(*), NULL FROM unprocessed WHERE held
    UNION ALL SELECT 'failed', count(*), NULL
        FROM videos_video WHERE failed_at > now() - interval '1 day' AND state <> 'removed'
    UNION ALL SELECT 'imports', count(*), min(moved_at) FROM batch WHERE is_import
    UNION ALL SELECT 'batches', count(*), min(moved_at) FROM batch WHERE NOT is_import
    UNION ALL SELECT 'archives', count(*), min(asked_at) FROM accounts_archive WHERE state = 'waiting'
    UNION ALL SELECT 'erasures', count(*), min(begun_at)
        FROM accounts_erasure WHERE finished_at IS NULL AND begun_at IS NOT NULL
    UNION ALL SELECT 'pushes', count(*), min(created_at) FROM feeds_push WHERE state = 'waiting'
    UNION ALL SELECT 'mails', count(*), min(created_at) FROM (
        SELECT created_at FROM feeds_digest WHERE state = 'waiting'
        UNION ALL SELECT created_at FROM feeds_letter WHERE state = 'waiting') AS mail
    UNION ALL SELECT 'audits', count(*), min(started_at)
        FROM feeds_auditrun WHERE finished_at IS NULL AND started_at > now() - interval '1 hour'
"""
