"""Redis away: nothing is remembered, nobody is kept out."""

import pytest
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache

NOBODY_THERE = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}


def test_only_one_is_the_first():
    assert cache.add("test_cache", 1, timeout=5)
    assert not cache.add("test_cache", 1, timeout=5)
    cache.delete("test_cache")


@pytest.fixture
def without_redis(settings):
    settings.CACHES = NOBODY_THERE


def test_without_redis_everybody_is_the_first(without_redis):
    assert cache.add("test_cache", 1)
    assert cache.add("test_cache", 1)
    assert cache.get("test_cache") is None


def test_without_redis_people_can_log_in(without_redis, rf):
    rates = {"login": "1/m/key"}
    for _ in range(2):
        assert ratelimit.consume(rf.post("/"), app="allauth.account", action="login", key="sam", config=rates)
