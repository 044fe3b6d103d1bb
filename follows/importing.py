"""What a file of follows says: bytes in, rows out. Reads this site's own exports, Mastodon's following_accounts.csv and
TikTok's data export; nothing here knows the database. A row that cannot be used keeps its place and gets a reason; only
a file of another kind is refused as a whole, and the refusal says which file to pick instead."""

import csv
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import HANDLE_PATTERN
from socialvideo.lib.numbers import exact

FORMAT, VERSION = "socialvideo.following", 1  # of our own JSON
MAX_ROWS = 50_000
MAX_VALUES = 2_000_000  # of a JSON document, or lines: each costs memory, whatever it says
HEAD = 1000  # characters of a first line that say what a table is
SHOWN = 100  # characters of a name that is no handle
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_HANDLE = re.compile(HANDLE_PATTERN)
_BLANK = " \t\r\n,;"


class ImportRefused(Exception):
    """The file is none that lists follows. `code` names what it is, `message` says what to do."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)


@dataclass(frozen=True)
class Row:
    """One account of the file. `problem` says why it cannot be used."""

    handle: str = ""
    account_id: int | None = None
    notify: str = ""
    followed_at: datetime | None = None
    problem: str = ""


@dataclass(frozen=True)
class Listing:
    kind: str  # "own", "mastodon" or "tiktok"
    rows: list[Row]


def read(data: bytes, *, now: datetime) -> Listing:
    """The accounts in the order of the file, each once. Raises ImportRefused."""
    text = _text(data)
    listing = _document(text, now) if text.startswith(("{", "[")) else _table(text, now)
    if not listing.rows:
        raise ImportRefused("nobody", _("This file lists nobody."))
    return replace(listing, rows=list(_each_once(listing.rows)))


def _each_once(rows: list[Row]) -> Iterator[Row]:
    seen = set()
    for row in rows:
        repeated = not row.problem and row.handle in seen
        yield replace(row, problem="repeated") if repeated else row
        seen.add(row.handle)


# --- Bytes ----------------------------------------------------------------------------------------------------

_NOT_TEXT = {
    b"PK\x03\x04": ("archive", gettext_lazy("This is a ZIP archive. Unpack it first, then pick the file inside.")),
    b"\x1f\x8b": ("archive", gettext_lazy("This is a compressed archive. Unpack it first, then pick the file inside.")),
    b"\x89PNG": ("image", gettext_lazy("This is a picture. Pick the CSV or JSON file of your export.")),
    b"\xff\xd8\xff": ("image", gettext_lazy("This is a picture. Pick the CSV or JSON file of your export.")),
    b"GIF8": ("image", gettext_lazy("This is a picture. Pick the CSV or JSON file of your export.")),
    b"RIFF": ("image", gettext_lazy("This is a picture or a recording. Pick the CSV or JSON file of your export.")),
    b"%PDF": ("document", gettext_lazy("This is a PDF. Pick the CSV or JSON file of your export.")),
}


def _text(data: bytes) -> str:
    """Handles are plain letters, so bytes that are no UTF-8 spoil at most names, which are not read."""
    for start, refusal in _NOT_TEXT.items():
        if data.startswith(start):
            raise ImportRefused(*refusal)
    text = data.decode(_encoding(data), errors="replace").strip().lstrip("\ufeff").lstrip()
    if not text.strip(_BLANK):
        raise ImportRefused("empty", _("This file is empty."))
    if text.startswith("<"):
        raise ImportRefused("html", _("This is a web page. Ask for your data as JSON or CSV and pick that file."))
    return text


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data[1:2] == b"\x00":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\x00" else "utf-8"


# --- Tables: our own and Mastodon's ---------------------------------------------------------------------------

_FOLLOWING_ONLY = {"show boosts", "notify on new posts", "languages"}  # columns of Mastodon's list of follows alone
_OTHER_TABLES = {
    r"account address.*hide notifications": (
        "mutes",
        gettext_lazy("This is Mastodon's list of muted accounts. Pick following_accounts.csv."),
    ),
    r"https?://": (
        "bookmarks",
        gettext_lazy("This is a list of links, such as Mastodon's bookmarks. Pick following_accounts.csv."),
    ),
    r"#domain|[\w-]+(\.[\w-]+)+(,|$)": (
        "domains",
        gettext_lazy("This is a list of sites, such as Mastodon's blocked domains. Pick following_accounts.csv."),
    ),
    r"account address|@?[\w.-]+@[\w.-]+\s*(,|$)": (
        "unnamed",
        gettext_lazy(
            "This file does not say what it lists, and Mastodon's list of blocked accounts looks like it."
            " Pick following_accounts.csv."
        ),
    ),
    r".+,\s*\"?@?[\w.-]+@[\w.-]+\"?\s*$": (
        "lists",
        gettext_lazy("This looks like Mastodon's file of lists. Pick following_accounts.csv."),
    ),
}
_NOTIFY = {"all": "all", "none": "none", "true": "all", "false": "none"}


def _table(text: str, now: datetime) -> Listing:
    """A line is a row: none of these files breaks a line inside a cell, and so a quote left open spoils its own row."""
    _bear(text, "\r\n")
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip(_BLANK)]
    _limit(len(lines) - 1)
    for delimiter in ",;\t":
        columns = [cell.strip().lower() for cell in _cells(lines[0][:HEAD], delimiter)]
        if kind := _kind(columns):
            rows = (dict(zip(columns, _cells(line, delimiter), strict=False)) for line in lines[1:])
            return Listing(kind, [_table_row(cells, kind, now) for cells in rows])
    first = lines[0][:HEAD].strip().lower()
    for start, (code, message) in _OTHER_TABLES.items():
        if re.match(start, first):
            raise ImportRefused(code, message)
    if first.startswith("date: "):
        raise ImportRefused(
            "tiktok_text", _("This is TikTok's export as text. Ask TikTok for JSON and pick that file.")
        )
    raise ImportRefused(
        "unknown", _("This file is none that we know. Pick an export of this site, of Mastodon or of TikTok.")
    )


def _kind(columns: list[str]) -> str:
    if "account address" in columns and _FOLLOWING_ONLY & set(columns):
        return "mastodon"
    return "own" if "handle" in columns else ""


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:  # a cell beyond all measure
        return []


def _table_row(cells: dict[str, str], kind: str, now: datetime) -> Row:
    if kind == "mastodon":
        return _row(cells.get("account address"), notify=cells.get("notify on new posts"))
    account_id = cells.get("account_id", "").strip()
    return _row(
        cells.get("handle"),
        account_id=int(account_id) if re.fullmatch(r"[0-9]{1,18}", account_id) else None,
        notify=cells.get("notify"),
        followed_at=_moment(cells.get("followed_at"), now),
    )


# --- Documents: our own and TikTok's --------------------------------------------------------------------------


def _document(text: str, now: datetime) -> Listing:
    _bear(text, "[{,")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportRefused("broken_json", _("This file is damaged JSON. Download it again.")) from error
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return Listing("own", [_own_row(item, now) for item in _own_list(document)])
    return Listing("tiktok", [_tiktok_row(item, now) for item in _tiktok_list(document)])


def _own_list(document: dict[str, Any]) -> list[Any]:
    if document.get("version") != VERSION:
        raise ImportRefused(
            "version", _("This export was written by another version of the site, which we cannot read.")
        )
    items = document.get("following")
    if not isinstance(items, list):
        raise ImportRefused("no_list", _("This export has lost its list of follows. Export it again."))
    _limit(len(items))
    return items


def _own_row(item: object, now: datetime) -> Row:
    if not isinstance(item, dict):
        return Row(problem="unreadable")
    account_id = item.get("account_id")
    return _row(
        item.get("handle"),
        account_id=account_id if type(account_id) is int and 0 < account_id < 2**63 else None,
        notify=item.get("notify"),
        followed_at=_moment(item.get("followed_at"), now),
    )


def _tiktok_list(document: object) -> list[Any]:
    """The list of those followed, wherever it stands: TikTok has moved it more than once."""
    lists = list(_named_lists(document))
    followed = [items for name, items in lists if name in {"following", "following list"}]
    if followed:
        _limit(len(max(followed, key=len)))
        return max(followed, key=len)
    if any(name in {"fanslist", "follower", "follower list"} for name, items in lists):
        raise ImportRefused("followers", _("This file lists who follows you, not whom you follow. Pick the other one."))
    raise ImportRefused(
        "no_list", _("No list of follows in this file. Ask TikTok for all your data as JSON and pick that file.")
    )


def _named_lists(document: object) -> Iterator[tuple[str, list[Any]]]:
    """Every list that a name leads to. What is empty is null there."""
    pending = deque([("", document)])
    while pending:
        name, value = pending.popleft()
        if isinstance(value, dict):
            pending.extend((str(key).strip().lower(), each) for key, each in value.items())
        elif value is None or isinstance(value, list):
            yield name, value or []


def _tiktok_row(item: object, now: datetime) -> Row:
    if not isinstance(item, dict):
        return Row(problem="unreadable")
    values = {str(key).strip().lower(): value for key, value in item.items()}
    return _row(values.get("username"), followed_at=_moment(values.get("date"), now))


# --- Values ---------------------------------------------------------------------------------------------------


def _row(
    name: object, *, account_id: int | None = None, notify: object = "", followed_at: datetime | None = None
) -> Row:
    """A name is taken as a handle of this site: in small letters, without "@" and without the server it came from."""
    if not isinstance(name, str) or not name.strip():
        return Row(problem="no_handle")
    handle = name.strip().removeprefix("@").partition("@")[0].lower()
    if not _HANDLE.fullmatch(handle):
        return Row(_shown(name.strip()), problem="not_a_handle")
    bell = _NOTIFY.get(notify.strip().lower(), "") if isinstance(notify, str) else ""
    return Row(handle, account_id, bell, followed_at)


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:SHOWN])


def _moment(text: object, now: datetime) -> datetime | None:
    """TikTok's moments name no zone and are UTC. What cannot be true is no date."""
    try:
        at = datetime.fromisoformat(str(text).strip().removesuffix(" UTC"))
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if EARLIEST <= at <= now else None


def _bear(text: str, marks: str) -> None:
    if sum(map(text.count, marks)) > MAX_VALUES:
        raise ImportRefused(
            "too_many_values", _("This file is too large to read. Pick the part that lists your follows.")
        )


def _limit(rows: int) -> None:
    if rows > MAX_ROWS:
        raise ImportRefused(
            "too_many",
            _("This file lists %(number)s accounts. The limit is %(limit)s: split it into several files.")
            % {"number": exact(rows), "limit": exact(MAX_ROWS)},
        )
