"""Where candidates come from. Each source is one query of at most 200 videos, and each asks the same filter: what the viewer
may see, did not make, did not turn down, of nobody whom they mute."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from feeds.models import Impression, NotInterested
from feeds.querysets import muted_by
from feeds.reasons import Reason, Source
from feeds.sql import for_you as sql
from socialvideo.lib import lookups  # noqa: F401  # registers __among
from socialvideo.lib.prepared import Prepared
from videos.models import Video, Watch
from videos.querysets import VideoQuerySet

OF_A_SOURCE = 200
STATEMENTS = {
    Source.REPOSTED: sql.REPOSTED,
    Source.ENGAGED: sql.ENGAGED,
    Source.RELATED: sql.RELATED,
    Source.TASTE: sql.TASTE,
    Source.INTEREST: sql.INTEREST,
    Source.POPULAR: sql.POPULAR,
    Source.EXPLORE: sql.EXPLORE,
    Source.NEW: sql.NEW,
}  # of several that found a video, the first gives the reason
FOR_ANYBODY = (Source.POPULAR, Source.EXPLORE, Source.NEW)


class Found(NamedTuple):
    """A video that a source found, how strongly it speaks for it, and why."""

    video_id: int
    creator_id: int
    strength: float
    reason: Reason


def open_to(viewer_id: int | None) -> VideoQuerySet:
    """What For You may show to the viewer."""
    videos = Video.objects.visible_to(viewer_id).offered_to(viewer_id).filter(state="published")
    if viewer_id is None:
        return videos
    own_or_muted = Q(creator_id=viewer_id) | Q(muted_by(viewer_id, "creator_id"))
    return videos.exclude(own_or_muted).exclude(_turned_down(viewer_id))


def _turned_down(viewer_id: int) -> Exists:
    this = Q(video_id=OuterRef("pk")) | Q(whole_creator=True, video__creator_id=OuterRef("creator_id"))
    return Exists(NotInterested.objects.filter(this, account_id=viewer_id))


def _shown(viewer_id: int | None, video_ids: Sequence[int]) -> VideoQuerySet:
    return open_to(viewer_id).with_card().filter(id__among=video_ids)


shown = Prepared(_shown, viewer_id=int, video_ids=list)  # which of these may be shown now, with what a card needs


def unseen(viewer_id: int | None) -> VideoQuerySet:
    """Of that, what the viewer has not watched and has not had in view."""
    videos = open_to(viewer_id)
    if viewer_id is None:
        return videos
    mine = {"viewer_id": viewer_id, "video_id": OuterRef("pk")}
    return videos.exclude(Exists(Watch.objects.filter(**mine))).exclude(Exists(Impression.objects.filter(**mine)))


def gather(viewer_id: int | None, *, without: Sequence[int]) -> dict[Source, list[Found]]:
    """What every source finds, best first; nothing of `without`."""
    wanted = STATEMENTS if viewer_id is not None else FOR_ANYBODY
    return {source: found(source, STATEMENTS[source], unseen, viewer_id, without) for source in wanted}


def waiting(viewer_id: int | None, *, without: Sequence[int]) -> list[Found]:
    """The newest unseen video of each creator whom the viewer follows, who waited longest first. A creator whose newest
    is among `without` waits no more."""
    if viewer_id is None:
        return []
    probe, values = _probe(unseen, viewer_id)
    return _fetch(Source.FOLLOWED, sql.WAITING.format(probe=probe), values, viewer_id, without)


def seen_before(viewer_id: int | None, *, without: Sequence[int]) -> list[Found]:
    """For when nothing else is left."""
    return found(Source.AGAIN, sql.NEW, open_to, viewer_id, without)


Filter = Callable[[int | None], VideoQuerySet]


def found(source: Source, statement: str, videos: Filter, viewer_id: int | None, without: Sequence[int]) -> list[Found]:
    probe, values = _probe(videos, viewer_id)
    rows = _fetch(source, sql.FOUND.format(source=statement, probe=probe), values, viewer_id, without)
    return sorted(rows, key=lambda each: (-each.strength, -each.video_id))


def _probe(videos: Filter, viewer_id: int | None) -> tuple[str, dict[str, Any]]:
    """A filter of videos as the SQL that looks at one row `c` of another."""
    statement, params = _one_of(videos).sql(viewer_id=viewer_id)
    values = {f"probe{number}": value for number, value in enumerate(params)}
    return statement % tuple(f"%({name})s" for name in values), values


@cache
def _one_of(videos: Filter) -> Prepared[Video]:
    def build(viewer_id: int | None) -> QuerySet[Video, Any]:
        return videos(viewer_id).filter(pk=RawSQL("c.video_id", ())).values_list("pk", "creator_id")[:1]

    return Prepared(build, viewer_id=int)


def _fetch(
    source: Source, statement: str, values: dict[str, Any], viewer_id: int | None, without: Sequence[int]
) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "viewer": viewer_id, "without": list(without), "size": OF_A_SOURCE})
        return [
            Found(video_id, creator_id, float(strength), Reason(source.value, word, tuple(account_ids)))
            for video_id, creator_id, strength, word, account_ids in cursor.fetchall()
        ]
