"""How an act is refused: the database names the rule, a service says it in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from follows.signals import follows_slowed
from socialvideo.lib.numbers import exact
from socialvideo.lib.rates import in_minutes

P = ParamSpec("P")
R = TypeVar("R")


class FollowRefused(Exception):
    """The database did not allow the act. `code` names the rule, `message` says in plain words what to do. `wait`: in so
    many seconds it does."""

    def __init__(self, code: str, message: object, wait: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
        self.wait = wait


REFUSALS = {
    "follows_no_edge_across_a_block": ("blocked", _("You cannot follow this account.")),
    "follows_both_accounts_present": ("not_present", _("This account is not available at the moment.")),
    "follows_limit_reached": ("limit", _("You follow as many accounts as one can. Unfollow some first.")),
    "follows_follow_nobody_follows_themselves": ("self", _("You cannot follow yourself.")),
    "follows_block_nobody_blocks_themselves": ("self", _("You cannot block yourself.")),
    "follows_mute_nobody_mutes_themselves": ("self", _("You cannot mute yourself.")),
}


def refusal_of(error: IntegrityError) -> FollowRefused | None:
    """What the database's refusal means in words; None where it is no rule of following."""
    diagnosis = getattr(error.__cause__, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or ""
    if diagnosis and rule == "follows_not_in_a_storm":
        return _too_fast(int(diagnosis.message_detail))
    refusal = REFUSALS.get(rule)
    return FollowRefused(*refusal) if refusal else None


def _too_fast(wait: int) -> FollowRefused:
    said = gettext("You followed %(number)s accounts within an hour. You can follow more in %(time)s. Nothing is lost.")
    words = said % {"number": exact(settings.FOLLOWS_PER_HOUR), "time": in_minutes(wait)}
    return FollowRefused("too_fast", words, wait)


@contextmanager
def in_words() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def refusing(service: Callable[P, R]) -> Callable[P, R]:
    """A transaction around a service, whose refusals by the database become `FollowRefused`."""
    return in_words()(transaction.atomic(service))


def refusing_at_once(service: Callable[P, R]) -> Callable[P, R]:
    """The same for a service of one statement, which is a transaction by itself unless one is under way: locks are held
    for no trip longer than the statement."""

    @wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with in_words(), transaction.atomic() if connection.in_atomic_block else nullcontext():
            return service(*args, **kwargs)

    return wrapper


def slowing(service: Callable[P, R]) -> Callable[P, R]:
    """Around a service that follows, outside of its transaction: that a storm was slowed is told though nothing is done."""

    @wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except FollowRefused as refused:
            if refused.wait:
                follower: Any = kwargs["follower"]
                follows_slowed.send(FollowRefused, account_id=follower.pk, number=settings.FOLLOWS_PER_HOUR)
            raise

    return wrapper
