"""One process's share of the live hints: reads them all over one Redis connection and hands each to the open streams of
the accounts it is for. It remembers half a minute, so that a page misses nothing between being made and listening.

It keeps Redis told of who listens (`live.listening`), so that what concerns a multitude is sent to them alone. A stream
that may be too new to be known there hears all of that. And of how many streams are open here (`live.open_streams`).

Where hints may have been lost (Redis was away, a stream is too slow, a page comes back too late), pages are told to ask
for themselves: `{"kind": "connected", "missed": true}`."""

import asyncio
import contextlib
import json
import logging
import math
import random
import secrets
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from time import monotonic, time
from typing import Any

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from socialvideo.lib.live import ARRIVING, LISTENING, OPEN, STREAM

logger = logging.getLogger(__name__)

REMEMBERED = 30.0  # seconds
BLOCKED = 5  # seconds after which Redis answers, be it with nothing
AT_ONCE = 500
PAUSE = 1.0  # seconds between attempts to reach Redis
SPREAD = 3.0  # seconds over which pages are told to ask, lest all do at once
BACKLOG = 100  # hints that wait for a slow connection
ANNOUNCED = 5.0  # seconds between two times that Redis is told of everyone who listens
GATHERED = 0.1  # seconds in which new ones are gathered, to be announced together
TAKEN_TO_LISTEN = 30  # seconds for which an account is
TAKEN_TO_BE_OPEN = 15  # seconds for which streams are
UNDER_WAY = 5.0  # seconds that a hint may have been under way whose sender asked before an announcement

CONNECTED = json.dumps({"kind": "connected", "missed": False})
MISSED = json.dumps({"kind": "connected", "missed": True})


class Stream:
    """What one open connection has yet to be told."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._news = asyncio.Event()
        self.opened_at = monotonic()
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
        self._recent: deque[tuple[float, frozenset[int], str, bool]] = deque()
        self._announced: dict[int, float] = {}  # since when senders find these accounts
        self._arrival = asyncio.Event()
        self._complete_since = math.inf
        self._away = False
        self._name_of_process = secrets.token_hex(8)
        self._reported = ""
        self.closed = False

    def makes_room(self, account_id: int, most: int, settled_after: float) -> bool:
        """Whether there is room for one more stream. At the most the oldest is let go, for a device that lost its network
        never said so; one that is hardly open stays, lest living ones push each other out in turn."""
        streams = [stream for stream in self._streams.get(account_id, ()) if not stream.ended]
        if len(streams) < most:
            return True
        oldest = min(streams, key=attrgetter("opened_at"))
        if monotonic() - oldest.opened_at < settled_after:
            return False
        oldest.end()
        return True

    @contextlib.contextmanager
    def stream(self, account_id: int, age: float) -> Iterator[Stream]:
        """An open stream. It begins with what a page that knows all up to `age` seconds ago has missed."""
        stream = Stream()
        since = monotonic() - age
        if age <= REMEMBERED and since >= self._complete_since:
            stream.tell(CONNECTED)
            for at, accounts, event, and_arriving in self._recent:
                if at >= since and (account_id in accounts or (and_arriving and self._arrives(account_id, at))):
                    stream.tell(event)
        else:
            stream.tell(MISSED)
        self._streams[account_id].add(stream)
        self._arrival.set()
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
                async with _redis() as redis, asyncio.TaskGroup() as both:
                    both.create_task(self._read(redis))
                    both.create_task(self._announce(redis))
            except* Exception as errors:  # noqa: BLE001 - the pages learn that they may have missed something
                if not self._away:
                    logger.warning("Live hints are interrupted: %r", errors.exceptions[0])
                self._away = True
            self._complete_since = math.inf
            self._announced.clear()
            await asyncio.sleep(PAUSE)

    async def _read(self, redis: Redis) -> None:
        newest: Any = await redis.xrevrange(STREAM, count=1)
        position = newest[0][0] if newest else "0-0"
        self._begin()
        while True:
            answer: Any = await redis.xread({STREAM: position}, AT_ONCE, BLOCKED * 1000)
            for _stream, entries in answer:
                for position_of_entry, entry in entries:
                    position = position_of_entry
                    for event, accounts in entry.items():
                        self._hand_out(accounts.split(), event)

    async def _announce(self, redis: Redis) -> None:
        """Who listens: new ones at once, everyone from time to time, since who is not named again is forgotten."""
        while True:
            await self._name(redis, set(self._streams))
            await self._report(redis)
            self._announced = {account: since for account, since in self._announced.items() if account in self._streams}
            await redis.zremrangebyscore(LISTENING, 0, time())
            end = monotonic() + ANNOUNCED
            while monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(end - monotonic()):
                        await self._arrival.wait()
                await asyncio.sleep(GATHERED)
                self._arrival.clear()
                await self._name(redis, self._streams.keys() - self._announced.keys())

    async def _name(self, redis: Redis, accounts: Collection[int]) -> None:
        if accounts:
            await redis.zadd(LISTENING, dict.fromkeys(map(str, accounts), time() + TAKEN_TO_LISTEN))
            now = monotonic()
            for account in accounts:
                self._announced.setdefault(account, now)

    async def _report(self, redis: Redis) -> None:
        """How many streams are open here. It stands for as long as it is said again."""
        said = f"{self._name_of_process} {len(self._all())}"
        async with redis.pipeline(transaction=True) as trip:
            trip.zremrangebyscore(OPEN, 0, time())
            trip.zrem(OPEN, self._reported)
            trip.zadd(OPEN, {said: time() + TAKEN_TO_BE_OPEN})
            await trip.execute()
        self._reported = said

    def _arrives(self, account_id: int, at: float) -> bool:
        """Whether what was heard then may have been sent by who did not know of this account."""
        return at < self._announced.get(account_id, math.inf) + UNDER_WAY

    def _begin(self) -> None:
        self._recent.clear()
        self._away = False
        self._complete_since = monotonic()
        for stream in self._all():
            asyncio.get_running_loop().call_later(random.uniform(0, SPREAD), stream.tell, MISSED)  # noqa: S311

    def _hand_out(self, names: Sequence[str], event: str) -> None:
        now = monotonic()
        while self._recent and self._recent[0][0] < now - REMEMBERED:
            self._recent.popleft()
        and_arriving = ARRIVING in names
        accounts = frozenset(int(name) for name in names if name != ARRIVING)
        self._recent.append((now, accounts, event, and_arriving))
        arriving = {account for account in self._streams if self._arrives(account, now)} if and_arriving else set()
        for account_id in (accounts & self._streams.keys()) | arriving:
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
