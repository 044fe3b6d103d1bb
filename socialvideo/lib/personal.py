"""What the site keeps about people. Each app says of every column that holds an account what is kept there, why, for how
long, and what becomes of it when the account is deleted. From this register an account's download is made, and the page
that says what the site stores; a test walks all tables and finds what nobody registered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from socialvideo.lib.numbers import exact
from socialvideo.lib.pagination import keyset_page

AT_ONCE = 500
Words = Any  # text, now or when it is read
Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """An account's rows of one table, as its owner may have them. `by`: the column that holds the account, or the way to
    it; `order` follows an index of it and is unique together. `columns`: what is told of a row, under which name."""

    model: str
    by: str
    columns: Mapping[str, str] | Callable[[Any], Row]
    order: tuple[str, ...] = ("pk",)
    related: tuple[str, ...] = ()
    narrowed: Callable[[Any, int], Any] | None = None

    @property
    def column(self) -> str:
        return f"{self.model}.{self.by.split('__')[0]}"

    def rows(self, account_id: int) -> Iterator[list[Row]]:
        """Chunk by chunk, each a query that goes on after the last key."""
        found, cursor = self._of(account_id), ""
        while True:
            page = keyset_page(found, order=self.order, cursor=cursor, size=AT_ONCE)
            if page.items:
                yield [self._told(row) for row in page.items]
            cursor = page.next_cursor
            if not cursor:
                return

    def _of(self, account_id: int) -> QuerySet[Model]:
        rows = apps.get_model(self.model)._default_manager.filter(**{self.by: account_id})  # noqa: SLF001 - any model's
        rows = rows.select_related(*self.related) if self.related else rows
        return self.narrowed(rows, account_id) if self.narrowed else rows

    def _told(self, row: Any) -> Row:
        if callable(self.columns):
            return self.columns(row)
        return {name: _value(row, path) for name, path in self.columns.items()}


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = None if row is None else getattr(row, part)
    return row


def same(*names: str) -> dict[str, str]:
    """Columns told under their own names."""
    return {name: name for name in names}


@dataclass(frozen=True)
class Media:
    """A file for the download: its name there, and the files of the storage that it is made of, one after the other."""

    name: str
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of what is kept about people. `tables` are what its owner gets of it; `also` names further columns that it is
    about. `left_out` says why a kind is in nobody's download. `outlives`: what stays, without a name, when the account is
    deleted."""

    name: str
    what: Words
    why: Words
    kept: Callable[[], str]
    tables: tuple[Table, ...] = ()
    also: tuple[str, ...] = ()
    media: Callable[[int], Iterable[Media]] | None = None
    left_out: Words = ""
    outlives: Words = ""

    @property
    def columns(self) -> set[str]:
        return {table.column for table in self.tables} | set(self.also)

    @property
    def how_long(self) -> str:
        return self.kept()


_kinds: dict[str, tuple[Kind, ...]] = {}


def register(app: str, kinds: Iterable[Kind]) -> None:
    """Said once by each app when it is ready."""
    _kinds[app] = tuple(kinds)


def kinds() -> list[Kind]:
    """In the order of the apps, from the account up."""
    return [kind for app in reversed(list(_kinds)) for kind in _kinds[app]]


# --- For how long, in words -----------------------------------------------------------------------------------


def in_days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": exact(number)}


SO_LONG = gettext_lazy("%(time)s.")


def days(setting: str, sentence: Words = SO_LONG) -> Callable[[], str]:
    """So many days as a setting says, in a sentence with %(time)s."""
    return lambda: str(sentence) % {"time": in_days(getattr(settings, setting))}


def days_or_always(setting: str, sentence: Words = SO_LONG) -> Callable[[], str]:
    """As long as the account exists where the setting is 0."""
    return lambda: days(setting, sentence)() if getattr(settings, setting) else with_account()


def days_or_for_good(setting: str, sentence: Words) -> Callable[[], str]:
    """For good where the setting is 0."""
    return lambda: days(setting, sentence)() if getattr(settings, setting) else for_good()


def with_account() -> str:
    return gettext("As long as your account exists.")


def until_taken_back() -> str:
    return gettext("Until you take it back, or your account is deleted.")


def for_good() -> str:
    return gettext("For good, as numbers and moments without a name.")
