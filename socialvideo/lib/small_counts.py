"""Parts of a whole that may be shown without telling what few people did. Pure."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

SHOWN_FROM = 10

K = TypeVar("K", bound=Hashable)


def discreet(parts: Mapping[K, int]) -> dict[K, int | None]:
    """The parts that are not 0, with None in place of those below 10. Whoever knows the whole, which is shown beside them,
    works none of these out: so much is hidden with them, the smallest first, that each could be something else too; or
    everything."""
    limits = sorted({SHOWN_FROM, *(number + 1 for number in parts.values() if number >= SHOWN_FROM)})
    limit = next((limit for limit in limits if _hides(parts.values(), limit)), 0)
    return {key: number if number >= limit else None for key, number in parts.items() if number and limit}


def _hides(numbers: Iterable[int], limit: int) -> bool:
    """Whether those below the limit could be others: not all of them are as small as can be, nor all as large."""
    hidden = [number for number in numbers if 0 < number < limit]
    whole, many = sum(hidden), len(hidden)
    return not many or (many > 1 and whole >= SHOWN_FROM + many and whole != (SHOWN_FROM - 1) * many)
