"""The follow history in the words of the follower: one sentence for each cause and each change that it may make. What the
other side did is told alike: a block that ended a follow reads as its removal, one that met a request as a refusal."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from follows.machine import ABSENT, ACTIVE, REQUESTED, Cause

Change = tuple[str, str]  # before, after

BEGINS, ASKS = (ABSENT, ACTIVE), (ABSENT, REQUESTED)
ADMITTED, SET_BACK = (REQUESTED, ACTIVE), (ACTIVE, REQUESTED)
ENDS, REFUSED = (ACTIVE, ABSENT), (REQUESTED, ABSENT)
STANDS, WAITS = (ACTIVE, ACTIVE), (REQUESTED, REQUESTED)
NOTHING = (ABSENT, ABSENT)

_ALERTS = {"all": _("You turned alerts of %(who)s on"), "none": _("You turned alerts of %(who)s off")}
_MODERATED_ALERTS = {
    "all": _("Alerts of %(who)s were turned on, by a moderator"),
    "none": _("Alerts of %(who)s were turned off, by a moderator"),
}
_NOBODYS_ALERTS = {
    "all": _("Alerts of %(who)s were turned on; by whom was not recorded"),
    "none": _("Alerts of %(who)s were turned off; by whom was not recorded"),
}

SENTENCES: dict[str, dict[Change, Any]] = {
    Cause.FOLLOWED: {BEGINS: _("You followed %(who)s")},
    Cause.REQUESTED: {ASKS: _("You asked to follow %(who)s")},
    Cause.IMPORTED: {
        BEGINS: _("You followed %(who)s by an import"),
        ASKS: _("You asked to follow %(who)s by an import"),
    },
    Cause.RESTORED: {
        BEGINS: _("You followed %(who)s again, as before"),
        ASKS: _("You asked to follow %(who)s again"),
    },
    Cause.APPROVED: {ADMITTED: _("%(who)s approved your request")},
    Cause.WENT_PUBLIC: {ADMITTED: _("%(who)s became public, so your request was approved")},
    Cause.DECLINED: {REFUSED: _("%(who)s declined your request")},
    Cause.CANCELLED: {REFUSED: _("You took your request to %(who)s back")},
    Cause.UNFOLLOWED: {ENDS: _("You unfollowed %(who)s")},
    Cause.BELL: {STANDS: _ALERTS, WAITS: _ALERTS},
    Cause.REMOVED: {ENDS: _("%(who)s ended your follow")},
    Cause.BLOCKED: {
        NOTHING: _("You blocked %(who)s"),
        ENDS: _("You blocked %(who)s, which ended your follow"),
        REFUSED: _("You blocked %(who)s, which took your request back"),
    },
    Cause.UNBLOCKED: {NOTHING: _("You unblocked %(who)s")},
    Cause.ACCOUNT_DELETED: {
        ENDS: _("An account that you followed was deleted, which ended your follow"),
        REFUSED: _("An account that you had asked to follow was deleted, which ended your request"),
        NOTHING: _("An account that you had blocked was deleted"),
    },
    Cause.MODERATOR: {
        BEGINS: _("Your follow of %(who)s began, by a moderator"),
        ASKS: _("A request to %(who)s was made for you, by a moderator"),
        ADMITTED: _("Your request to %(who)s was approved, by a moderator"),
        SET_BACK: _("Your follow of %(who)s became a request, by a moderator"),
        ENDS: _("Your follow of %(who)s ended, by a moderator"),
        REFUSED: _("Your request to %(who)s ended, by a moderator"),
        STANDS: _MODERATED_ALERTS,
        WAITS: _MODERATED_ALERTS,
    },
    Cause.UNATTRIBUTED: {
        BEGINS: _("Your follow of %(who)s began; by whom was not recorded"),
        ASKS: _("A request to %(who)s was made for you; by whom was not recorded"),
        ADMITTED: _("Your request to %(who)s was approved; by whom was not recorded"),
        SET_BACK: _("Your follow of %(who)s became a request; by whom was not recorded"),
        ENDS: _("Your follow of %(who)s ended; by whom was not recorded"),
        REFUSED: _("Your request to %(who)s ended; by whom was not recorded"),
        STANDS: _NOBODYS_ALERTS,
        WAITS: _NOBODYS_ALERTS,
    },
}


def cause_as_told(cause: str, change: Change, *, by_me: bool) -> str:
    """The cause as the follower may read it."""
    if cause == Cause.BLOCKED and not by_me:
        return Cause.REMOVED if change == ENDS else Cause.DECLINED
    return cause


def sentence(cause: str, change: Change, notify: str) -> str:
    """With %(who)s where the other account's name belongs, if it does."""
    said = SENTENCES[cause][change]
    return str(said[notify] if isinstance(said, dict) else said)
