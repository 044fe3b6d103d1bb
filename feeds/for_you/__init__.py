"""For You: gathered from a few bounded sources, scored, arranged by the slot rule, frozen for a quarter of an hour."""

from feeds.for_you.slates import for_you_page, forget_slate
from feeds.for_you.sources import open_to

__all__ = ["for_you_page", "forget_slate", "open_to"]
