"""What feeds, notifications and their creators read."""

from feeds.selectors.cards import Card, cards
from feeds.selectors.choices import Choice, choices
from feeds.selectors.delivery import Deliveries, Report, deliveries, delivery_report, every_report, reach
from feeds.selectors.devices import devices
from feeds.selectors.digests import address_of, digest_plan, summary_plan
from feeds.selectors.explore import explore_cards, explore_page, tag_count, tag_page, tags_of_the_week
from feeds.selectors.following import (
    Absent,
    Emptiness,
    Overview,
    absent_from,
    brought_lately,
    cards_of,
    emptiness,
    following_page,
    following_videos,
    overview,
    posted_lately,
    pulled_videos,
)
from feeds.selectors.notices import (
    FILTERS,
    Line,
    new_since,
    newest,
    notifications_page,
    section_at,
    unread_count,
)
from feeds.selectors.search import COUNTED, Person, TooSlow, patience, people_found, tags_found, videos_found
from feeds.selectors.suggestions import Suggestion, people_to_follow, suggestion
from feeds.selectors.telling import recipients, unfinished_fan_outs
from feeds.selectors.why import Answer, Found, explain
from feeds.selectors.wishes import tags_to_choose, turned_down_page

__all__ = [
    "COUNTED",
    "FILTERS",
    "Absent",
    "Answer",
    "Card",
    "Choice",
    "Deliveries",
    "Emptiness",
    "Found",
    "Line",
    "Overview",
    "Person",
    "Report",
    "Suggestion",
    "TooSlow",
    "absent_from",
    "address_of",
    "brought_lately",
    "cards",
    "cards_of",
    "choices",
    "deliveries",
    "delivery_report",
    "devices",
    "digest_plan",
    "emptiness",
    "every_report",
    "explain",
    "explore_cards",
    "explore_page",
    "following_page",
    "following_videos",
    "new_since",
    "newest",
    "notifications_page",
    "overview",
    "patience",
    "people_found",
    "people_to_follow",
    "posted_lately",
    "pulled_videos",
    "reach",
    "recipients",
    "section_at",
    "suggestion",
    "summary_plan",
    "tag_count",
    "tag_page",
    "tags_found",
    "tags_of_the_week",
    "tags_to_choose",
    "turned_down_page",
    "unfinished_fan_outs",
    "unread_count",
    "videos_found",
]
