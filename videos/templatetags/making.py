"""What the pages of makers say."""

from datetime import timedelta
from math import ceil

from django import template
from django.conf import settings
from django.template.defaultfilters import pluralize
from django.utils import timezone

from videos.models import Video

register = template.Library()


@register.filter
def days_left(video: Video) -> str:
    """Until a deleted video is gone for ever."""
    if video.removed_at is None:
        return ""
    left = video.removed_at + timedelta(days=settings.KEEP_DELETED_DAYS) - timezone.now()
    days = max(0, ceil(left / timedelta(days=1)))
    return f"{days} day{pluralize(days)} left" if days > 1 else "Goes within a day"
