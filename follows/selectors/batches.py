"""A batch as its owner reads it: how far it is, what became of each row and why, what Undo could not take back."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from follows.models import Batch, BatchRow, Follow
from socialvideo.lib.pagination import Page, keyset_page

Result = BatchRow.Result
STILL = timedelta(seconds=5)  # no chunk takes that long

REASONS = {
    "not_followed": "You did not follow this account.",
    "so_already": "It was so already.",
    "not_muted": "This account was not muted.",
    "changed_since": "Something changed here since, so it was left as it is.",
    "blocked": "You cannot follow this account.",
    "not_present": "This account is suspended, deactivated or deleted.",
    "limit": "You follow as many accounts as one can.",
}


@dataclass(frozen=True)
class Lost:
    """What an unfollow would take that Undo cannot bring back at once."""

    private: int  # would have to approve anew
    absent: int  # cannot be followed while they are suspended or deactivated

    @property
    def any(self) -> bool:
        return bool(self.private or self.absent)


@dataclass(frozen=True)
class Row:
    """`account` is None where nobody here is meant, or the account is gone from the database."""

    account: User | None
    handle: str
    result: str
    reason: str

    @property
    def words(self) -> str:
        return REASONS.get(self.reason, "")


def lost_by_unfollowing(batch: Batch) -> Lost:
    edges = Follow.objects.of_follower(batch.owner_id).filter(
        followee__in=BatchRow.objects.filter(batch=batch).values("account_id")
    )
    absent = (
        Q(followee__suspended_at__isnull=False)
        | Q(followee__deactivated_at__isnull=False)
        | Q(followee__erased_at__isnull=False)
    )
    private = Q(state=Follow.State.ACTIVE, followee__is_private=True)
    return Lost(**edges.aggregate(private=Count("pk", filter=private & ~absent), absent=Count("pk", filter=absent)))


def batches_of(owner_id: int) -> QuerySet[Batch]:
    return Batch.objects.filter(owner_id=owner_id)


def standing_still() -> list[int]:
    """Batches under way at which nobody works, the oldest first."""
    still = Batch.objects.filter(state=Batch.State.RUNNING, moved_at__lt=timezone.now() - STILL)
    return list(still.order_by("pk").values_list("pk", flat=True))


def results(batch: Batch) -> dict[str, int]:
    """How many rows came to which result."""
    found = dict(batch.rows.values_list("result").annotate(Count("position")).order_by())
    return {result: found[result] for result in Result.values if result in found}


def rows_page(batch: Batch, *, result: str = "", cursor: str = "") -> Page[Row]:
    """What became of each row, or of those with one result."""
    rows = batch.rows.filter(result=result) if result else batch.rows.all()
    page = keyset_page(rows, order=["position"], cursor=cursor)
    accounts = User.objects.in_bulk([row.account_id for row in page.items if row.account_id])
    return page.map(lambda row: Row(accounts.get(row.account_id), row.handle, row.result, row.reason))
