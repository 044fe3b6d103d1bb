"""Beside the Following feed: what has come since, and why something is or is not in it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.throttling import UserRateThrottle

from feeds import selectors
from socialvideo.lib.rates import limited

MOST_SHOWN = 200  # of a page, of which what has come since is told
MOST_BROUGHT = 20  # of that, at one tap


def shown_ids(text: str) -> list[int]:
    """ "31,30,29": the videos that a page shows. What is no id is left out."""
    words = text.split(",", MOST_SHOWN)[:MOST_SHOWN]
    return [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) <= 18]


@login_required
@require_safe
@never_cache
def new_videos(request: HttpRequest) -> HttpResponse:
    """How many videos a page lacks, as the pill that brings them; and which of those that it shows are gone."""
    shown = shown_ids(request.GET.get("shown", ""))
    absent = selectors.absent_from(request.user.pk, shown)
    return render(request, "feeds/_new_videos.html", {"absent": absent, "shown": shown})


@login_required
@require_safe
@never_cache
def new_cards(request: HttpRequest) -> HttpResponse:
    """Those videos themselves, newest first."""
    absent = selectors.absent_from(request.user.pk, shown_ids(request.GET.get("shown", "")))
    cards = selectors.cards_of(request.user.pk, absent.new[:MOST_BROUGHT])
    return render(request, "feeds/_new_cards.html", {"cards": cards, "which": "following"})


class WhyRate(UserRateThrottle):
    """Of questions, more than anybody types."""

    scope = "why"
    rate = "60/min"


@login_required
@require_safe
@never_cache
@limited(WhyRate)
def why(request: HttpRequest) -> HttpResponse:
    question = request.GET.get("of", "").strip()[:300]
    found = selectors.explain(request.user.pk, question) if question else None
    return render(request, "feeds/why.html", {"question": question, "found": found})
