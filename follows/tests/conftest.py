"""The cast of the follow graph's tests, and the truth that stands after each act."""

from collections.abc import Iterator

import pytest

from follows.tests.truth import assert_graph_is_true


@pytest.fixture
def truth() -> Iterator[None]:
    """Asked for by whole files: whatever a test did, count = list = rows = events afterwards."""
    yield
    assert_graph_is_true()
