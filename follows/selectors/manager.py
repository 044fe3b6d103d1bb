"""The Following Manager: everyone whom an account follows or has asked to, whatever became of them.

A page is chosen first, by keys alone, and filled in afterwards. By age, the keys are walked in an index, so that a page
costs the same however many there are. The other orders belong to other tables: each of them is read once, as the part of
an index that holds these accounts, and never joined, so that no plan can ask it ten thousand times."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from follows.models import CreatorPulse, Follow, Mute, Tie
from follows.relations import Relation
from follows.selectors.ties import relations
from socialvideo.lib.pagination import PAGE_SIZE, Page, decode_cursor, encode_cursor

SILENT_DAYS = 90


@dataclass(frozen=True)
class Followed:
    """Somebody I follow or have asked to, as the manager lists them."""

    account: User
    relation: Relation
    followed_at: datetime
    last_published_at: datetime | None
    watched: int
    muted_until: datetime | None

    @property
    def state(self) -> str:
        return self.relation.state

    @property
    def notify(self) -> str:
        return self.relation.notify


@dataclass(frozen=True)
class Filter:
    label: str | Promise
    sql: str  # of an `edge` of the `owner`


FILTERS = {
    "one_sided": Filter(
        _("Not following back"),
        """NOT EXISTS (SELECT 1 FROM follows_follow AS back WHERE back.follower_id = edge.followee_id
                       AND back.followee_id = %(owner)s AND back.state = 'active')""",
    ),
    "silent": Filter(
        format_lazy(_("Silent for {days} days"), days=SILENT_DAYS),
        f"""NOT EXISTS (SELECT 1 FROM follows_creatorpulse AS pulse WHERE pulse.account_id = edge.followee_id
                        AND pulse.last_published_at > now() - interval '{SILENT_DAYS} days')""",
    ),
    "bell_off": Filter(_("Alerts off"), "edge.notify = 'none'"),
}
_SEARCH = """
    EXISTS (SELECT 1 FROM accounts_user AS person WHERE person.id = edge.followee_id
            AND (strpos(person.handle, %(handle)s) > 0 OR strpos(lower(person.name), %(name)s) > 0))
"""


@dataclass(frozen=True)
class Wanted:
    """Which of those whom an account follows: all, or what a search and filters leave of them."""

    search: str = ""
    filters: frozenset[str] = frozenset()

    @property
    def everyone(self) -> bool:
        return not self.search and not self.filters

    @property
    def sql(self) -> str:
        """The one predicate of the page, the count and a batch of everything that matches."""
        conditions = ["edge.follower_id = %(owner)s", *(FILTERS[name].sql for name in sorted(self.filters))]
        return " AND ".join([*conditions, _SEARCH] if self.search else conditions)

    def values(self, owner_id: int) -> dict[str, Any]:
        text = self.search.lower()
        return {"owner": owner_id, "name": text, "handle": text.removeprefix("@")}


EVERYONE = Wanted()


@dataclass(frozen=True)
class Sort:
    """`keys` selects of `{edges}` the account, a key and what decides between equal keys."""

    label: str | Promise
    keys: str
    read_key: Callable[[str | int], Any]
    descending: bool = False


def _moment(text: str | int) -> datetime:
    return datetime.fromisoformat(str(text))


_BY_AGE = "SELECT edge.followee_id AS account_id, edge.followed_at AS key, edge.id AS tie FROM {edges}"
_THESE = "ARRAY(SELECT edge.followee_id FROM {edges})"
# Whoever never published, and whose videos were never watched, has no row there, but a place in the order.
_BY_LAST_VIDEO = f"""
    SELECT account_id, max(key) AS key, account_id AS tie
    FROM (SELECT edge.followee_id AS account_id, to_timestamp(0) AS key FROM {{edges}}
          UNION ALL
          SELECT account_id, last_published_at FROM follows_creatorpulse WHERE account_id = ANY({_THESE})) AS known
    GROUP BY account_id
"""
_BY_INTEREST = """
    SELECT account_id, sum(watched) AS key, account_id AS tie
    FROM (SELECT edge.followee_id AS account_id, 0 AS watched, TRUE AS followed FROM {edges}
          UNION ALL
          SELECT followee_id, watched, FALSE FROM follows_tie WHERE follower_id = %(owner)s) AS known
    GROUP BY account_id HAVING bool_or(followed)
"""
_BY_NAME = f"""
    SELECT id AS account_id, lower(coalesce(NULLIF(name, ''), handle)) AS key, id AS tie
    FROM accounts_user WHERE id = ANY({_THESE})
"""
SORTS = {
    "newest": Sort(_("Newest follows"), _BY_AGE, _moment, descending=True),
    "oldest": Sort(_("Oldest follows"), _BY_AGE, _moment),
    "name": Sort(_("Name"), _BY_NAME, str),
    "posted": Sort(_("Last video"), _BY_LAST_VIDEO, _moment, descending=True),
    "watched": Sort(_("Least watched"), _BY_INTEREST, int),
}
DEFAULT_SORT = "newest"


def page_sql(wanted: Wanted, sort: Sort, *, first: bool) -> str:
    """The keys of a page, in order. Split from its values so that tests can look at its plan."""
    order, later = ("DESC", "<") if sort.descending else ("ASC", ">")
    keys = sort.keys.format(edges=f"follows_follow AS edge WHERE {wanted.sql}")
    after = "" if first else f"WHERE (key, tie) {later} (%(key)s, %(tie)s)"
    return f"""
        SELECT account_id, key, tie FROM ({keys}) AS keyed {after}
        ORDER BY key {order}, tie {order} LIMIT %(size)s
    """


def manager_page(
    owner_id: int, *, wanted: Wanted = EVERYONE, sort: str = DEFAULT_SORT, cursor: str = "", size: int = PAGE_SIZE
) -> Page[Followed]:
    """Some of those whom the account follows or has asked to; nobody is left out, whatever became of them."""
    order = SORTS[sort]
    after = _after(order, cursor)
    with connection.cursor() as db:
        values = wanted.values(owner_id) | after | {"size": size + 1}
        db.execute(page_sql(wanted, order, first=not after), values)
        keys = db.fetchall()
    more = encode_cursor(_plain(keys[size - 1][1:])) if len(keys) > size else ""
    return Page(_filled_in(owner_id, [account_id for account_id, *_ in keys[:size]]), more)


def count_matching(owner_id: int, wanted: Wanted) -> int:
    with connection.cursor() as db:
        db.execute(f"SELECT count(*) FROM follows_follow AS edge WHERE {wanted.sql}", wanted.values(owner_id))
        return int(db.fetchone()[0])


def open_requests_of(follower_id: int) -> int:
    """How many accounts have yet to answer the account's request."""
    return Follow.objects.of_follower(follower_id).requested().count()


def _after(sort: Sort, cursor: str) -> dict[str, Any]:
    """What the next page begins after; nothing for the first page, or where the cursor is damaged."""
    key = decode_cursor(cursor, 2)
    try:
        return {"key": sort.read_key(key[0]), "tie": int(key[1])} if key else {}
    except ValueError:
        return {}


def _plain(key: Iterable[Any]) -> list[Any]:
    return [value if isinstance(value, str | datetime) else int(value) for value in key]


def _filled_in(owner_id: int, account_ids: list[int]) -> list[Followed]:
    edges = {edge.followee_id: edge for edge in _with_ties(owner_id).filter(followee_id__in=account_ids)}
    known = relations(owner_id, account_ids)
    return [_followed(edges[account_id], known[account_id]) for account_id in account_ids if account_id in edges]


def _with_ties(owner_id: int) -> QuerySet[Follow]:
    tie = Tie.objects.filter(follower_id=owner_id, followee_id=OuterRef("followee_id"))
    pulse = CreatorPulse.objects.filter(account_id=OuterRef("followee_id"))
    mute = Mute.objects.filter(muter_id=owner_id, muted_id=OuterRef("followee_id"))
    return (
        Follow.objects.of_follower(owner_id)
        .select_related("followee")
        .annotate(
            watched=Subquery(tie.values("watched")),
            last_published_at=Subquery(pulse.values("last_published_at")),
            muted_until=Subquery(mute.values("until")),
        )
    )


def _followed(edge: Any, relation: Relation) -> Followed:
    return Followed(
        account=edge.followee,
        relation=relation,
        followed_at=edge.followed_at,
        last_published_at=edge.last_published_at,
        watched=edge.watched or 0,
        muted_until=edge.muted_until,
    )
