"""What happens to videos, in figures, as SQL: events without whoever watched, liked or wrote, and what they sum up to in
each quarter of an hour. The triggers write the events; the roller, the rebuild and the audit ask the same.

A row of the tallies holds running sums, from the video's beginning to the end of its quarter: of any two moments the
difference is what happened in between, whatever it was that happened."""

from socialvideo.lib.quarters import quarter_sql
from socialvideo.lib.small_counts import SHOWN_FROM

ALL = "all"  # the sources together
COLUMNS = ("views", "gone", "watched_ms", "completed", "likes", "comments", "reposts", "bookmarks", "shares")
TOLD = {"told_views": "views", "told_ms": "watched_ms", "told_completed": "completed"}
TOTALS = ("views", "likes", "comments", "reposts", "bookmarks", "shares", *TOLD)

# --- Events ----------------------------------------------------------------------------------------------------------

_ENDED = "coalesce({}.watched_ms >= 0.95 * video.duration_ms, FALSE)"
WATCH_BEGAN = f"""
    INSERT INTO videos_videoevent (video_id, source, views, watched_ms, completed)
    SELECT row.video_id, row.source, count(*), sum(row.watched_ms), count(*) FILTER (WHERE {_ENDED.format("row")})
    FROM new_rows AS row JOIN videos_video AS video ON video.id = row.video_id GROUP BY 1, 2;
"""
WATCH_WENT_ON = f"""
    INSERT INTO videos_videoevent (video_id, source, watched_ms, completed)
    SELECT row.video_id, row.source, sum(row.watched_ms - former.watched_ms),
           count(*) FILTER (WHERE {_ENDED.format("row")} AND NOT {_ENDED.format("former")})
    FROM new_rows AS row JOIN old_rows AS former USING (id) JOIN videos_video AS video ON video.id = row.video_id
    WHERE row.watched_ms > former.watched_ms GROUP BY 1, 2;
"""
# What is forgotten of whose view it was changes no figure; but the audit compares with what stands.
WATCH_ENDED = "INSERT INTO videos_videoevent (video_id, gone) SELECT video_id, count(*) FROM old_rows GROUP BY 1;"


def event_sql(column: str, changes: str) -> str:
    """Writes down by how much the count of each video changes."""
    return f"""
        INSERT INTO videos_videoevent (video_id, {column})
        SELECT video_id, sum(step) FROM ({changes}) AS changes GROUP BY 1 HAVING sum(step) <> 0;
    """


# --- Tallies ---------------------------------------------------------------------------------------------------------

# Of whose creator the account stands: of an erased one nothing is counted.
COUNTED = """EXISTS (SELECT 1 FROM videos_video AS v JOIN accounts_user AS creator ON creator.id = v.creator_id
                     WHERE v.id = {} AND creator.erased_at IS NULL)"""

# Running sums of which ten or more viewers are part, since the last that were told: those of one viewer's watching cannot
# be subtracted from what is told before and after. As an aggregate, `said` being the last of what was counted before.
SCHEMA = f"""
CREATE FUNCTION videos_tell(told bigint[], views bigint, watched_ms bigint, completed bigint, said bigint[])
RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN views - (coalesce(told, said))[1] >= {SHOWN_FROM} THEN ARRAY[views, watched_ms, completed]
                ELSE coalesce(told, said) END
$$;

CREATE AGGREGATE videos_told(views bigint, watched_ms bigint, completed bigint, said bigint[])
    (SFUNC = videos_tell, STYPE = bigint[]);
"""
DROP_SCHEMA = """
DROP AGGREGATE videos_told(bigint, bigint, bigint, bigint[]);
DROP FUNCTION videos_tell(bigint[], bigint, bigint, bigint, bigint[]);
"""

_QUARTERLY = f"""
    SELECT video_id, CASE grouping(source) WHEN 1 THEN '{ALL}' ELSE source END AS source, quarter,
           {", ".join(f"sum({name}) AS {name}" for name in COLUMNS)}
    FROM (SELECT video_id, CASE WHEN views + watched_ms > 0 THEN source END AS source, {", ".join(COLUMNS)},
                 {quarter_sql("happened_at")} AS quarter
          FROM videos_videoevent WHERE happened_at >= %(since)s AND happened_at < %(until)s) AS event
    WHERE {COUNTED.format("video_id")}
    GROUP BY GROUPING SETS ((video_id, quarter), (video_id, source, quarter))
    HAVING grouping(source) = 1 OR source IS NOT NULL
"""
_LAST = """
    SELECT last.* FROM (SELECT DISTINCT video_id, source FROM quarterly) AS of
    CROSS JOIN LATERAL (
        SELECT * FROM videos_videotally AS tally
        WHERE tally.video_id = of.video_id AND tally.source = of.source AND tally.quarter < %(since)s
        ORDER BY quarter DESC LIMIT 1) AS last
"""


def _so_far(column: str) -> str:
    return f"(coalesce(last.{column}, 0) + sum(quarterly.{column}) OVER so_far)::bigint AS {column}"


_OF_ONE = "(PARTITION BY video_id, source ORDER BY quarter)"
# The last row of each before this time, and what happened since, quarter by quarter.
TALLIES = f"""
    WITH quarterly AS MATERIALIZED ({_QUARTERLY}), last AS MATERIALIZED ({_LAST}), running AS (
        SELECT video_id, source, quarterly.quarter,
               {", ".join(map(_so_far, COLUMNS))},
               ARRAY[{", ".join(f"coalesce(last.{name}, 0)" for name in TOLD)}] AS said
        FROM quarterly LEFT JOIN last USING (video_id, source)
        WINDOW so_far AS (PARTITION BY video_id, source ORDER BY quarterly.quarter)
    )
    SELECT video_id, source, quarter, {", ".join(COLUMNS)},
           {", ".join(f"told[{n}] AS {name}" for n, name in enumerate(TOLD, 1))}
    FROM (SELECT *, videos_told(views, watched_ms, completed, said) OVER {_OF_ONE} AS told FROM running) AS told
"""
