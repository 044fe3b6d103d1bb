"""Videos for whoever watches them."""

from django.db.models import Exists, OuterRef

from accounts.models import User
from socialvideo.lib.prepared import Prepared
from videos.models import Video
from videos.querysets import VideoQuerySet


def video_for(viewer_id: int | None, video_id: int) -> Video | None:
    """A video that the viewer may watch, or one of their own in whatever state."""
    return next(iter(_one_for(viewer_id=viewer_id, video_id=video_id)), None)


def _of(viewer_id: int | None, video_id: int) -> VideoQuerySet:
    known = Video.objects.visible_to(viewer_id)
    if viewer_id is not None:
        known |= Video.objects.of_creator(viewer_id)
    return known.with_card().filter(pk=video_id)


_one_for = Prepared(_of, viewer_id=int, video_id=int)


def public_video(video_id: int) -> Video | None:
    """If everybody may see it."""
    return Video.objects.visible_to(None).with_card().filter(pk=video_id).first()


def public_videos(account_id: int | None = None, *, at_most: int = 20) -> list[Video]:
    """What everybody may see, of one account or, as far as no moderator limited it, of all; newest first."""
    videos = Video.objects.visible_to(None).filter(visibility="everyone", state="published")
    videos = videos.unlimited() if account_id is None else videos.of_creator(account_id).prefetch_related("tagged__tag")
    return list(videos.with_card().order_by("-published_at", "-pk")[:at_most])


def public_creators(*, at_most: int) -> list[User]:
    """Whose videos everybody may see and no moderator limited: those who joined last."""
    public = Video.objects.visible_to(None).unlimited().filter(creator=OuterRef("pk"))
    people = User.objects.present().filter(Exists(public), is_private=False)
    return list(people.order_by("-pk")[:at_most])
