"""What the follow button's template is told, on a page as in an answer."""

from typing import Any

from accounts.models import User
from follows import selectors
from follows.relations import Relation

PLACE_LENGTH = 30
TOOLS = {"bell", "menu", "remove", "unmute"}  # what stands beside the button


def button_context(account: User, relation: Relation, *, place: str, tools: str = "", size: str = "") -> dict[str, Any]:
    """`place` tells two buttons of a page apart; up to its hyphen it is a word of `origins.Source`."""
    wanted = TOOLS & set(tools.split())
    mute = selectors.mute_of(relation.viewer_id, account.pk) if relation.muted and "menu" in wanted else None
    return {
        "account": account,
        "relation": relation,
        "place": (place or "profile")[:PLACE_LENGTH],
        "tools": " ".join(sorted(wanted)),
        "size": size,
        "mute": mute,
    }
