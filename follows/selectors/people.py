"""Whom an account shuts out or does not want to hear of."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from follows.models import Block, FollowEvent, Mute
from socialvideo.lib.pagination import Page, keyset_page


@dataclass(frozen=True)
class ShutOut:
    blocked: int
    muted: int


def shut_out(account_id: int) -> ShutOut:
    """How many accounts it blocks and mutes."""
    return ShutOut(Block.objects.filter(blocker_id=account_id).count(), _mutes(account_id).count())


def blocks_page(account_id: int, *, cursor: str = "") -> Page[Block]:
    """Whom the account blocks, the newest first."""
    blocks = Block.objects.filter(blocker_id=account_id).select_related("blocked")
    return keyset_page(blocks, order=["-id"], cursor=cursor)


def mutes_page(account_id: int, *, cursor: str = "") -> Page[Mute]:
    """Whom the account mutes at the moment, the newest first."""
    return keyset_page(_mutes(account_id).select_related("muted"), order=["-id"], cursor=cursor)


def mute_of(muter_id: int | None, muted_id: int) -> Mute | None:
    """One account's mute of another, while it lasts."""
    return _mutes(muter_id).filter(muted_id=muted_id).first()


def _mutes(account_id: int | None) -> QuerySet[Mute]:
    return Mute.objects.filter(Q(until=None) | Q(until__gt=Now()), muter_id=account_id)


def ended_by_block(follower_id: int, followee_id: int) -> bool:
    """Whether the follower last stopped following by blocking: then the follow is offered back."""
    changes = FollowEvent.objects.filter(follower_id=follower_id, followee_id=followee_id).exclude(before="", after="")
    last = changes.order_by("-id").first()
    return last is not None and (last.cause, last.actor_id) == (FollowEvent.Cause.BLOCKED, follower_id)
