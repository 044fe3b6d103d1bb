"""How one wants to be told: topics by channels."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from feeds import selectors, services
from feeds.selectors import Choice
from feeds.topics import Channel
from feeds.views import digests, push
from socialvideo.lib import toasts
from socialvideo.lib.toasts import Toast

WORDS = {
    "new_videos": _("Published by those you follow. The bell of each creator decides whether you are alerted."),
    "follows": _("Who starts to follow you."),
    "requests": _("Who asks to follow you, and who lets you follow them."),
    "likes": _("Who likes your videos."),
    "comments": _("Who comments on your videos."),
    "reposts": _("Who reposts your videos."),
    "mentions": _("Who writes your handle in a caption or a comment."),
    "my_videos": _("When a video of yours is ready, or could not be processed."),
    "imports": _("When an import is done, and when an account with an imported name appears."),
    "moderation": _("When a moderator removes something of yours."),
}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    """What is changed here is saved, and nothing that was changed elsewhere meanwhile."""
    if request.method == "GET":
        return render(request, "feeds/notification_settings.html", _context(request) | _channels(request))
    before, wanted = set(request.POST.get("before", "").split()), set(request.POST.getlist("wanted"))
    changed = {
        (choice.topic, choice.channel): choice.key in wanted
        for choice in selectors.choices(request.user.pk)  # type: ignore[arg-type]
        if not choice.is_fixed and (choice.key in wanted) != (choice.key in before)
    }
    services.choose(account=request.user, choices=changed)  # type: ignore[arg-type]
    if request.htmx:  # type: ignore[attr-defined]
        answer = render(request, "feeds/notification_settings.html#saved", _context(request) | {"saved": True})
    else:
        answer = redirect("feeds:notification_settings")
    return toasts.show(request, answer, Toast(gettext("Saved."), about="choices", level="success"))


def _channels(request: HttpRequest) -> dict[str, Any]:
    """What the channels beside the site need of one."""
    return push.section(request) | digests.section(request)


def _context(request: HttpRequest) -> dict[str, Any]:
    choices = selectors.choices(request.user.pk)  # type: ignore[arg-type]
    rows: dict[str, list[Choice]] = {}
    for choice in choices:
        rows.setdefault(choice.topic, []).append(choice)
    return {
        "channels": list(Channel),
        "rows": [(cells[0].topic, WORDS[topic], cells) for topic, cells in rows.items()],
        "before": " ".join(choice.key for choice in choices if choice.wanted),
    }
