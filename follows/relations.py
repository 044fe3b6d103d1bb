"""What two accounts are to each other, as one viewer sees it: the one place where states become labels."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Relation:
    """A viewer's relation to an account. `version` is the id of the newest event between the two; of two relations,
    the one with the higher version is the truer."""

    viewer_id: int | None
    account_id: int
    state: str = ""  # "", "requested" or "active": the viewer's edge
    follows_me: bool = False
    notify: str = "all"
    blocking: bool = False
    blocked_by: bool = False
    version: int = 0
    muted: bool = False

    @property
    def is_self(self) -> bool:
        return self.viewer_id == self.account_id

    @property
    def following(self) -> bool:
        return self.state == "active"

    @cached_property
    def button(self) -> str:
        """The state of the follow button: every surface renders this one word."""
        if self.is_self:
            return "self"
        if self.blocking:
            return "blocked"
        if self.state:
            return {"active": "following", "requested": "requested"}[self.state]
        return "follow_back" if self.follows_me else "follow"

    @property
    def label(self) -> str:
        return LABELS[self.button]

    @property
    def intent(self) -> str:
        """What a tap would do, where the label does not say it."""
        return INTENTS.get(self.button, "")

    @property
    def icon(self) -> str:
        return ICONS[self.button]


LABELS = {
    "self": "",
    "blocked": _("Unblock"),
    "following": _("Following"),
    "requested": _("Requested"),
    "follow_back": _("Follow back"),
    "follow": _("Follow"),
}
INTENTS = {"following": _("Unfollow"), "requested": _("Cancel request")}
ICONS = {
    "self": "user",
    "blocked": "block",
    "following": "check",
    "requested": "clock",
    "follow_back": "plus",
    "follow": "plus",
}


@dataclass(frozen=True)
class Counts:
    """An account's exact counts, as of the statement that read them."""

    followers: int = 0
    following: int = 0
    requests: int = 0
