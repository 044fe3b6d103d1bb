"""An import row by row: what it would do as things stand at this moment, and once it was confirmed, what it did."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from accounts.models import User
from follows.models import Batch, BatchRow, Block, Follow
from follows.selectors.batches import REASONS
from follows.selectors.lists import hidden_from
from socialvideo.lib.pagination import Page, keyset_page

Result = BatchRow.Result
RECENT = 5


@dataclass(frozen=True)
class Foreseen:
    """A row of a preview. `account` is whom it means here; `result` and `reason` are what would become of it."""

    position: int
    handle: str
    account: User | None
    result: str
    reason: str
    notify: str

    @property
    def is_by_name(self) -> bool:
        """Whether only the name says that it is this account."""
        return self.reason == "by_name"

    @property
    def words(self) -> str:
        return str(REASONS.get(self.reason, ""))

    @property
    def can_be_left_out(self) -> bool:
        return self.result in {Result.DONE, Result.REQUESTED}

    @property
    def is_left_out(self) -> bool:
        return self.result == Result.SKIPPED

    @property
    def former_handle(self) -> str:
        """What the file calls an account that has another handle now."""
        return self.handle if self.account and self.account.handle != self.handle else ""


@dataclass(frozen=True)
class Preview:
    """How many rows come to what. Of those that would be followed, `beyond` are more than one may follow, and `by_name`
    were found by name alone."""

    results: dict[str, int]
    beyond: int
    by_name: int

    @property
    def unmatched(self) -> int:
        return self.results.get(Result.UNMATCHED, 0)

    @property
    def to_follow(self) -> int:
        return self.results.get(Result.DONE, 0) + self.results.get(Result.REQUESTED, 0)


def _foreseen(batch: Batch) -> QuerySet[Any]:
    """The rows with `fate` and `why`. In a preview, a waiting row has the fate that the database would give it now."""
    if batch.state != Batch.State.PREVIEW:
        return batch.rows.annotate(fate=F("result"), why=F("reason"))
    mine = Follow.objects.filter(follower_id=batch.owner_id, followee_id=OuterRef("account_id"))
    account = User.objects.filter(pk=OuterRef("account_id"))
    not_waiting, following, asked = ~Q(result=Result.WAITING), Q(Exists(mine.active())), Q(Exists(mine.requested()))
    absent, private = ~Q(Exists(account.present())), Q(Exists(account.filter(is_private=True)))
    shut_out = Q(hidden_from(batch.owner_id, "account_id"))
    return batch.rows.annotate(
        fate=Case(
            When(not_waiting, then=F("result")),
            When(following | asked, then=Value(Result.UNCHANGED)),
            When(shut_out | absent, then=Value(Result.REFUSED)),
            When(private, then=Value(Result.REQUESTED)),
            default=Value(Result.DONE),
            output_field=CharField(),
        ),
        why=Case(
            When(not_waiting, then=F("reason")),
            When(following, then=Value("following")),
            When(asked, then=Value("asked")),
            When(shut_out, then=Value("blocked")),
            When(absent, then=Value("not_present")),
            default=F("reason"),
            output_field=CharField(),
        ),
    )


def preview(batch: Batch) -> Preview:
    counted = dict(_foreseen(batch).values_list("fate").annotate(Count("position")).order_by())
    results = {result: counted[result] for result in Result.values if result in counted}
    by_name = _foreseen(batch).filter(fate__in=[Result.DONE, Result.REQUESTED], why="by_name").count()
    return Preview(results, _beyond_limit(batch, counted), by_name)


def _beyond_limit(batch: Batch, counted: dict[str, int]) -> int:
    if batch.state != Batch.State.PREVIEW:
        return 0
    room = max(0, settings.FOLLOW_LIMIT - Follow.objects.of_follower(batch.owner_id).count())
    return max(0, counted.get(Result.DONE, 0) + counted.get(Result.REQUESTED, 0) - room)


def preview_page(batch: Batch, *, result: str = "", cursor: str = "") -> Page[Foreseen]:
    """The rows in the order of the file, or those that would come to one result."""
    rows = _foreseen(batch)
    if result in Result.values:
        rows = rows.filter(fate=result)
    page = keyset_page(rows, order=["position"], cursor=cursor)
    return Page(_with_accounts(batch, page.items), page.next_cursor)


def preview_row(batch: Batch, position: int) -> Foreseen | None:
    return next(iter(_with_accounts(batch, list(_foreseen(batch).filter(position=position)))), None)


def _with_accounts(batch: Batch, rows: list[Any]) -> list[Foreseen]:
    """Who blocks the owner stays what the file calls them, whatever they are called now."""
    shut = Block.objects.filter(blocker_id=OuterRef("pk"), blocked_id=batch.owner_id)
    accounts = User.objects.filter(~Exists(shut)).in_bulk({row.account_id for row in rows if row.account_id})
    return [
        Foreseen(row.position, row.handle, accounts.get(row.account_id), row.fate, row.why, row.notify) for row in rows
    ]


def imports_of(owner_id: int) -> list[Batch]:
    """The last imports, the newest first; one that waits to be confirmed is among them."""
    return list(Batch.objects.filter(owner_id=owner_id, act=Batch.Act.FOLLOW).order_by("-pk")[:RECENT])
