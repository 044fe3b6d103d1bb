"""The creator's figures of videos: of all of them beside each other, and of one over time and by source. Each table is a
file too. A video of somebody else's is not there."""

from itertools import zip_longest
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from feeds import studio_video_files as files
from feeds.selectors.studio_videos import all_rows, published_video, video_rows
from feeds.spans import BY, SpanForm
from feeds.views.studio import FORMATS, is_behind
from socialvideo.lib.spreadsheets import csv_response
from socialvideo.lib.templatetags.words import DAY_OF_A_YEAR
from videos.models import Video
from videos.selectors.figures import VideoFigures, counted_until, video_figures
from videos.stats import delivery
from videos.watching import Source

FILES = {"days": files.video_over_time, "sources": files.video_sources}


@login_required
@require_safe
@never_cache
def videos(request: HttpRequest) -> HttpResponse:
    creator_id: int = request.user.pk  # type: ignore[assignment]
    after, until = request.GET.get("after", ""), counted_until()
    part = "#rows" if request.htmx and after else ""  # type: ignore[attr-defined]
    context = {"page": video_rows(creator_id, cursor=after), "until": until, "is_behind": is_behind(until)}
    return render(request, f"feeds/studio/videos.html{part}", context)


@login_required
@require_safe
def videos_file(request: HttpRequest) -> StreamingHttpResponse:
    """All of them, however many."""
    creator_id: int = request.user.pk  # type: ignore[assignment]
    return csv_response(files.all_videos(all_rows(creator_id)), name=f"videos-{timezone.localdate()}")


@login_required
@require_safe
@never_cache
def video(request: HttpRequest, video_id: int) -> HttpResponse:
    mine = _mine(request, video_id)
    form = SpanForm(request.GET, zone=timezone.get_current_timezone())
    context: dict[str, Any] = {"video": mine, "form": form, "query": request.GET.urlencode(), "DAY": str(DAY_OF_A_YEAR)}
    if not form.is_valid():
        return render(request, "feeds/studio/video.html", context, status=422)
    figures = video_figures(mine, form.span)
    other = video_figures(mine, form.other) if form.other else None
    return render(request, "feeds/studio/video.html", context | _words(mine, figures, other))


def _words(mine: Video, figures: VideoFigures, other: VideoFigures | None) -> dict[str, Any]:
    """The figures as the page says them: rows, the newest first, beside those of the other span."""
    return {
        "figures": figures,
        "other": other,
        "both": [figures, other],
        "until": figures.until,
        "is_behind": is_behind(figures.until),
        "label_format": FORMATS[figures.span.by],
        "by_words": dict(BY)[figures.span.by],
        "rows": list(zip_longest(figures.periods, other.periods if other else []))[::-1],
        "sources": [(Source(source).label, views) for source, views in figures.sources.items()],
        "sourced": sum(figures.sources.values()),
        "delivery": delivery(mine.publication),
    }


@login_required
@require_safe
def video_file(request: HttpRequest, video_id: int, table: str) -> StreamingHttpResponse:
    mine = _mine(request, video_id)
    form = SpanForm(request.GET, zone=timezone.get_current_timezone())
    if table not in FILES or not form.is_valid():
        raise Http404
    span = form.span
    lines = FILES[table](video_figures(mine, span))
    return csv_response(lines, name=f"video-{video_id}-{table}-{span.first}-{span.last}")


def _mine(request: HttpRequest, video_id: int) -> Video:
    mine = published_video(request.user.pk, video_id)
    if mine is None:
        raise Http404
    return mine
