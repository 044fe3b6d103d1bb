"""Every act between two accounts. Each is one writing statement that says its cause and actor; the database locks,
checks, records and counts (`triggers.py`). The reply is read after it in a fresh snapshot, so that it states what is
committed whether or not this very tap changed anything; following and unfollowing read it in the same round trip."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.locks import account_lock_sql
from accounts.models import User
from follows.machine import Cause
from follows.models import Follow, Mute
from follows.origins import NOWHERE, Origin
from follows.relations import Relation
from follows.selectors import relation
from follows.services.refusals import refusing, refusing_at_once, slowing
from follows.services.statements import FOLLOW_AGAIN, RESTORE, SAYING, Values, fetch, run, said
from follows.signals import edges_changed, follow_changed
from follows.triggers import tie_locks_sql

_FOLLOW = """
    SELECT * FROM follows_make_edge(
        follows_unhurried(%(follower)s, %(followee)s, %(most)s),
        %(followee)s, %(cause)s, %(limit)s, %(source)s, %(device)s, %(session)s)
"""
_UNHURRIED = "SELECT follows_unhurried(%(follower)s, %(followee)s, %(most)s)"
_END = """
    SELECT * FROM follows_end_edge(
        %(follower)s, %(followee)s, %(state)s, %(cause)s, %(actor)s, %(source)s, %(device)s, %(session)s)
"""
_HOLDING = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING}, {tie_locks_sql("%(follower)s", "%(followee)s")})
"""
_APPROVE = f"""{_HOLDING}
    UPDATE follows_follow SET state = 'active' FROM said
    WHERE follower_id = %(follower)s AND followee_id = %(followee)s AND state = 'requested'
"""
_APPROVE_EVERYONE = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING}, pg_advisory_xact_lock({account_lock_sql("%(followee)s")}))
    UPDATE follows_follow SET state = 'active' FROM said WHERE followee_id = %(followee)s AND state = 'requested'
"""
_SET_BELL = f"""{_HOLDING}
    UPDATE follows_follow SET notify = %(notify)s FROM said
    WHERE follower_id = %(follower)s AND followee_id = %(followee)s
"""
_BLOCK = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING})
    INSERT INTO follows_block (blocker_id, blocked_id) SELECT %(blocker)s, %(blocked)s FROM said
    ON CONFLICT (blocker_id, blocked_id) DO NOTHING
"""
_UNBLOCK = f"""
    WITH said AS MATERIALIZED (SELECT {SAYING})
    DELETE FROM follows_block USING said WHERE blocker_id = %(blocker)s AND blocked_id = %(blocked)s
"""


def _settled(actor: User, other: User, *, alone: bool = False) -> Relation:
    return _announced(relation(actor.pk, other.pk), actor, other, alone=alone)


def _announced(settled: Relation, actor: User, other: User, *, alone: bool = False) -> Relation:
    follow_changed.send(Relation, follower_id=actor.pk, followee_id=other.pk, version=settled.version, alone=alone)
    return settled


@slowing
@refusing_at_once
def follow(*, follower: User, followee: User, cause: str = Cause.FOLLOWED, origin: Origin = NOWHERE) -> Relation:
    """Follows, or asks to where the account is private; twice is once. One statement.

    Raises FollowRefused: a block between the two, one of them suspended or deactivated, the limit, oneself, or, for a
    while, more than FOLLOWS_PER_HOUR."""
    pair = {"follower": follower.pk, "followee": followee.pk, "most": settings.FOLLOWS_PER_HOUR}
    [row] = fetch(_FOLLOW, **pair, **said(cause, follower.pk, origin))
    return _announced(Relation(follower.pk, *row), follower, followee)


def _end(follower: User, followee: User, actor: User, say: Values, state: str = "") -> Relation:
    [row] = fetch(_END, follower=follower.pk, followee=followee.pk, state=state, **say)
    return _announced(Relation(actor.pk, *row), actor, follower if actor == followee else followee)


@refusing_at_once
def unfollow(*, follower: User, followee: User, origin: Origin = NOWHERE) -> Relation:
    """Ends the edge or takes the request back; twice is once. One statement."""
    return _end(follower, followee, follower, said(Cause.UNFOLLOWED, follower.pk, origin))


@refusing
def restore(*, follower: User, followee: User, origin: Origin = NOWHERE) -> Relation:
    """Takes one's own unfollow back: the edge is as it was, bell and date included. A private account is asked again.
    What ended otherwise, or stands again, is left alone. Raises FollowRefused as `follow` does."""
    run(RESTORE, follower=follower.pk, followees=[followee.pk], **said(Cause.RESTORED, follower.pk, origin))
    return _settled(follower, followee)


@slowing
@refusing
def follow_again(*, follower: User, followee: User, origin: Origin = NOWHERE) -> Relation:
    """Follows somebody whom one has unblocked: an edge that one's own block ended comes back with its bell and date, for
    a block taken back leaves nothing behind. Raises FollowRefused as `follow` does."""
    pair = {"follower": follower.pk, "followee": followee.pk}
    run(_UNHURRIED, **pair, most=settings.FOLLOWS_PER_HOUR)
    run(FOLLOW_AGAIN, **pair, **said(Cause.FOLLOWED, follower.pk, origin))
    return _settled(follower, followee)


@refusing_at_once
def remove_follower(*, followee: User, follower: User, origin: Origin = NOWHERE) -> Relation:
    """Ends somebody's edge to oneself; they can read that it was ended by the other side."""
    return _end(follower, followee, followee, said(Cause.REMOVED, followee.pk, origin), Follow.State.ACTIVE)


@refusing
def approve(*, followee: User, follower: User, origin: Origin = NOWHERE) -> Relation:
    """Lets a request become an edge. A request taken back meanwhile stays taken back."""
    run(_APPROVE, follower=follower.pk, followee=followee.pk, **said(Cause.APPROVED, followee.pk, origin))
    return _settled(followee, follower)


@refusing
def approve_everyone(*, followee_id: int, cause: str = Cause.APPROVED, origin: Origin = NOWHERE) -> int:
    """Lets all open requests become edges; returns how many."""
    approved = run(_APPROVE_EVERYONE, followee=followee_id, **said(cause, followee_id, origin))
    edges_changed.send(Follow)
    return approved


@refusing_at_once
def decline(*, followee: User, follower: User, origin: Origin = NOWHERE) -> Relation:
    """Ends a request; an edge that was approved meanwhile stays."""
    return _end(follower, followee, followee, said(Cause.DECLINED, followee.pk, origin), Follow.State.REQUESTED)


@refusing
def set_bell(*, follower: User, followee: User, notify: str, origin: Origin = NOWHERE) -> Relation:
    """Whether the follower is alerted of new videos ("all") or finds them listed ("none")."""
    run(
        _SET_BELL,
        follower=follower.pk,
        followee=followee.pk,
        notify=notify,
        **said(Cause.BELL, follower.pk, origin),
    )
    return _settled(follower, followee, alone=True)


@refusing
def block(*, blocker: User, blocked: User, origin: Origin = NOWHERE) -> Relation:
    """Shuts somebody out: both edges end, with their events, in the same statement."""
    run(_BLOCK, blocker=blocker.pk, blocked=blocked.pk, **said(Cause.BLOCKED, blocker.pk, origin))
    return _settled(blocker, blocked)


@refusing
def unblock(*, blocker: User, blocked: User, origin: Origin = NOWHERE) -> Relation:
    """Lifts the block. Ended edges do not come back by themselves: `selectors.ended_by_block` says what to offer."""
    run(_UNBLOCK, blocker=blocker.pk, blocked=blocked.pk, **said(Cause.UNBLOCKED, blocker.pk, origin))
    return _settled(blocker, blocked, alone=True)


@refusing
def mute(*, muter: User, muted: User, until: datetime | None = None) -> None:
    """Keeps an account's videos out of feed and notifications until a moment, or until lifted."""
    Mute.objects.bulk_create(
        [Mute(muter=muter, muted=muted, until=until)],
        update_conflicts=True,
        unique_fields=["muter", "muted"],
        update_fields=["until"],
    )
    follow_changed.send(Mute, follower_id=muter.pk, followee_id=muted.pk, version=None, alone=True)


@transaction.atomic
def unmute(*, muter: User, muted: User) -> None:
    Mute.objects.filter(muter=muter, muted=muted).delete()
    follow_changed.send(Mute, follower_id=muter.pk, followee_id=muted.pk, version=None, alone=True)
