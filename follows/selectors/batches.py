"""A batch as its owner reads it: how far it has come, what became of each row and why, what Undo could not bring back."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from follows.models import Batch, BatchRow, Follow
from follows.relations import Relation
from follows.selectors.ties import relations
from socialvideo.lib.numbers import exact
from socialvideo.lib.pagination import Page, keyset_page

Act, State, Result = Batch.Act, Batch.State, BatchRow.Result
STILL = timedelta(seconds=5)  # no chunk takes that long
FORSAKEN = timedelta(seconds=15)  # nor does a sweep come later

TITLES: dict[str, Any] = {
    Act.FOLLOW: ngettext_lazy("Import of %(number)s account", "Import of %(number)s accounts", "count"),
    Act.UNFOLLOW: ngettext_lazy("Unfollow %(number)s account", "Unfollow %(number)s accounts", "count"),
    Act.RESTORE: ngettext_lazy("Follow %(number)s account again", "Follow %(number)s accounts again", "count"),
    Act.MUTE: ngettext_lazy("Mute %(number)s account", "Mute %(number)s accounts", "count"),
    Act.UNMUTE: ngettext_lazy("Unmute %(number)s account", "Unmute %(number)s accounts", "count"),
    Act.BELL_ALL: ngettext_lazy("Alerts on for %(number)s account", "Alerts on for %(number)s accounts", "count"),
    Act.BELL_NONE: ngettext_lazy("Alerts off for %(number)s account", "Alerts off for %(number)s accounts", "count"),
}
# What a row that came to this is called, where the act has no word of its own.
WORDS: dict[str, Any] = {
    Result.DONE: _("done"),
    Result.REQUESTED: _("asked to follow"),
    Result.UNCHANGED: _("unchanged"),
    Result.REFUSED: _("not possible"),
    Result.UNMATCHED: _("not found here"),
    Result.SKIPPED: _("left out by you"),
    Result.WAITING: _("waiting"),
}
DONE_WORDS: dict[str, Any] = {
    Act.FOLLOW: _("followed"),
    Act.UNFOLLOW: _("unfollowed"),
    Act.RESTORE: _("followed again"),
    Act.MUTE: _("muted"),
    Act.UNMUTE: _("unmuted"),
    Act.BELL_ALL: _("with alerts on"),
    Act.BELL_NONE: _("with alerts off"),
}

REASONS = {
    "not_followed": _("You did not follow this account."),
    "so_already": _("It was so already."),
    "not_muted": _("This account was not muted."),
    "changed_since": _("Something changed here since, so it was left as it is."),
    "blocked": _("You cannot follow this account."),
    "not_present": _("This account is suspended, deactivated or deleted."),
    "limit": _("You follow as many accounts as one can."),
    "self": _("This is you."),
    # Of rows of a file.
    "following": _("You follow this account already."),
    "asked": _("You have asked this account already."),
    "by_name": _("Found by name alone."),
    "deleted": _("This account was deleted."),
    "repeated": _("This account stands further up in the file."),
    "no_handle": _("This row has no name."),
    "not_a_handle": _("Nobody here can have this name."),
    "unreadable": _("This row cannot be read."),
}


@dataclass(frozen=True)
class Lost:
    """What an unfollow would end that Undo cannot bring back at once."""

    private: int  # would have to approve anew
    absent: int  # cannot be followed while they are suspended or deactivated

    @property
    def any(self) -> bool:
        return bool(self.private or self.absent)


@dataclass(frozen=True)
class Report:
    """A batch in words and numbers. `results`: how many rows came to what."""

    batch: Batch
    results: dict[str, int]
    is_undone: bool

    @property
    def title(self) -> str:
        return TITLES[self.batch.act] % {"count": self.batch.total, "number": exact(self.batch.total)}

    @property
    def changed(self) -> int:
        return self.results.get(Result.DONE, 0) + self.results.get(Result.REQUESTED, 0)

    @property
    def worked(self) -> int:
        return self.batch.total - self.results.get(Result.WAITING, 0)

    @property
    def words(self) -> dict[str, Any]:
        words = WORDS | {Result.DONE: DONE_WORDS[self.batch.act]}
        return words | {Result.WAITING: _("not done")} if self.batch.state == State.CANCELLED else words

    @property
    def summary(self) -> str:
        """ "12 unfollowed, 1 not possible" """
        return ", ".join(f"{exact(count)} {self.words[result]}" for result, count in self.results.items())

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        return [(result, count, self.words[result]) for result, count in self.results.items()]

    @property
    def is_final(self) -> bool:
        return self.batch.state in {State.DONE, State.CANCELLED}

    @property
    def is_forsaken(self) -> bool:
        """Nobody has worked at it for longer than a worker or the sweep would take."""
        return self.batch.state == State.RUNNING and self.batch.moved_at < timezone.now() - FORSAKEN

    @property
    def can_undo(self) -> bool:
        return self.is_final and self.batch.undoes_id is None and not self.is_undone and self.changed > 0

    @cached_property
    def lost(self) -> Lost | None:
        """What a waiting unfollow would take for good."""
        return lost_by_unfollowing(self.batch) if self.batch.act == Act.UNFOLLOW and not self.is_final else None


@dataclass(frozen=True)
class Row:
    """`account` is None where nobody here is meant; `relation` is what is now."""

    account: User | None
    relation: Relation | None
    handle: str
    result: str
    words: str
    reason: str


def lost_by_unfollowing(batch: Batch) -> Lost:
    edges = Follow.objects.of_follower(batch.owner_id).filter(
        followee__in=BatchRow.objects.filter(batch=batch).values("account_id")
    )
    absent = ~Q(followee__in=User.objects.present())
    private = Q(state=Follow.State.ACTIVE, followee__is_private=True)
    return Lost(**edges.aggregate(private=Count("pk", filter=private & ~absent), absent=Count("pk", filter=absent)))


def standing_still() -> list[int]:
    """Batches under way at which nobody works, the oldest first."""
    still = Batch.objects.filter(state=State.RUNNING, moved_at__lt=timezone.now() - STILL)
    return list(still.order_by("pk").values_list("pk", flat=True))


def batches_page(owner_id: int, *, cursor: str = "") -> Page[Report]:
    """What somebody did to many at once, newest first."""
    mine = Batch.objects.filter(owner_id=owner_id).exclude(state=State.PREVIEW, act=Act.UNFOLLOW)
    page = keyset_page(mine, order=["-id"], cursor=cursor)
    return Page(_reports(page.items), page.next_cursor)


def report(batch: Batch) -> Report:
    return _reports([batch])[0]


def _reports(batches: list[Batch]) -> list[Report]:
    """Two queries, however many."""
    rows = BatchRow.objects.filter(batch__in=batches).values_list("batch_id", "result").annotate(Count("position"))
    found = {(batch_id, result): count for batch_id, result, count in rows.order_by()}
    undone = set(Batch.objects.filter(undoes__in=batches).values_list("undoes_id", flat=True))

    def results(batch: Batch) -> dict[str, int]:
        return {result: found[batch.pk, result] for result in WORDS if (batch.pk, result) in found}

    return [Report(batch, results(batch), batch.pk in undone) for batch in batches]


def rows_page(report: Report, *, result: str = "", cursor: str = "") -> Page[Row]:
    """What became of each row, or of those that came to one result. Who blocks the owner stays what a file called them."""
    rows = report.batch.rows.filter(result=result) if result else report.batch.rows.all()
    page = keyset_page(rows, order=["position"], cursor=cursor)
    account_ids = [row.account_id for row in page.items if row.account_id]
    accounts, known = User.objects.in_bulk(account_ids), relations(report.batch.owner_id, account_ids)

    def shown(row: BatchRow) -> Row:
        is_known = row.account_id and row.result != Result.UNMATCHED  # a name that appeared is an offer, not a match
        account = accounts.get(row.account_id) if is_known else None
        if account and row.handle and known[account.pk].blocked_by:
            account = None
        return Row(
            account=account,
            relation=known[account.pk] if account else None,
            handle=row.handle,
            result=row.result,
            words=str(report.words[row.result]),
            reason=str(REASONS.get(row.reason, "")),
        )

    return page.map(shown)
