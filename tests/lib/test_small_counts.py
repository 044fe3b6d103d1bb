"""What is hidden cannot be worked out, not even by who knows how things are hidden and what they sum up to."""

from collections import defaultdict
from itertools import product

from socialvideo.lib.small_counts import SHOWN_FROM, discreet


def test_each_hidden_part_could_be_something_else():
    """Of all tables of three parts up to 24 each: those that look alike, with the same sum, differ in each hidden part."""
    alike = defaultdict(list)
    for numbers in product(range(25), repeat=3):
        parts = dict(zip("abc", numbers, strict=True))
        shown = discreet(parts)
        assert all(number is None or number >= SHOWN_FROM for number in shown.values())
        alike[sum(numbers), tuple(sorted(shown.items()))].append((parts, shown))
    for tables in alike.values():
        parts, shown = tables[0]
        unsaid = [key for key in parts if parts[key] and shown.get(key) is None]
        assert all(len({parts[key] for parts, _ in tables}) > 1 for key in unsaid), tables


def test_what_is_large_is_shown_and_what_is_not_there_is_left_out():
    assert discreet({"a": 10, "b": 400, "c": 0}) == {"a": 10, "b": 400}
    assert discreet({"a": 10, "b": 400, "c": 3}) == {"a": None, "b": 400, "c": None}
    assert discreet({"a": 4}) == discreet({"a": 4, "b": 5}) == discreet({}) == {}
