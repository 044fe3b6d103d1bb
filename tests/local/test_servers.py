"""The throw-away servers themselves."""

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_postgresql_18() -> None:
    assert connection.cursor().connection.info.server_version >= 180000


def test_the_cache_is_a_real_redis() -> None:
    cache.set("seen", 1)
    assert cache.get("seen") == 1
