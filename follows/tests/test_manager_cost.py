"""What the Following Manager's pages cost at a hundred and at ten thousand follows. Read from plans, in blocks, never in
time: a plan that reads rows, or walks what it need not, shows on any machine."""

import json
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from follows.selectors import FILTERS, SORTS, Wanted, count_matching
from follows.selectors.manager import EVERYONE, page_sql
from follows.tests.many import FEW, make_followers_of_many
from socialvideo.lib.pagination import PAGE_SIZE

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 10_000
ROWS = PAGE_SIZE + 1  # of a page, and one to know whether there are more


def _plan(owner: User, sort: str, wanted: Wanted = EVERYONE) -> dict[str, Any]:
    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) "
        values = wanted.values(owner.pk) | {"size": ROWS}
        cursor.execute(explain + page_sql(wanted, SORTS[sort], first=True), values)
        [[answer]] = cursor.fetchall()
    return (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]


def _blocks(plan: dict[str, Any]) -> int:
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def _scans(plan: dict[str, Any]) -> set[str]:
    """How tables are read anywhere in the plan."""
    own = {plan["Node Type"]} if "Relation Name" in plan else set()
    return own.union(*map(_scans, plan.get("Plans", [])))


def test_by_age_thousands_cost_what_a_hundred_do_and_other_orders_read_no_row():
    few, many = make_followers_of_many(2 * MANY)
    for sort in ("newest", "oldest"):  # a block for each row of the page and the way down the index, no more
        assert max(_blocks(_plan(few, sort)), _blocks(_plan(many, sort))) <= ROWS + 10
    for sort in ("name", "posted", "watched"):
        plan = _plan(many, sort)
        assert plan["Actual Rows"] == ROWS
        assert _scans(plan) == {"Index Only Scan"}, sort
        assert _blocks(plan) < 30 * _blocks(_plan(few, sort)), sort
    for name in FILTERS:  # each edge is looked at once, at worst
        assert _blocks(_plan(many, "name", Wanted(filters=frozenset({name})))) < 5 * MANY
    assert [count_matching(owner.pk, EVERYONE) for owner in (few, many)] == [FEW, MANY]
