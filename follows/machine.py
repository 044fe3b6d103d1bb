"""The one state machine of a tie: from which state which cause leads to which. An edge is absent (""), requested or
active. The database holds it (`FollowEvent`'s constraint): what was said about a change must be able to explain it."""

from django.db.models import BooleanField, Func, TextChoices
from django.utils.translation import gettext_lazy as _

ABSENT, REQUESTED, ACTIVE = "", "requested", "active"
STATES = (ABSENT, REQUESTED, ACTIVE)


class Cause(TextChoices):
    FOLLOWED = "followed", _("followed")
    REQUESTED = "requested", _("asked to follow")
    IMPORTED = "imported", _("import")
    RESTORED = "restored", _("unfollow taken back")
    APPROVED = "approved", _("request approved")
    WENT_PUBLIC = "went_public", _("account became public")
    DECLINED = "declined", _("request declined")
    CANCELLED = "cancelled", _("request cancelled")
    UNFOLLOWED = "unfollowed", _("unfollowed")
    BELL = "bell", _("alerts changed")
    REMOVED = "removed", _("follower removed")
    BLOCKED = "blocked", _("blocked")
    UNBLOCKED = "unblocked", _("block lifted")
    ACCOUNT_DELETED = "account_deleted", _("account deleted")
    MODERATOR = "moderator", _("a moderator's act")
    UNATTRIBUTED = "unattributed", _("not said")


_BEGINS = {(ABSENT, ACTIVE), (ABSENT, REQUESTED)}
_ENDS = {(ACTIVE, ABSENT), (REQUESTED, ABSENT)}
_STAYS = {(ACTIVE, ACTIVE), (REQUESTED, REQUESTED)}
_ANY = {(before, after) for before in STATES for after in STATES} - {(ABSENT, ABSENT)}

TRANSITIONS: dict[str, set[tuple[str, str]]] = {
    Cause.FOLLOWED: {(ABSENT, ACTIVE)},
    Cause.REQUESTED: {(ABSENT, REQUESTED)},
    Cause.IMPORTED: _BEGINS,
    Cause.RESTORED: _BEGINS,
    Cause.APPROVED: {(REQUESTED, ACTIVE)},
    Cause.WENT_PUBLIC: {(REQUESTED, ACTIVE)},
    Cause.DECLINED: {(REQUESTED, ABSENT)},
    Cause.CANCELLED: {(REQUESTED, ABSENT)},
    Cause.UNFOLLOWED: {(ACTIVE, ABSENT)},
    Cause.BELL: _STAYS,
    Cause.REMOVED: {(ACTIVE, ABSENT)},
    # A block, made or lifted, is an event of its pair without any edge too: it moves the relation's version.
    Cause.BLOCKED: _ENDS | {(ABSENT, ABSENT)},
    Cause.UNBLOCKED: {(ABSENT, ABSENT)},
    Cause.ACCOUNT_DELETED: _ENDS | {(ABSENT, ABSENT)},
    Cause.MODERATOR: _ANY,
    Cause.UNATTRIBUTED: _ANY,
}

# The same act has another name where it meets a request: the database writes the right one.
RENAMED_BY_STATE = {
    (Cause.FOLLOWED, ABSENT, REQUESTED): Cause.REQUESTED,
    (Cause.UNFOLLOWED, REQUESTED, ABSENT): Cause.CANCELLED,
}


class IsOneOf(Func):
    """Whether what the columns say together is among `known`, one constant: PostgreSQL reads a constraint anew in every
    statement, and a condition of many parts took a fifth of a follow."""

    template = "(%(expressions)s) = ANY ('{%(known)s}'::text[])"
    arg_joiner = " || '>' || "
    output_field = BooleanField()


def is_known_transition() -> IsOneOf:
    known = sorted(f"{before}>{after}>{cause}" for cause, changes in TRANSITIONS.items() for before, after in changes)
    return IsOneOf("before", "after", "cause", known=",".join(known))


def renamed_cause_sql(cause: str) -> str:
    cases = " ".join(
        f"WHEN ({cause}, \"before\", \"after\") = ('{said}', '{before}', '{after}') THEN '{renamed}'"
        for (said, before, after), renamed in RENAMED_BY_STATE.items()
    )
    return f"CASE {cases} ELSE {cause} END"
