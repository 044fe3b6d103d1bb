"""The address that a feed reports to which cards were seen, and how such a report is read. A beacon can carry no token, so
the address itself says, signed, whose feed it is; it is worth nothing to anybody else."""

import re
from collections.abc import Iterable

from django.core import signing
from django.urls import reverse

_SALT = "feeds.seeing"
_SHOWN = re.compile(r"([1-9]\d{0,17}):([a-z_]{1,20})", re.ASCII)
VALID_SECONDS = 24 * 3600
MOST = 100  # videos in a report


def seen_url(viewer_id: int) -> str:
    return reverse("feeds:seen", args=[signing.dumps(viewer_id, salt=_SALT)])


def whose(token: str) -> int | None:
    """None for a forged or old address."""
    try:
        return int(signing.loads(token, salt=_SALT, max_age=VALID_SECONDS))
    except signing.BadSignature:
        return None


def shown(said: Iterable[str]) -> dict[int, str]:
    """Videos with the source that brought them: of "<video>:<source>" what can be read."""
    found = [match for value in list(said)[:MOST] if (match := _SHOWN.fullmatch(value))]
    return {int(match[1]): match[2] for match in found}


def ids(said: Iterable[str]) -> list[int]:
    return [int(value) for value in list(said)[:MOST] if re.fullmatch(r"[1-9]\d{0,17}", value, re.ASCII)]
