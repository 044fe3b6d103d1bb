"""What two accounts are to each other, and how many ties an account has: exact, in one statement each."""

from collections.abc import Iterable

from django.db import connection

from follows.models import FollowEvent
from follows.relations import Counts, Relation

_RELATIONS = "SELECT * FROM follows_relations(%s, %s::bigint[])"


def relations(viewer_id: int | None, account_ids: Iterable[int]) -> dict[int, Relation]:
    """The viewer's relation to each account, in one statement."""
    wanted = list(set(account_ids))
    if viewer_id is None or not wanted:
        return {account_id: Relation(viewer_id, account_id) for account_id in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_RELATIONS, [viewer_id, wanted])
        return {row[0]: Relation(viewer_id, *row) for row in cursor.fetchall()}


def relation(viewer_id: int | None, account_id: int) -> Relation:
    return relations(viewer_id, [account_id])[account_id]


def ties_version(account_id: int | None) -> int:
    """The account's newest act of following, blocking or their ends: what was made with this version in mind is out of
    date when it has moved. 0: none, or nobody."""
    if account_id is None:
        return 0
    events = FollowEvent.objects.filter(follower_id=account_id).order_by("-id").values_list("id", flat=True)
    return events.first() or 0


_COUNTS = """
    SELECT coalesce(max(c.followers), 0) + coalesce(sum(d.followers), 0),
           coalesce(max(c.following), 0) + coalesce(sum(d.following), 0),
           coalesce(max(c.requests), 0) + coalesce(sum(d.requests), 0)
    FROM (SELECT %(account)s::bigint AS account_id) AS a
    LEFT JOIN follows_followcount AS c USING (account_id)
    LEFT JOIN follows_countdelta AS d USING (account_id)
"""


def counts(account_id: int) -> Counts:
    """Exact: the folded counts and all deltas since, in one statement, so that a fold in between changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"account": account_id})
        return Counts(*(int(value) for value in cursor.fetchone()))
