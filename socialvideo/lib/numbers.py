"""Numbers as they stand in sentences."""

from django.utils.formats import number_format

LEFT_TO_RIGHT = "\u200e"  # also on a page that runs the other way, where a minus would come after its number


def exact(value: int | None) -> str:
    """12304 → 12,304, or 12.304 where that is how numbers are written."""
    number = value or 0
    return (LEFT_TO_RIGHT if number < 0 else "") + number_format(number, force_grouping=True)
