"""Everyone whom an account follows or asked to follow, as a file to take along: what `importing` reads back. Written
while it is read, by keyset, so that 10,000 follows cost no more memory than 500. Suspended and deactivated accounts are
in it, for those follows stand; of erased accounts there is none, for their edges have ended."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from accounts.models import User
from follows.importing import FORMAT, VERSION
from follows.models import Follow
from socialvideo.lib.pagination import keyset_page
from socialvideo.lib.spreadsheets import BYTE_ORDER_MARK, csv_line

AT_ONCE = 500
COLUMNS = ("account_id", "handle", "name", "state", "notify", "followed_at")


def as_csv(account_id: int) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_line(COLUMNS)
    for rows in _chunks(account_id):
        yield "".join(csv_line([row[column] for column in COLUMNS]) for row in rows)


def as_json(account: User, *, site: str, now: datetime) -> Iterator[str]:
    head = {
        "format": FORMAT,
        "version": VERSION,
        "site": site,
        "account": {"account_id": account.pk, "handle": account.handle},
        "exported_at": now.astimezone(UTC).isoformat(),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "following": ['
    before = "\n"
    for rows in _chunks(account.pk):
        yield before + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        before = ",\n"
    yield "\n]}\n"


def _chunks(account_id: int) -> Iterator[list[dict[str, str | int]]]:
    """Newest first, as in the Following Manager."""
    edges, cursor = Follow.objects.of_follower(account_id).select_related("followee"), ""
    while True:
        page = keyset_page(edges, order=["-followed_at", "-id"], cursor=cursor, size=AT_ONCE)
        if page.items:
            yield [_row(edge) for edge in page.items]
        cursor = page.next_cursor
        if not cursor:
            return


def _row(edge: Follow) -> dict[str, str | int]:
    return {
        "account_id": edge.followee_id,
        "handle": edge.followee.handle,
        "name": edge.followee.name,
        "state": edge.state,
        "notify": edge.notify,
        "followed_at": edge.followed_at.astimezone(UTC).isoformat(),
    }
