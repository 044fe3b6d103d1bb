"""The follow history in the words of the follower: one sentence for each cause and each change that it may make. What the
other side did is told alike: a block that ended a follow reads as its removal, one that met a request as a refusal."""

from follows.machine import ABSENT, ACTIVE, REQUESTED, Cause

Change = tuple[str, str]  # before, after

BEGINS, ASKS = (ABSENT, ACTIVE), (ABSENT, REQUESTED)
ADMITTED, SET_BACK = (REQUESTED, ACTIVE), (ACTIVE, REQUESTED)
ENDS, REFUSED = (ACTIVE, ABSENT), (REQUESTED, ABSENT)
STANDS, WAITS = (ACTIVE, ACTIVE), (REQUESTED, REQUESTED)
NOTHING = (ABSENT, ABSENT)

_ALERTS = {STANDS: "You turned alerts of {who} {bell}", WAITS: "You turned alerts of {who} {bell}"}
# Where nobody is named as having done it.
_HAPPENED = {
    BEGINS: "Your follow of {who} began",
    ASKS: "A request to {who} was made for you",
    ADMITTED: "Your request to {who} was approved",
    SET_BACK: "Your follow of {who} became a request",
    ENDS: "Your follow of {who} ended",
    REFUSED: "Your request to {who} ended",
    STANDS: "Alerts of {who} were turned {bell}",
    WAITS: "Alerts of {who} were turned {bell}",
}

SENTENCES: dict[str, dict[Change, str]] = {
    Cause.FOLLOWED: {BEGINS: "You followed {who}"},
    Cause.REQUESTED: {ASKS: "You asked to follow {who}"},
    Cause.IMPORTED: {BEGINS: "You followed {who} by an import", ASKS: "You asked to follow {who} by an import"},
    Cause.RESTORED: {BEGINS: "You followed {who} again, as before", ASKS: "You asked to follow {who} again"},
    Cause.APPROVED: {ADMITTED: "{who} approved your request"},
    Cause.WENT_PUBLIC: {ADMITTED: "{who} became public, so your request was approved"},
    Cause.DECLINED: {REFUSED: "{who} declined your request"},
    Cause.CANCELLED: {REFUSED: "You took your request to {who} back"},
    Cause.UNFOLLOWED: {ENDS: "You unfollowed {who}"},
    Cause.BELL: _ALERTS,
    Cause.REMOVED: {ENDS: "{who} ended your follow"},
    Cause.BLOCKED: {
        NOTHING: "You blocked {who}",
        ENDS: "You blocked {who}, which ended your follow",
        REFUSED: "You blocked {who}, which took your request back",
    },
    Cause.UNBLOCKED: {NOTHING: "You unblocked {who}"},
    Cause.ACCOUNT_DELETED: {
        ENDS: "An account that you followed was deleted, which ended your follow",
        REFUSED: "An account that you had asked to follow was deleted, which ended your request",
        NOTHING: "An account that you had blocked was deleted",
    },
    Cause.MODERATOR: {change: f"{words}, by a moderator" for change, words in _HAPPENED.items()},
    Cause.UNATTRIBUTED: {change: f"{words}; by whom was not recorded" for change, words in _HAPPENED.items()},
}


def cause_as_told(cause: str, change: Change, *, by_me: bool) -> str:
    """The cause as the follower may read it."""
    if cause == Cause.BLOCKED and not by_me:
        return Cause.REMOVED if change == ENDS else Cause.DECLINED
    return cause


def sentence(cause: str, change: Change, notify: str) -> str:
    """With {who} where the other account's name belongs, if it does."""
    return SENTENCES[cause][change].replace("{bell}", {"all": "on", "none": "off"}[notify])
