"""Every act on the follow graph. Each is one writing statement that says its cause and actor; the database locks,
checks, records and counts (`triggers.py`). The reply is read afterwards in a fresh snapshot, so that it states what is
committed whether or not this very tap changed anything."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.locks import account_lock_sql
from accounts.models import User
from follows.models import Block, CreatorPulse, FollowEvent, Mute
from follows.relations import Relation
from follows.selectors import relation
from follows.signals import follow_changed

Cause = FollowEvent.Cause
P = ParamSpec("P")
R = TypeVar("R")

FOLDED_AT_ONCE = 10_000  # deltas folded in one transaction
_FOLD_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('follows fold', 0))"


class FollowRefused(Exception):
    """The database did not allow the act. `code` names the rule, `message` says in plain words what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


REFUSALS = {
    "follows_no_edge_across_a_block": ("blocked", "You cannot follow this account."),
    "follows_both_accounts_present": ("not_present", "This account is not available at the moment."),
    "follows_limit_reached": ("limit", "You follow as many accounts as one can. Unfollow some first."),
    "follows_follow_nobody_follows_themselves": ("self", "You cannot follow yourself."),
    "follows_block_nobody_blocks_themselves": ("self", "You cannot block yourself."),
    "follows_mute_nobody_mutes_themselves": ("self", "You cannot mute yourself."),
}


def refusing(service: Callable[P, R]) -> Callable[P, R]:
    """A transaction around a service, whose refusals by the database become `FollowRefused`."""
    atomic = transaction.atomic(service)

    @wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return atomic(*args, **kwargs)
        except IntegrityError as error:
            diagnosis = getattr(error.__cause__, "diag", None)
            refusal = REFUSALS.get(getattr(diagnosis, "constraint_name", None) or "")
            if refusal is None:
                raise
            raise FollowRefused(*refusal) from error

    return wrapper


def _write(statement: str, *, cause: str, actor_id: int | None, **values: int | str | None) -> int:
    """Runs one writing statement that begins with what it says of itself, and returns how many rows it changed."""
    values |= {"cause": cause, "actor": actor_id, "limit": settings.FOLLOW_LIMIT}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


_SAID = "WITH said AS MATERIALIZED (SELECT follows_say(%(cause)s, %(actor)s, %(limit)s)"
# What stands is changed under its followee's lock, taken before the edge is: whoever lets everyone in who asked holds
# that lock and comes for the edges.
_HOLDING = f"{_SAID}, pg_advisory_xact_lock_shared({account_lock_sql('%(followee)s')}))"

_FOLLOW = f"""{_SAID})
    INSERT INTO follows_follow (follower_id, followee_id) SELECT %(follower)s, %(followee)s FROM said
    ON CONFLICT (follower_id, followee_id) DO NOTHING
"""
_END = f"""{_HOLDING}
    DELETE FROM follows_follow USING said WHERE follower_id = %(follower)s AND followee_id = %(followee)s
"""
_APPROVE = f"""{_HOLDING}
    UPDATE follows_follow SET state = 'active' FROM said
    WHERE followee_id = %(followee)s AND state = 'requested' AND (%(follower)s IS NULL OR follower_id = %(follower)s)
"""
_SET_BELL = f"""{_HOLDING}
    UPDATE follows_follow SET notify = %(notify)s FROM said
    WHERE follower_id = %(follower)s AND followee_id = %(followee)s
"""


def _settled(follower: User, followee: User) -> Relation:
    follow_changed.send(Relation, follower_id=follower.pk, followee_id=followee.pk)
    return relation(follower.pk, followee.pk)


@refusing
def follow(*, follower: User, followee: User, cause: str = Cause.FOLLOWED) -> Relation:
    """Follows, or asks to where the account is private; twice is once. Two statements.

    Raises FollowRefused: a block between the two, one of them suspended or deactivated, the limit, oneself."""
    _write(_FOLLOW, cause=cause, actor_id=follower.pk, follower=follower.pk, followee=followee.pk)
    return _settled(follower, followee)


@refusing
def unfollow(*, follower: User, followee: User) -> Relation:
    """Ends the edge or takes the request back; twice is once. Two statements."""
    _write(_END, cause=Cause.UNFOLLOWED, actor_id=follower.pk, follower=follower.pk, followee=followee.pk)
    return _settled(follower, followee)


@refusing
def remove_follower(*, followee: User, follower: User) -> Relation:
    """Ends somebody's edge to oneself; they can read that it was ended by the other side."""
    _write(_END, cause=Cause.REMOVED, actor_id=followee.pk, follower=follower.pk, followee=followee.pk)
    return _settled(followee, follower)


@refusing
def approve(*, followee: User, follower: User) -> Relation:
    """Lets a request become an edge. A request taken back meanwhile stays taken back."""
    _write(_APPROVE, cause=Cause.APPROVED, actor_id=followee.pk, follower=follower.pk, followee=followee.pk)
    return _settled(followee, follower)


@refusing
def approve_everyone(*, followee_id: int, cause: str = Cause.APPROVED) -> int:
    """Lets all open requests become edges; returns how many."""
    return _write(_APPROVE, cause=cause, actor_id=followee_id, follower=None, followee=followee_id)


@refusing
def decline(*, followee: User, follower: User) -> Relation:
    """Ends a request; an edge that was approved meanwhile stays."""
    _write(
        _END + " AND state = 'requested'",
        cause=Cause.DECLINED,
        actor_id=followee.pk,
        follower=follower.pk,
        followee=followee.pk,
    )
    return _settled(followee, follower)


@refusing
def set_bell(*, follower: User, followee: User, notify: str) -> Relation:
    """Whether the follower is alerted of new videos ("all") or finds them listed ("none")."""
    _write(
        _SET_BELL,
        cause=Cause.BELL,
        actor_id=follower.pk,
        follower=follower.pk,
        followee=followee.pk,
        notify=notify,
    )
    return _settled(follower, followee)


@refusing
def block(*, blocker: User, blocked: User) -> Relation:
    """Shuts somebody out: both edges end, with their events, in the same statement."""
    Block.objects.bulk_create([Block(blocker=blocker, blocked=blocked)], ignore_conflicts=True)
    return _settled(blocker, blocked)


@refusing
def unblock(*, blocker: User, blocked: User) -> Relation:
    """Lifts the block. Ended edges do not come back by themselves."""
    Block.objects.filter(blocker=blocker, blocked=blocked).delete()
    return _settled(blocker, blocked)


@refusing
def mute(*, muter: User, muted: User, until: datetime | None = None) -> None:
    """Keeps an account's videos out of feed and notifications until a moment, or until lifted."""
    Mute.objects.bulk_create(
        [Mute(muter=muter, muted=muted, until=until)],
        update_conflicts=True,
        unique_fields=["muter", "muted"],
        update_fields=["until"],
    )
    follow_changed.send(Mute, follower_id=muter.pk, followee_id=muted.pk)


@transaction.atomic
def unmute(*, muter: User, muted: User) -> None:
    Mute.objects.filter(muter=muter, muted=muted).delete()
    follow_changed.send(Mute, follower_id=muter.pk, followee_id=muted.pk)


@transaction.atomic
def report_publication(*, account_id: int, published_at: datetime, recent_from: int) -> None:
    """Told by `videos` under the creator's lock: when they last published, and from which publication on a new
    follow shows their videos."""
    CreatorPulse.objects.bulk_create(
        [CreatorPulse(account_id=account_id, last_published_at=published_at, recent_from=recent_from)],
        update_conflicts=True,
        unique_fields=["account_id"],
        update_fields=["last_published_at", "recent_from"],
    )


_FOLD = """
    WITH folded AS (
        DELETE FROM follows_countdelta
        WHERE id IN (SELECT id FROM follows_countdelta ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING account_id, followers, following, requests
    ), summed AS (
        INSERT INTO follows_followcount AS c (account_id, followers, following, requests)
        SELECT account_id, sum(followers), sum(following), sum(requests)
        FROM folded WHERE EXISTS (SELECT 1 FROM accounts_user WHERE id = account_id)
        GROUP BY account_id ORDER BY account_id
        ON CONFLICT (account_id) DO UPDATE SET followers = c.followers + EXCLUDED.followers,
            following = c.following + EXCLUDED.following, requests = c.requests + EXCLUDED.requests
    )
    SELECT count(*) FROM folded
"""


@transaction.atomic
def fold_counts(*, at_most: int = FOLDED_AT_ONCE) -> int:
    """Moves deltas into the counts; returns how many. A second folder at the same time finds the lock taken and
    leaves. What a reader sees does not change: the sum is the same before and after."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD, [at_most])
        return int(cursor.fetchone()[0])
