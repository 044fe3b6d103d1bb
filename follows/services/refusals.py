"""How an act is refused: the database names the rule, a service says it in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

P = ParamSpec("P")
R = TypeVar("R")


class FollowRefused(Exception):
    """The database did not allow the act. `code` names the rule, `message` says in plain words what to do."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)


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
    refusal = REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
    return FollowRefused(*refusal) if refusal else None


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
