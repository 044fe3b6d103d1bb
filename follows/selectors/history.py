"""The follow history: every change of an account's follows, as it may read it, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from follows.machine import ABSENT, ACTIVE, REQUESTED, Cause
from follows.models import EventOrigin, Follow, FollowEvent, TallyMark
from follows.relations import Relation
from follows.selectors.ties import relations
from follows.wording import cause_as_told, sentence
from socialvideo.lib.pagination import Page, keyset_page

SILENT_SHOWN = 20

_REQUEST_BEFORE, _REQUEST_AFTER = Q(before=REQUESTED), Q(after=REQUESTED)
KINDS = {
    "follows": Q(after=ACTIVE) & ~Q(before=ACTIVE),
    "endings": Q(before=ACTIVE) & ~Q(after=ACTIVE),
    "requests": (_REQUEST_BEFORE & ~_REQUEST_AFTER) | (~_REQUEST_BEFORE & _REQUEST_AFTER),
    "alerts": Q(before=F("after")) & ~Q(before=ABSENT),
    "blocks": Q(cause=Cause.BLOCKED, actor_id=F("follower_id")) | Q(before=ABSENT, after=ABSENT),
}


@dataclass(frozen=True)
class Entry:
    """One change. `account` is the other side, None when its row is gone; `device` is named for one's own acts only."""

    event_id: int
    at: datetime
    cause: str
    sentence: str
    account: User | None
    relation: Relation
    device: str
    this_device: bool
    taken: bool  # a follow or a request that somebody else ended

    @property
    def words(self) -> tuple[str, str]:
        """What stands before and after the account's name."""
        before, _who, after = self.sentence.partition("%(who)s")
        return before, after

    @property
    def names_account(self) -> bool:
        return "%(who)s" in self.sentence

    @property
    def plain(self) -> str:
        name = self.account.display_name if self.account else _("an account")
        words = self.sentence.replace("%(who)s", name)
        return words[:1].upper() + words[1:]

    @property
    def can_follow_again(self) -> bool:
        return self.taken and self.account is not None and self.account.erased_at is None


def history_page(
    account_id: int, *, kind: str = "", other_id: int | None = None, session: str = "", cursor: str = ""
) -> Page[Entry]:
    """All of an account's history, or that of one kind, or with one other account. `session` is the reader's own."""
    events: QuerySet[FollowEvent] = FollowEvent.objects.filter(follower_id=account_id)
    if other_id is not None:
        events = events.filter(followee_id=other_id)
    if kind in KINDS:
        events = events.filter(KINDS[kind])
    page = keyset_page(events, order=["-id"], cursor=cursor)
    return Page(_entries(account_id, page.items, session), page.next_cursor)


def _entries(account_id: int, events: list[FollowEvent], session: str) -> list[Entry]:
    """Three queries more, however many events."""
    others = {event.followee_id for event in events}
    accounts, ties = User.objects.in_bulk(others), relations(account_id, others)
    origins = EventOrigin.objects.in_bulk([event.pk for event in events if event.actor_id == account_id])
    return [
        _entry(event, accounts.get(event.followee_id), ties[event.followee_id], origins.get(event.pk), session)
        for event in events
    ]


def _entry(event: FollowEvent, account: User | None, tie: Relation, origin: EventOrigin | None, session: str) -> Entry:
    change, by_me = (event.before, event.after), event.actor_id == event.follower_id
    cause = cause_as_told(event.cause, change, by_me=by_me)
    return Entry(
        event_id=event.pk,
        at=event.happened_at,
        cause=cause,
        sentence=sentence(cause, change, event.notify),
        account=account,
        relation=tie,
        device=origin.device if origin else "",
        this_device=bool(origin and session and origin.session == session),
        taken=event.before != ABSENT and event.after == ABSENT and not by_me,
    )


def whole_since(account: User) -> datetime | None:
    """Since when every change is kept, where that is not since the account exists; earlier ones as `horizon.py` says."""
    since = TallyMark.objects.values_list("events_from", flat=True).first()
    return since if since and since > account.joined_at else None


@dataclass(frozen=True)
class Silent:
    """Followed accounts of which nothing comes at the moment although the follows stand."""

    accounts: list[User]
    more: int


def silent_follows(account_id: int) -> Silent:
    """Why videos stopped: suspended and deactivated accounts that one follows."""
    edges = (
        Follow.objects.of_follower(account_id)
        .active()
        .exclude(followee__suspended_at=None, followee__deactivated_at=None)
    )
    shown = [edge.followee for edge in edges.select_related("followee").order_by("-followed_at", "-id")[:SILENT_SHOWN]]
    return Silent(shown, edges.count() - len(shown) if len(shown) == SILENT_SHOWN else 0)
