"""What feeds, notifications and their creators read."""

from feeds.selectors.cards import Card, cards
from feeds.selectors.following import (
    PAGE_SIZE,
    following_page,
    following_videos,
    posted_lately,
    pulled_videos,
)
from feeds.selectors.notices import Notice, notifications_page, unread_count
from feeds.selectors.telling import recipients, unfinished_fan_outs

__all__ = [
    "PAGE_SIZE",
    "Card",
    "Notice",
    "cards",
    "following_page",
    "following_videos",
    "notifications_page",
    "posted_lately",
    "pulled_videos",
    "recipients",
    "unfinished_fan_outs",
    "unread_count",
]
