"""What the pages of makers say."""

from datetime import timedelta
from math import ceil

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from videos.models import Video
from videos.services.copies import earlier_copy

register = template.Library()


register.simple_tag(earlier_copy)


@register.filter
def days_left(video: Video) -> str:
    """Until a deleted video is gone for ever."""
    if video.removed_at is None:
        return ""
    left = video.removed_at + timedelta(days=settings.KEEP_DELETED_DAYS) - timezone.now()
    days = max(0, ceil(left / timedelta(days=1)))
    if days <= 1:
        return _("Goes within a day")
    return ngettext("%(number)s day left", "%(number)s days left", days) % {"number": days}
