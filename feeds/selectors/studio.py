"""What a creator's figures of followers are made of where videos come in: who left around which of them."""

from dataclasses import dataclass

from follows.stats import Unfollows, unfollows_from, usual_unfollows
from socialvideo.lib.spans import Span
from videos.models import Publication, Video

MOST_VIDEOS = 20


@dataclass(frozen=True)
class Around:
    """A video, and who unfollowed after it went out."""

    video: Video
    unfollows: Unfollows


@dataclass(frozen=True)
class AroundVideos:
    """The newest videos of a span, and what is usual."""

    videos: list[Around]
    usual: Unfollows

    @property
    def is_drawn(self) -> bool:
        return any(each.unfollows.week is not None for each in self.videos)


def unfollows_around_videos(creator_id: int, span: Span) -> AroundVideos:
    edges = span.edges
    out = Publication.objects.filter(creator_id=creator_id, published_at__gte=edges[0], published_at__lt=edges[-1])
    standing = out.exclude(video__state=Video.State.REMOVED).select_related("video__creator")
    publications = list(standing.order_by("-pk")[:MOST_VIDEOS])
    left = unfollows_from(creator_id, [publication.published_at for publication in publications])
    return AroundVideos(
        [Around(publication.video, each) for publication, each in zip(publications, left, strict=True)],
        usual_unfollows(creator_id, span.zone),
    )
