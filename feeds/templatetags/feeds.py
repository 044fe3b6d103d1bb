"""Parts of a feed for its pages."""

from django import template
from django.template.context import Context

from feeds import seeing

register = template.Library()


@register.simple_tag(takes_context=True)
def seen_url(context: Context) -> str:
    """Where this viewer's feed reports what was seen; empty for who is not logged in."""
    user = context["request"].user
    return seeing.seen_url(user.pk) if user.is_authenticated else ""
