"""Accounts that somebody imported by name before there was anybody of that name here. Each is for its owner to confirm:
a handle here may be somebody else."""

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from follows.models import Batch, BatchRow, Follow
from follows.selectors.lists import hidden_from
from socialvideo.lib.pagination import Page, keyset_page

WORKED_THROUGH = (Batch.State.RUNNING, Batch.State.DONE)
ANSWERED = (BatchRow.Result.DONE, BatchRow.Result.REQUESTED, BatchRow.Result.UNCHANGED, BatchRow.Result.SKIPPED)

# Rows that named nobody when they were read, beside who has the name now: to be told of once.
NAMED_MEANWHILE = """
    accounts_user AS account
    JOIN follows_batchrow AS row ON row.handle = account.handle
    JOIN follows_batch AS batch ON batch.id = row.batch_id
    WHERE row.result = 'unmatched' AND row.account_id IS NULL AND batch.state IN ('running', 'done')
      AND account.suspended_at IS NULL AND account.deactivated_at IS NULL AND account.erased_at IS NULL
      AND batch.owner_id <> account.id
"""


def offered_rows(owner_id: int) -> QuerySet[BatchRow]:
    """Rows that named nobody when they were read and name somebody now."""
    return BatchRow.objects.filter(
        batch__owner_id=owner_id,
        batch__state__in=WORKED_THROUGH,
        result=BatchRow.Result.UNMATCHED,
        account_id__isnull=False,
    )


def _offered(owner_id: int) -> QuerySet[User]:
    """Still called so, and such that they can be met and are not followed yet."""
    rows = offered_rows(owner_id)
    mine = Follow.objects.filter(follower_id=owner_id, followee_id=OuterRef("pk"))
    return User.objects.present().filter(
        Exists(rows.filter(account_id=OuterRef("pk"), handle=OuterRef("handle"))),
        ~Exists(mine),
        ~hidden_from(owner_id, "pk"),
        pk__in=rows.values("account_id"),
    )


def offers_page(owner_id: int, *, cursor: str = "") -> Page[User]:
    """The newest accounts first."""
    return keyset_page(_offered(owner_id), order=["-pk"], cursor=cursor)


def offers_count(owner_id: int) -> int:
    return _offered(owner_id).count()


def was_offered(owner_id: int, account: User) -> bool:
    """Whether the owner may answer about the account, or has: a file of theirs names it."""
    if _offered(owner_id).filter(pk=account.pk).exists():
        return True
    named = BatchRow.objects.filter(batch__owner_id=owner_id, account_id=account.pk, handle=account.handle)
    return named.filter(result__in=ANSWERED).exists()


def named_meanwhile() -> list[int]:
    """Accounts that somebody is waiting for and was not told of."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT account.id FROM {NAMED_MEANWHILE}")
        return [row[0] for row in cursor.fetchall()]
