"""What feeds, notifications and their creators read."""

from feeds.selectors.cards import Card, cards
from feeds.selectors.following import (
    PAGE_SIZE,
    Overview,
    following_page,
    following_videos,
    overview,
    posted_lately,
    pulled_videos,
)
from feeds.selectors.notices import Notice, notifications_page, unread_count
from feeds.selectors.telling import recipients, unfinished_fan_outs

__all__ = [
    "PAGE_SIZE",
    "Card",
    "Notice",
    "Overview",
    "cards",
    "following_page",
    "following_videos",
    "notifications_page",
    "overview",
    "posted_lately",
    "pulled_videos",
    "recipients",
    "unfinished_fan_outs",
    "unread_count",
]
