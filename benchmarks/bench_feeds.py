"""The Following feed: whether what it costs depends on how many are followed, and how far it is from the statements
alone. Only ratios taken side by side in one run count."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from feeds.selectors import following_page, overview
from feeds.sql.feed import FUNCTIONS, PROBES
from feeds.tests.many import SIZES, make_viewers

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
ROUNDS = 100
PAGE = 50


class Cost(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


def costs(acts: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, Cost]:
    """Taken in turns, so that what disturbs one disturbs all."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _ in range(rounds):
        for name, act in acts.items():
            began = time.perf_counter()
            act()
            taken[name].append((time.perf_counter() - began) * 1000)
    return {name: Cost(statistics.median(some), sorted(some)[int(len(some) * 0.95)]) for name, some in taken.items()}


def at_page(viewer: User, number: int) -> str:
    """The cursor of that page."""
    cursor = ""
    for _ in range(number - 1):
        cursor = following_page(viewer.pk, cursor=cursor).next_cursor
    assert cursor or number == 1
    return cursor


def statements(page: Callable[[], object], **renamed: str) -> Callable[[], object]:
    """What a page asks the database, and nothing made of the rows."""
    with CaptureQueriesContext(connection) as queries:
        page()
    asked = [query["sql"] for query in queries]
    for name, other in renamed.items():
        asked = [sql.replace(name, other) for sql in asked]

    def run() -> None:
        with connection.cursor() as cursor:
            for sql in asked:
                cursor.execute(sql)
                cursor.fetchall()

    return run


def plan_anew() -> None:
    """The same functions, planned for their values at each call."""
    functions = FUNCTIONS.replace(PROBES, "SET plan_cache_mode = force_custom_plan")
    with connection.cursor() as cursor:
        cursor.execute(functions.replace("FUNCTION feeds_", "FUNCTION pg_temp.anew_"))


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("pulled", [0, 1])
def test_pages_of_the_following_feed(pulled: int) -> None:
    viewers = make_viewers(pulled=pulled)
    plan_anew()
    print(f"\n{pulled} in 100 creators pull-only. Milliseconds, p50 / p95")
    print(
        f"{'':22} {'selector':>13} {'statements':>13} {'planned anew':>13}  p95 ÷ statements   page by the test client"
    )
    taken: dict[int, list[float]] = {1: [], PAGE: []}
    for kind, number in ((kind, number) for kind in ("sparse", "dense") for number in taken):
        for size in SIZES:
            viewer = getattr(viewers, kind)[size]
            cursor = at_page(viewer, number)
            client = Client()
            client.force_login(viewer)
            address = reverse("feeds:following_feed") + (f"?after={cursor}" if cursor else "")
            selector_of_page = partial(following_page, viewer.pk, cursor=cursor)
            cost = costs(
                {
                    "selector": selector_of_page,
                    "statements": statements(selector_of_page),
                    "anew": statements(selector_of_page, feeds_following="pg_temp.anew_following"),
                    "page": partial(client.get, address),
                }
            )
            selector, raw, anew, whole = cost.values()
            taken[number].append(selector.p50)
            print(
                f"{kind:6} {size:7,} page {number:2} {selector!s:>13} {raw!s:>13} {anew!s:>13}"
                f" {selector.p95 / raw.p95:17.1f} {whole!s:>24}"
            )
    for number, some in taken.items():
        print(f"page {number}: the slowest is {max(some) / min(some):.1f} × the fastest")
    everything = [each for some in taken.values() for each in some]
    print(f"all pages: {max(everything) / min(everything):.1f} ×")


@pytest.mark.timeout(600)
def test_what_the_navigation_reads() -> None:
    viewers = make_viewers()
    print(f"\n{'':16} {'badge and posted lately':>24}")
    for kind, size in ((kind, size) for kind in ("sparse", "dense") for size in SIZES):
        viewer = getattr(viewers, kind)[size]
        cost = costs({"overview": partial(overview, viewer.pk)})
        print(f"{kind:6} {size:7,}   {cost['overview']!s:>24}")
