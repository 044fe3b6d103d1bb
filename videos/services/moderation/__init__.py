"""What people report and moderators decide. Locks are taken in one order: the account concerned, its case, the thing; each
act is one transaction with its effect, its `Decision` and its `ModerationEvent`."""

from videos.services.moderation.appeals import appeal, judge
from videos.services.moderation.cases import look, open_case, release, take
from videos.services.moderation.deciding import confirm, decide, turn_down
from videos.services.moderation.directly import act_on, put_back
from videos.services.moderation.flagging import flag_storm
from videos.services.moderation.lifting import lift, lift_due
from videos.services.moderation.reporting import flag, notify, report

__all__ = [
    "act_on",
    "appeal",
    "confirm",
    "decide",
    "flag",
    "flag_storm",
    "judge",
    "lift",
    "lift_due",
    "look",
    "notify",
    "open_case",
    "put_back",
    "release",
    "report",
    "take",
    "turn_down",
]
