"""Pages of the Following Manager at a hundred and at ten thousand follows, side by side: in blocks, which decide, and in
milliseconds."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from follows.models import Follow
from follows.selectors import SORTS, manager_page
from follows.selectors.manager import EVERYONE, Sort, page_sql
from follows.tests.many import make_followers_of_many

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
ROUNDS = 15
MOST = 30  # times what a hundred cost


def blocks(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def milliseconds(act: Callable[[], object]) -> float:
    def once() -> float:
        began = time.perf_counter()
        act()
        return (time.perf_counter() - began) * 1000

    return statistics.median(once() for _ in range(ROUNDS))


def test_pages_of_the_following_manager() -> None:
    few, many = make_followers_of_many(20_000)
    assert Follow.objects.of_follower(many.pk).count() == 100 * Follow.objects.of_follower(few.pk).count()
    print(f"\n{'order':8} {'blocks of 100':>14} {'of 10,000':>10} {'ratio':>6}   {'ms':>5} {'ms':>6} {'ratio':>6}")
    for name, sort in SORTS.items():

        def cost(owner: User, sort: Sort = sort) -> int:
            return blocks(page_sql(EVERYONE, sort, first=True), EVERYONE.values(owner.pk) | {"size": 31})

        def page(owner: User, name: str = name) -> float:
            return milliseconds(lambda: manager_page(owner.pk, sort=name))

        small, large, quick, slow = cost(few), cost(many), page(few), page(many)
        ratio = f"{large / small:6.1f}   {quick:5.1f} {slow:6.1f} {slow / quick:6.1f}"
        print(f"{name:8} {small:14,} {large:10,} {ratio}")
        assert large < MOST * small
