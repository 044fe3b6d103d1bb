"""Numbers as they stand in sentences."""

from django.utils.formats import number_format


def exact(value: int | None) -> str:
    """12304 → 12,304, or 12.304 where that is how numbers are written."""
    return number_format(value or 0, force_grouping=True)
