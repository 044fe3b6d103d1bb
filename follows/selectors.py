"""Reads of the follow graph, shaped like the pages and answers that show it."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from follows.models import Block, Follow
from follows.relations import Counts, Relation
from socialvideo.lib.pagination import Page, keyset_page

_RELATIONS = """
    SELECT a.id, coalesce(mine.state, ''), coalesce(theirs.state = 'active', FALSE), coalesce(mine.notify, 'all'),
           EXISTS (SELECT 1 FROM follows_block WHERE blocker_id = %(viewer)s AND blocked_id = a.id),
           EXISTS (SELECT 1 FROM follows_block WHERE blocker_id = a.id AND blocked_id = %(viewer)s),
           greatest(
               (SELECT id FROM follows_followevent WHERE follower_id = %(viewer)s AND followee_id = a.id
                ORDER BY id DESC LIMIT 1),
               (SELECT id FROM follows_followevent WHERE follower_id = a.id AND followee_id = %(viewer)s
                ORDER BY id DESC LIMIT 1),
               0)
    FROM unnest(%(accounts)s::bigint[]) AS a (id)
    LEFT JOIN follows_follow AS mine ON mine.follower_id = %(viewer)s AND mine.followee_id = a.id
    LEFT JOIN follows_follow AS theirs ON theirs.follower_id = a.id AND theirs.followee_id = %(viewer)s
"""


def relations(viewer_id: int | None, account_ids: Iterable[int]) -> dict[int, Relation]:
    """The viewer's relation to each account, in one statement."""
    wanted = list(set(account_ids))
    if viewer_id is None or not wanted:
        return {account_id: Relation(viewer_id, account_id) for account_id in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_RELATIONS, {"viewer": viewer_id, "accounts": wanted})
        return {row[0]: Relation(viewer_id, *row) for row in cursor.fetchall()}


def relation(viewer_id: int | None, account_id: int) -> Relation:
    return relations(viewer_id, [account_id])[account_id]


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


def hidden_from(viewer_id: int | None, account: str) -> Exists:
    """Whether a block stands between the viewer and the account named by a field, as a condition."""
    return Exists(
        Block.objects.filter(
            Q(blocker_id=OuterRef(account), blocked_id=viewer_id)
            | Q(blocker_id=viewer_id, blocked_id=OuterRef(account))
        )
    )


def manager_page(follower_id: int, *, search: str = "", cursor: str = "") -> Page[Follow]:
    """Everyone the account follows or has asked to, newest first; nobody is left out, whatever became of them."""
    edges = Follow.objects.of_follower(follower_id).select_related("followee")
    if search:
        edges = edges.filter(Q(followee__handle__icontains=search.lstrip("@")) | Q(followee__name__icontains=search))
    return keyset_page(edges, order=["-id"], cursor=cursor)


def open_requests_of(follower_id: int) -> int:
    """How many accounts have yet to answer the account's request."""
    return Follow.objects.of_follower(follower_id).requested().count()


def requests_page(account_id: int, *, cursor: str = "") -> Page[Follow]:
    """Who asks to follow the account, newest first."""
    asked = Follow.objects.of_followee(account_id).requested().select_related("follower")
    return keyset_page(asked, order=["-id"], cursor=cursor)


def people_page(account: User, viewer_id: int | None, which: str, *, cursor: str = "") -> tuple[Page[User], int]:
    """The followers of an account, or whom it follows, newest first; and how many of them all the viewer cannot see
    because of a block. Both together are the count."""
    if which == "followers":
        edges, person, order = Follow.objects.of_followee(account.pk), "follower", "-since"
    else:
        edges, person, order = Follow.objects.of_follower(account.pk), "followee", "-id"
    edges = edges.active()
    seen = _seen_by(edges, viewer_id, f"{person}_id").select_related(person)
    page = keyset_page(seen, order=[order], cursor=cursor).map(lambda edge: getattr(edge, person))
    return page, _hidden(edges, viewer_id, f"{person}_id")


def _seen_by(edges: QuerySet[Follow], viewer_id: int | None, account: str) -> QuerySet[Follow]:
    return edges if viewer_id is None else edges.filter(~hidden_from(viewer_id, account))


def _hidden(edges: QuerySet[Follow], viewer_id: int | None, account: str) -> int:
    """Costs what the viewer's own blocks cost, not what the list does."""
    if viewer_id is None:
        return 0
    shut = Block.objects.filter(Q(blocker_id=viewer_id) | Q(blocked_id=viewer_id)).values_list(
        "blocker_id", "blocked_id"
    )
    others = {account_id for pair in shut for account_id in pair} - {viewer_id}
    return edges.filter(**{f"{account}__in": others}).count() if others else 0


def may_see_lists(account: User, relation: Relation) -> bool:
    """Whether the viewer may read whom the account follows and by whom it is followed."""
    if relation.is_self:
        return True
    if relation.blocked_by or not account.is_present:
        return False
    return relation.following or not account.is_private
