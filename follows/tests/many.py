"""Two accounts among many: one follows a hundred of them, one half of them. For whoever looks at what reading
costs: the edges are put there past the rules, in no time, and the tables are vacuumed as they are after a while."""

import time
from typing import NamedTuple

from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_account, make_crowd

FEW = 100
TABLES = ["accounts_user", "follows_follow", "follows_tie", "follows_creatorpulse"]

# The follows of everybody else are most of a real table. Rows lie about as acts come, in no order.
_FOLLOW = """
    INSERT INTO follows_follow (follower_id, followee_id, notify, since, shows_from, followed_at)
    SELECT follower, followee, CASE WHEN followee %% 10 = 0 THEN 'none' ELSE 'all' END, followee, 0,
           now() - (followee * 7919 %% 100000) * interval '1 minute'
    FROM (
        SELECT %(few)s AS follower, id AS followee FROM accounts_user WHERE id > %(many)s
        AND (id - %(many)s) %% (%(people)s / %(number)s) = 0
        UNION ALL
        SELECT %(many)s, id FROM accounts_user WHERE id > %(many)s AND (id - %(many)s) %% 2 = 0
        UNION ALL
        SELECT one.id, other.id FROM accounts_user AS one
        JOIN accounts_user AS other ON other.id IN (one.id + 1, one.id + 7, one.id + 77, one.id + 777)
        WHERE one.id > %(many)s
    ) AS pair ORDER BY hashint8(follower * 31 + followee)
"""
_WATCH = """
    INSERT INTO follows_tie (follower_id, followee_id, watched, last_watched_at)
    SELECT follower_id, followee_id, followee_id % 50, now() FROM follows_follow WHERE followee_id % 3 > 0
    ORDER BY hashint8(followee_id)
"""
_PUBLISH = """
    INSERT INTO follows_creatorpulse (account_id, last_published_at)
    SELECT id, now() - (id * 7907 % 10000) * interval '1 hour' FROM accounts_user WHERE id % 4 > 0
    ORDER BY hashint8(id)
"""


class TwoSizes(NamedTuple):
    few: User
    many: User


def make_followers_of_many(people: int) -> TwoSizes:
    """Needs a test outside a transaction, whose database is emptied afterwards."""
    owners = TwoSizes(make_account("few"), make_account("many"))
    make_crowd(owners.few, people)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        sizes = {"people": people, "number": FEW}
        cursor.execute(_FOLLOW, sizes | {"few": owners.few.pk, "many": owners.many.pk})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(_WATCH)
        cursor.execute(_PUBLISH)
    _vacuum()
    return owners


def _vacuum() -> None:
    """Until it could mark nearly every page: whoever still looks at an older state, autovacuum say, keeps it from that."""
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
            cursor.execute(
                "SELECT bool_and(relallvisible > relpages * 0.9) FROM pg_class WHERE relname = ANY(%s)", [TABLES]
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.1)
        cursor.execute("SELECT relname, relallvisible, relpages FROM pg_class WHERE relname = ANY(%s)", [TABLES])
        raise AssertionError(f"The tables could not be vacuumed: {cursor.fetchall()}")
