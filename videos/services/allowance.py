"""How much work an account may make for the workers in a day: files that it sends, and videos that it has made again. What
it deletes counts all the same. A cache that is empty or away counts nothing: then the rows of the day are all there is."""

from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from videos.services.refusals import Refused

DAY_SECONDS = 24 * 3600


def count_work(account_id: int) -> None:
    cache.add(_key(account_id), 0, DAY_SECONDS)
    with suppress(ValueError):  # the day ended in between
        cache.incr(_key(account_id))


def check_work(account_id: int, *, at_least: int = 0, again: bool = False) -> None:
    """At least so much was made already. To have it made again, as often once more: what was let in can be cut. Raises
    Refused."""
    most = settings.UPLOADS_PER_DAY * (2 if again else 1)
    if max(cache.get(_key(account_id)) or 0, at_least) >= most:
        words = _(
            "You sent videos or had them made again %(number)s times in a day. That is the limit. Go on tomorrow."
        )
        raise Refused("too_many", words % {"number": most})


def _key(account_id: int) -> str:
    return f"work for {account_id}"
