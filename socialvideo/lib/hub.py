"""One process's share of the live hints: reads them all over one Redis connection and hands each to the open streams of
the accounts it is for. It remembers half a minute, so that a page misses nothing between being made and listening.

Where hints may have been lost (Redis was away, a stream is too slow, a page comes back too late), pages are told to ask
for themselves: `{"kind": "connected", "missed": true}`."""

import asyncio
import json
import logging
import math
import random
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from socialvideo.lib.live import STREAM

logger = logging.getLogger(__name__)

REMEMBERED = 30.0  # seconds
BLOCKED = 5  # seconds after which Redis answers, be it with nothing
AT_ONCE = 500
PAUSE = 1.0  # seconds between attempts to reach Redis
SPREAD = 3.0  # seconds over which pages are told to ask, lest all do at once
BACKLOG = 100  # hints that wait for a slow connection

CONNECTED = json.dumps({"kind": "connected", "missed": False})
MISSED = json.dumps({"kind": "connected", "missed": True})


class Stream:
    """What one open connection has yet to be told."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._news = asyncio.Event()
        self.ended = False

    def tell(self, event: str) -> None:
        if len(self._waiting) >= BACKLOG:
            self._waiting, event = [], MISSED
        self._waiting.append(event)
        self._news.set()

    def end(self) -> None:
        self.ended = True
        self._news.set()

    async def told(self) -> list[str]:
        """Everything new, as soon as there is something or the stream has ended."""
        await self._news.wait()
        self._news.clear()
        told, self._waiting = self._waiting, []
        return told


class Hub:
    def __init__(self) -> None:
        self._streams: defaultdict[int, set[Stream]] = defaultdict(set)
        self._recent: deque[tuple[float, frozenset[int], str]] = deque()
        self._complete_since = math.inf
        self._away = False
        self.closed = False

    def open_streams(self, account_id: int) -> int:
        return len(self._streams.get(account_id, ()))

    @contextmanager
    def stream(self, account_id: int, age: float) -> Iterator[Stream]:
        """An open stream. It begins with what a page that knows all up to `age` seconds ago has missed."""
        stream = Stream()
        since = monotonic() - age
        if age <= REMEMBERED and since >= self._complete_since:
            stream.tell(CONNECTED)
            for at, accounts, event in self._recent:
                if at >= since and account_id in accounts:
                    stream.tell(event)
        else:
            stream.tell(MISSED)
        self._streams[account_id].add(stream)
        try:
            yield stream
        finally:
            self._streams[account_id].discard(stream)
            if not self._streams[account_id]:
                del self._streams[account_id]

    def close(self) -> None:
        """Ends all streams."""
        self.closed = True
        for stream in self._all():
            stream.end()

    async def listen(self) -> None:
        """Until cancelled. Whatever goes wrong, it begins again."""
        while True:
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001 - the pages learn that they may have missed something
                if not self._away:
                    logger.warning("Live hints are interrupted: %s: %s", type(error).__name__, error)
                self._away = True
            self._complete_since = math.inf
            await asyncio.sleep(PAUSE)

    async def _read(self) -> None:
        async with _redis() as redis:
            newest: Any = await redis.xrevrange(STREAM, count=1)
            position = newest[0][0] if newest else "0-0"
            self._begin()
            while True:
                answer: Any = await redis.xread({STREAM: position}, AT_ONCE, BLOCKED * 1000)
                for _stream, entries in answer:
                    for position_of_entry, entry in entries:
                        position = position_of_entry
                        for event, accounts in entry.items():
                            self._hand_out(frozenset(map(int, accounts.split())), event)

    def _begin(self) -> None:
        self._recent.clear()
        self._away = False
        self._complete_since = monotonic()
        for stream in self._all():
            asyncio.get_running_loop().call_later(random.uniform(0, SPREAD), stream.tell, MISSED)  # noqa: S311

    def _hand_out(self, accounts: frozenset[int], event: str) -> None:
        now = monotonic()
        while self._recent and self._recent[0][0] < now - REMEMBERED:
            self._recent.popleft()
        self._recent.append((now, accounts, event))
        for account_id in accounts & self._streams.keys():
            for stream in self._streams[account_id]:
                stream.tell(event)

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]


def _redis() -> Redis:
    """A failure is for the pages to hear of, not to be tried again."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=BLOCKED,
        socket_timeout=2 * BLOCKED,
    )
