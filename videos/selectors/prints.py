"""What moderators read of a video that looks like removed ones."""

from dataclasses import dataclass

from videos.models import Case, Likeness, Video
from videos.models.moderation import Kind


@dataclass(frozen=True)
class LikenessSeen:
    """`video`: the removed one, while there is something of it to be looked at; `case`: the last one about it."""

    found: Likeness
    video: Video | None
    case: Case | None


def likenesses(video_id: int) -> list[LikenessSeen]:
    """The most alike first, those that say nothing any more last."""
    found = list(Likeness.objects.filter(video=video_id).select_related("removed"))
    found.sort(key=lambda each: (each.removed.lifted_at is not None, -each.percent))
    ids = [each.removed.video_id for each in found]
    videos = Video.objects.for_moderators().exclude(rendition_key="").in_bulk(ids)
    cases = {case.subject_id: case for case in Case.objects.filter(kind=Kind.VIDEO, subject_id__in=ids).order_by("pk")}
    return [LikenessSeen(each, videos.get(pk), cases.get(pk)) for each, pk in zip(found, ids, strict=True)]
