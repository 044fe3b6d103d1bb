"""How long anybody waits for Redis: once, and then everybody goes on without it for a moment."""

from time import monotonic
from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisHangs
from redis.retry import Retry

AWAY_SECONDS = 2.0  # for which a server that did not answer in time is not asked again, by this process


class Patience(Retry):
    """Through this goes every connection and every command (`retry` of redis-py). A Redis that hangs costs one act of a page
    its timeout instead of each."""

    _away_until = 0.0  # of all connections of this process

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 0)

    @classmethod
    def is_out(cls) -> bool:
        return monotonic() < cls._away_until

    @classmethod
    def run_out(cls) -> None:
        cls._away_until = monotonic() + AWAY_SECONDS

    @classmethod
    def renew(cls) -> None:
        cls._away_until = 0.0

    def call_with_retry(self, *args: Any, **kwargs: Any) -> Any:
        if self.is_out():
            raise RedisAway("Redis did not answer just now.")
        try:
            return super().call_with_retry(*args, **kwargs)
        except RedisHangs:
            self.run_out()
            raise
