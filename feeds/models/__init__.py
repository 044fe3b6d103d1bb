"""What each account was told and what it did with it, how it wants to be told, and what For You is made of."""

from feeds.models.for_you import Dismissal, Heat, Impression, Interest, NotInterested, Related, SourceHour, Taste
from feeds.models.health import AuditRun, Pulse
from feeds.models.inbox import EarlyEntry, InboxEntry, InboxHorizon, Reach, ReachDelta
from feeds.models.mentions import HeldMention, StrangerTold
from feeds.models.notices import NoticeChoice, Notification
from feeds.models.outgoing import (
    Digest,
    DigestLine,
    DigestPlan,
    Letter,
    Push,
    PushKey,
    PushSubscription,
    PushWalk,
    SummaryPlan,
)

__all__ = [
    "AuditRun",
    "Digest",
    "DigestLine",
    "DigestPlan",
    "Dismissal",
    "EarlyEntry",
    "Heat",
    "HeldMention",
    "Impression",
    "InboxEntry",
    "InboxHorizon",
    "Interest",
    "Letter",
    "NotInterested",
    "NoticeChoice",
    "Notification",
    "Pulse",
    "Push",
    "PushKey",
    "PushSubscription",
    "PushWalk",
    "Reach",
    "ReachDelta",
    "Related",
    "SourceHour",
    "StrangerTold",
    "SummaryPlan",
    "Taste",
]
