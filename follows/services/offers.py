"""Rows of imports that named nobody are offered when somebody takes that name, each to be confirmed by itself."""

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from follows.models import BatchRow
from follows.origins import NOWHERE, Origin
from follows.relations import Relation
from follows.selectors import relation
from follows.selectors.offers import NAMED_MEANWHILE, offered_rows
from follows.services.imports import follow_as_said
from follows.services.outcomes import hold_edges, hold_follower
from follows.services.refusals import refusing
from follows.services.statements import fetch
from follows.signals import account_offered, follow_changed

Result = BatchRow.Result
TOLD_AT_ONCE = 500  # rows found in one transaction

_FIND = f"""
    WITH found AS (
        SELECT row.batch_id, row.position, batch.owner_id, account.id AS account_id
        FROM {NAMED_MEANWHILE} AND account.id = %(account)s
        ORDER BY row.batch_id, row.position LIMIT %(rows)s FOR UPDATE OF row SKIP LOCKED
    ), met AS (
        UPDATE follows_batchrow AS row SET account_id = found.account_id FROM found
        WHERE row.batch_id = found.batch_id AND row.position = found.position
    )
    SELECT DISTINCT owner_id, EXISTS (SELECT 1 FROM follows_follow
                                      WHERE follower_id = owner_id AND followee_id = account_id) FROM found
"""


@transaction.atomic
def offer(*, account_id: int) -> bool:
    """Offers an account to the next people who imported its name; whether there may be more of them."""
    found = fetch(_FIND, account=account_id, rows=TOLD_AT_ONCE)
    owner_ids = [owner_id for owner_id, is_following in found if not is_following]
    if owner_ids:
        account_offered.send(User, account_id=account_id, owner_ids=owner_ids)
    return bool(found)


@refusing
def accept_offer(*, owner: User, account: User, origin: Origin = NOWHERE) -> Relation:
    """Follows with the bell and the date of the newest file that named the account. What was answered already, or was
    never offered, changes nothing. Raises FollowRefused."""
    hold_edges(owner.pk, [account.pk])
    rows = _rows(owner, account)
    newest = rows.order_by("-batch_id", "position").first()
    if newest is not None:
        outcome = follow_as_said(owner.pk, [newest], origin)[newest.position]
        rows.update(result=outcome.result, reason=outcome.reason, mark=outcome.mark)
    follow_changed.send(Relation, follower_id=owner.pk, followee_id=account.pk, version=None, alone=False)
    return relation(owner.pk, account.pk)


@transaction.atomic
def dismiss_offer(*, owner: User, account: User) -> None:
    """Not them: the rows are done with. Answers of one owner wait for each other, so that the first one counts."""
    hold_follower(owner.pk)
    _rows(owner, account).update(result=Result.SKIPPED)


def _rows(owner: User, account: User) -> QuerySet[BatchRow]:
    return offered_rows(owner.pk).filter(account_id=account.pk, handle=account.handle)
