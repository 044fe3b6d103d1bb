"""The creator's figures of followers: how many came and went, by what cause and from where, how long they stay, and around
which videos they left. Each table is a file too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import studio_files
from feeds.selectors.studio import unfollows_around_videos
from feeds.spans import BY, SpanForm
from follows import stats
from follows.selectors import counts
from follows.stats import Growth
from socialvideo.lib.spans import Span
from socialvideo.lib.spreadsheets import csv_response
from socialvideo.lib.templatetags.words import DAY, DAY_OF_A_YEAR

Lines = Callable[[int, Span], Any]

BEHIND = timedelta(hours=1)
FORMATS = {"day": DAY, "week": DAY_OF_A_YEAR, "month": pgettext_lazy("format of a date", "F Y")}
FILES: dict[str, Lines] = {
    "growth": lambda account_id, span: studio_files.growth(stats.followers_growth(account_id, span)),
    "causes": lambda account_id, span: studio_files.causes(stats.followers_growth(account_id, span)),
    "retention": lambda account_id, span: studio_files.retention(stats.retention(account_id, span.zone)),
    "videos": lambda account_id, span: studio_files.videos(unfollows_around_videos(account_id, span)),
}


@login_required
@require_safe
@never_cache
def followers(request: HttpRequest) -> HttpResponse:
    form = SpanForm(request.GET, zone=timezone.get_current_timezone())
    account_id: int = request.user.pk  # type: ignore[assignment]
    if not form.is_valid():
        return render(request, "feeds/studio/followers.html", {"form": form}, status=422)
    figures = _figures(account_id, form)
    words = _words(figures["growth"], figures["other"])
    return render(
        request, "feeds/studio/followers.html", {"form": form, "query": request.GET.urlencode()} | figures | words
    )


def _figures(account_id: int, form: SpanForm) -> dict[str, Any]:
    span, other = form.span, form.other
    return {
        "now": counts(account_id).followers,
        "growth": stats.followers_growth(account_id, span),
        "other": stats.followers_growth(account_id, other) if other else None,
        "retention": stats.retention(account_id, span.zone),
        "around": unfollows_around_videos(account_id, span),
    }


def _words(growth: Growth, other: Growth | None) -> dict[str, Any]:
    """The figures as the page says them: rows, the newest first, beside those of the other span."""
    return {
        "DAY": str(DAY_OF_A_YEAR),
        "label_format": FORMATS[growth.by],
        "by_words": dict(BY)[growth.by],
        "is_behind": is_behind(growth.until),
        "rows": list(zip_longest(growth.periods, other.periods if other else []))[::-1],
        "both": [growth, other],
        "difference": other and stats.Difference.between(growth, other),
        "gained_by": [(stats.GAINED[cause], number) for cause, number in growth.gained_by.items()],
        "gained_from": [(stats.SOURCES[source], number) for source, number in growth.gained_from.items()],
        "lost_by": [(stats.LOST[cause], number) for cause, number in growth.lost_by.items()],
        "after": stats.AFTER,
    }


def is_behind(until: datetime) -> bool:
    """Whether figures are older than can be usual: they are counted every minute."""
    return until < timezone.now() - BEHIND


@login_required
@require_safe
def followers_file(request: HttpRequest, table: str) -> StreamingHttpResponse:
    form = SpanForm(request.GET, zone=timezone.get_current_timezone())
    if table not in FILES or not form.is_valid():
        raise Http404
    span = form.span
    lines = FILES[table](request.user.pk, span)  # type: ignore[arg-type]
    return csv_response(lines, name=f"followers-{table}-{span.first}-{span.last}")
