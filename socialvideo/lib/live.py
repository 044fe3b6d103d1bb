"""Hints to the open pages of an account, on whichever device. The rows are the truth: a page that hears a hint asks, so
one that is lost, doubled or late costs nothing, and a hint says nothing that its account may not read.

Every process that holds event streams reads the same short Redis stream and picks out what is for its own (`hub.py`).
No kind of event is known here: `{"kind": "relation", …}` reaches a page as its event "live:relation"."""

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django_redis import get_redis_connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

STREAM = "socialvideo:live"
KEPT = 20_000  # entries; a reader that falls further behind has lost some
ACCOUNTS_AN_ENTRY = 500

Event = Mapping[str, Any]


def publish(account_ids: Collection[int], event: Event) -> None:
    """Tells the accounts' open pages, after commit. Never raises."""
    publish_each([(account_ids, event)])


def publish_each(hints: Iterable[tuple[Collection[int], Event]]) -> None:
    """Many at once: still one trip to Redis."""
    kept = [(sorted(ids), json.dumps(event, separators=(",", ":"))) for ids, event in hints if ids]
    if kept:
        transaction.on_commit(lambda: _send(kept), robust=True)


def _send(hints: list[tuple[list[int], str]]) -> None:
    pipeline = get_redis_connection("default").pipeline(transaction=False)
    for account_ids, event in hints:
        for start in range(0, len(account_ids), ACCOUNTS_AN_ENTRY):
            some = " ".join(map(str, account_ids[start : start + ACCOUNTS_AN_ENTRY]))
            pipeline.xadd(STREAM, {"to": some, "event": event}, maxlen=KEPT, approximate=True)
    try:
        pipeline.execute()
    except RedisError as error:
        logger.warning("Live hints were not sent: %s", type(error).__name__)
