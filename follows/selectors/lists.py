"""The lists on a profile and the open requests. A list and those hidden from its viewer together are the count."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from follows.models import Block, Follow
from follows.relations import Relation
from socialvideo.lib.pagination import Page, keyset_page


def hidden_from(viewer_id: int | None, account: str) -> Exists:
    """Whether a block stands between the viewer and the account named by a field, as a condition."""
    return Exists(
        Block.objects.filter(
            Q(blocker_id=OuterRef(account), blocked_id=viewer_id)
            | Q(blocker_id=viewer_id, blocked_id=OuterRef(account))
        )
    )


def requests_page(account_id: int, *, cursor: str = "") -> Page[Follow]:
    """Who asks to follow the account, newest first."""
    asked = Follow.objects.of_followee(account_id).requested().select_related("follower")
    return keyset_page(asked, order=["-id"], cursor=cursor)


def people_page(account: User, viewer_id: int | None, which: str, *, cursor: str = "") -> tuple[Page[User], int]:
    """The followers of an account, or whom it follows, newest first; and how many of them all the viewer cannot see
    because of a block. Both together are the count."""
    if which == "followers":
        edges, person, order = Follow.objects.of_followee(account.pk), "follower", ["-since"]
    else:
        edges, person, order = Follow.objects.of_follower(account.pk), "followee", ["-followed_at", "-id"]
    edges = edges.active()
    seen = _seen_by(edges, viewer_id, f"{person}_id").select_related(person)
    page = keyset_page(seen, order=order, cursor=cursor).map(lambda edge: getattr(edge, person))
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
