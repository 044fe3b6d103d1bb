"""The way back that a message carries."""

import json
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message

register = template.Library()


@register.filter
def action_of(message: Message) -> dict[str, Any] | None:
    """What `socialvideo.lib.toasts` put into the message; messages of others have none."""
    tags = message.extra_tags or ""
    return json.loads(tags) if tags.startswith("{") else None
