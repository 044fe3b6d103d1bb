"""Hints to the open pages of an account, on whichever device. The rows are the truth: a page that hears a hint asks, so
one that is lost, doubled or late costs nothing, and a hint says nothing that its account may not read.

Every process that holds event streams reads the same short Redis stream and picks out what is for its own (`hub.py`).
No kind of event is known here: `{"kind": "relation", …}` reaches a page as its event "live:relation".

What concerns a multitude is sent to those of them who have a page open (`listening`), and to whoever opens one at that
moment (`and_arriving`)."""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import time
from typing import Any

from django.db import transaction
from django_redis import get_redis_connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

STREAM = "socialvideo:live"
LISTENING = "socialvideo:listening"  # account → until when it is taken to listen
OPEN = "socialvideo:open"  # "process streams", of each live process → until when that stands
ARRIVING = "*"  # stands among accounts for those that are not yet in there
KEPT = 20_000  # entries; a reader that falls further behind has lost some
ACCOUNTS_AN_ENTRY = 500

Event = Mapping[str, Any]
Entry = dict[str, str]  # event → the accounts it is for


def publish(account_ids: Collection[int], event: Event) -> None:
    """Tells the accounts' open pages, after commit. Never raises."""
    publish_each([(account_ids, event)])


def publish_each(hints: Iterable[tuple[Collection[int], Event]], *, and_arriving: bool = False) -> None:
    """Many at once: still one trip to Redis."""
    accounts: defaultdict[str, set[int]] = defaultdict(set)
    for account_ids, event in hints:
        accounts[json.dumps(event, separators=(",", ":"))].update(account_ids)
    entries = list(_entries(accounts))
    if and_arriving:
        entries.append(dict.fromkeys(accounts, ARRIVING))
    if entries:
        transaction.on_commit(lambda: _send(entries), robust=True)


def listening() -> list[int]:
    """Accounts that have a page open, on whichever device; some that have just closed their last one too."""
    try:
        found = get_redis_connection("default").zrange(LISTENING, int(time()), "+inf", byscore=True)
    except RedisError:
        return []
    return [int(account) for account in found]


@dataclass(frozen=True)
class OpenStreams:
    """Of all live processes together."""

    number: int
    processes: int


def open_streams() -> OpenStreams | None:
    """As each process last said, some seconds ago. None while Redis is away."""
    try:
        found = get_redis_connection("default").zrange(OPEN, int(time()), "+inf", byscore=True)
    except RedisError:
        return None
    numbers = [int(said.split()[1]) for said in found]
    return OpenStreams(sum(numbers), len(numbers))


def _entries(accounts: Mapping[str, set[int]]) -> Iterator[Entry]:
    """As few as hold it; no event is in an entry twice."""
    entry: Entry = {}
    left = ACCOUNTS_AN_ENTRY
    for event, some in _portions(accounts):
        if len(some) > left:
            yield entry
            entry, left = {}, ACCOUNTS_AN_ENTRY
        entry[event] = " ".join(map(str, some))
        left -= len(some)
    if entry:
        yield entry


def _portions(accounts: Mapping[str, set[int]]) -> Iterator[tuple[str, list[int]]]:
    for event, ids in accounts.items():
        ordered = sorted(ids)
        for start in range(0, len(ordered), ACCOUNTS_AN_ENTRY):
            yield event, ordered[start : start + ACCOUNTS_AN_ENTRY]


def _send(entries: list[Entry]) -> None:
    redis = get_redis_connection("default")
    trip = redis if len(entries) == 1 else redis.pipeline(transaction=False)
    try:
        for entry in entries:
            trip.xadd(STREAM, entry, maxlen=KEPT, approximate=True)
        if trip is not redis:
            trip.execute()
    except RedisError as error:
        logger.warning("Live hints were not sent: %s", type(error).__name__)
