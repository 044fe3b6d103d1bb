"""Candidates with what is known of them, scored by the ranker that FOR_YOU_RANKER names. One that fails, or answers
something else than a number for each, costs a line in the log, not the page."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.module_loading import import_string

from feeds import ranking
from feeds.for_you.sources import Found
from feeds.ranking import Candidate, Features
from follows.models import Tie
from videos.models import Video

logger = logging.getLogger(__name__)
_DAY = 24 * 3600


def scored(viewer_id: int | None, found: Iterable[Found], now: datetime) -> list[Candidate]:
    """Each video once, with all that the sources say of it. One query."""
    strengths: dict[int, dict[str, float]] = {}
    for each in found:
        strengths.setdefault(each.video_id, {})[each.reason.source] = min(max(each.strength, 0.0), 1.0)
    rows = _rows(viewer_id, strengths)
    scores = _scores([_features(row, strengths[row["pk"]], now) for row in rows])
    return [Candidate(row["pk"], row["creator_id"], score) for row, score in zip(rows, scores, strict=True)]


def _rows(viewer_id: int | None, video_ids: Iterable[int]) -> list[dict[str, Any]]:
    tie = Tie.objects.filter(follower_id=viewer_id or 0, followee_id=OuterRef("creator_id")).values("watched")
    videos = Video.objects.filter(pk__in=list(video_ids)).annotate(watched=Subquery(tie))
    counts = ("count__likes", "count__comments", "count__views")
    return list(videos.order_by("pk").values("pk", "creator_id", "published_at", *counts, "heat__heat", "watched"))


def _features(row: Mapping[str, Any], strengths: Mapping[str, float], now: datetime) -> Features:
    heat = row["heat__heat"]
    return Features(
        age_hours=(now - row["published_at"]).total_seconds() / 3600,
        likes=row["count__likes"],
        comments=row["count__comments"],
        views=row["count__views"],
        warmth=0.0 if heat is None else ranking.warmth(heat, now.timestamp() / _DAY),
        watched=row["watched"] or 0,
        strengths=strengths,
    )


def _scores(features: list[Features]) -> list[float]:
    ranker: ranking.Ranker = import_string(settings.FOR_YOU_RANKER)
    try:
        scores = [float(score) for score in ranker(features)]
        if len(scores) == len(features):
            return scores
        logger.error("%s answered %s scores for %s videos", settings.FOR_YOU_RANKER, len(scores), len(features))
    except Exception:
        logger.exception("%s failed", settings.FOR_YOU_RANKER)
    return ranking.rank(features)
