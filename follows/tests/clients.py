"""Several people at once, each with a connection of their own that lasts."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError, connections

from accounts.services import AccountRefused
from follows.relations import Relation
from follows.services import FollowRefused

JITTER_SECONDS = 0.002


class Clients:
    """Keeps every relation that somebody was told. What an act raises besides a refusal is raised to the test: a deadlock,
    a broken constraint."""

    def __init__(self, pool: ThreadPoolExecutor, seed: int, allowed: tuple[type[Exception], ...]) -> None:
        self.told: list[Relation] = []
        self._pool = pool
        self._dice = random.Random(seed)
        self._allowed = (FollowRefused, AccountRefused, *allowed)
        self._newest: dict[frozenset[int | None], int] = {}  # the highest version that somebody was told of a pair

    def at_once(self, *acts: Callable[[], Any]) -> list[Any]:
        """Starts the acts at one moment, give or take a little; returns replies and refusals."""
        start = threading.Barrier(len(acts))
        delays = [self._dice.uniform(0, JITTER_SECONDS) for _ in acts]
        futures = [self._pool.submit(self._run, start, *each) for each in zip(delays, acts, strict=True)]
        return [future.result(timeout=120) for future in futures]

    def _run(self, start: threading.Barrier, delay: float, act: Callable[[], Any]) -> Any:
        start.wait(timeout=30)
        time.sleep(delay)
        return self.ask(act)

    def ask(self, act: Callable[[], Any]) -> Any:
        """The act's reply, which must not be older than what was told before it was asked for; or its refusal."""
        known = dict(self._newest)
        try:
            reply = act()
        except self._allowed as refusal:
            if isinstance(refusal, DatabaseError | InterfaceError):
                connections.close_all()  # the next act has a new one
            return refusal
        if isinstance(reply, Relation):
            pair = frozenset({reply.viewer_id, reply.account_id})
            assert reply.version >= known.get(pair, 0), f"{reply} is older than what was told before"
            self._newest[pair] = max(self._newest.get(pair, 0), reply.version)
            self.told.append(reply)
        return reply


@contextmanager
def clients(number: int, *, seed: int = 0, allowed: tuple[type[Exception], ...] = ()) -> Iterator[Clients]:
    with ThreadPoolExecutor(number) as pool:
        people = Clients(pool, seed, allowed)
        try:
            yield people
        finally:
            people.at_once(*[connections.close_all] * number)
