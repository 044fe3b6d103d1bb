"""The cache that the site shares."""

from typing import Any

from django_redis.cache import RedisCache


class Cache(RedisCache):
    """Without Redis nothing is remembered, so whoever asks to be the first is: a rate limit that cannot count lets people
    in instead of telling everybody that they came too often."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        added = super().add(*args, **kwargs)
        return added is None or bool(added)
