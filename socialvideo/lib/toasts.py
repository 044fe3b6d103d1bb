"""Short messages that say what was done, with one tap to take it back: an event for htmx, a message on the next page
for everybody else. `templates/components/_toasts.html` and `static/js/toast-stack.js` show them."""

import json
from dataclasses import asdict, dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event

LEVELS = {"info": messages.INFO, "success": messages.SUCCESS, "error": messages.ERROR}


@dataclass(frozen=True)
class Action:
    """What a button in the toast posts."""

    label: str
    url: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Toast:
    """`about` names what it is about: of two about the same, the newer replaces the older with its way back."""

    text: str
    action: Action | None = None
    about: str = ""
    level: str = "info"


def show(request: HttpRequest, response: HttpResponse, toast: Toast | None) -> HttpResponse:
    if toast is None:
        return response
    if request.htmx:  # type: ignore[attr-defined]
        return trigger_client_event(response, "toast", asdict(toast))
    action = json.dumps(asdict(toast.action)) if toast.action else ""
    messages.add_message(request, LEVELS[toast.level], toast.text, extra_tags=action)
    return response
