"""The Following Manager: everyone whom an account follows or has asked to, whatever became of them."""

from django.db.models import Q

from follows.models import Follow
from socialvideo.lib.pagination import Page, keyset_page


def manager_page(follower_id: int, *, search: str = "", cursor: str = "") -> Page[Follow]:
    """Everyone the account follows or has asked to, newest first; nobody is left out, whatever became of them."""
    edges = Follow.objects.of_follower(follower_id).select_related("followee")
    if search:
        edges = edges.filter(Q(followee__handle__icontains=search.lstrip("@")) | Q(followee__name__icontains=search))
    return keyset_page(edges, order=["-followed_at", "-id"], cursor=cursor)


def open_requests_of(follower_id: int) -> int:
    """How many accounts have yet to answer the account's request."""
    return Follow.objects.of_follower(follower_id).requested().count()
