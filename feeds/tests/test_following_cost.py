"""What a page of the Following feed costs with a hundred and with ten thousand follows, at its beginning and far down. Read
from plans, in blocks, never in time: a plan that walks what it need not shows on any machine."""

import json
import math
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from feeds.selectors.following import COUNTED, PAGE_SIZE, ROWS, TOP, following_page, read, start_of
from feeds.tests.many import SIZES, Viewers, make_viewers, pull

pytestmark = pytest.mark.django_db(transaction=True)
DEEP = 500  # rows down: page 50
INDEX = 5  # blocks from an index's root to a row, at most


def blocks(function: str, *values: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT * FROM {function}", values)
        [[answer]] = cursor.fetchall()
    plan: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def page(viewer: User, below: int) -> int:
    return blocks("feeds_following(%s, %s, %s, 0)", viewer.pk, below, ROWS)


def deep(viewer: User) -> int:
    below = TOP
    for _ in range(math.ceil(DEEP / ROWS)):
        _, publication_ids, _ = read(viewer.pk, below, ROWS)
        below = publication_ids[-1]
    return below


def test_a_page_costs_its_rows_whoever_reads_it_and_however_far_down() -> None:
    viewers = make_viewers()
    pages_cost_their_rows(viewers, pulled=0)
    pull(1)
    pages_cost_their_rows(viewers, pulled=1)


def pages_cost_their_rows(viewers: Viewers, *, pulled: int) -> None:
    """`pulled` in a hundred creators are pull-only: each that is followed costs a probe."""
    pages = []
    for viewer in (*viewers.sparse.values(), *viewers.dense.values()):
        page(viewer, TOP)  # plans the function
        of_rows = ROWS * (1 + 2 * INDEX)  # an entry, its edge, whether it is muted
        of_pulled = 2 * INDEX * 2 * max(SIZES) * pulled // 100
        for below in (TOP, deep(viewer)):
            pages.append(page(viewer, below))
            assert pages[-1] <= of_rows + of_pulled, (viewer.handle, below)
        seen = blocks("feeds_overview(%s, %s, %s)", viewer.pk, ROWS, COUNTED)
        assert seen <= COUNTED + (ROWS + COUNTED // 2) * 2 * INDEX + of_pulled, viewer.handle
        first = following_page(viewer.pk)
        assert len(first.items) == PAGE_SIZE
        assert start_of(first.next_cursor) == first.items[-1].video.publication.pk
    assert max(pages) <= 2 * min(pages)
