"""Parts of a feed for its pages."""

from django import template
from django.template.context import Context

from feeds import seeing
from follows.origins import Source

register = template.Library()
PLACES = {"following": Source.FEED, "for_you": Source.FOR_YOU}


@register.filter
def place_of(which: str) -> Source:
    """Where a card's follow button stands: in which feed, or on the video's own page."""
    return PLACES.get(which, Source.VIDEO)


@register.filter
def minutes(milliseconds: int) -> float:
    return round(milliseconds / 60_000, 1)


@register.simple_tag(takes_context=True)
def seen_url(context: Context) -> str:
    """Where this viewer's feed reports what was seen; empty for who is not logged in."""
    user = context["request"].user
    return seeing.seen_url(user.pk) if user.is_authenticated else ""
