"""Videos for whoever watches them."""

from django.db.models import Exists, OuterRef

from accounts.models import User
from videos.models import Video


def video_for(viewer_id: int | None, video_id: int) -> Video | None:
    """A video that the viewer may watch, or one of their own in whatever state."""
    videos = Video.objects.with_card().filter(pk=video_id)
    own = videos.of_creator(viewer_id).first() if viewer_id else None
    return own or videos.visible_to(viewer_id).first()


def public_video(video_id: int) -> Video | None:
    """If everybody may see it."""
    return Video.objects.visible_to(None).with_card().filter(pk=video_id).first()


def public_videos(account_id: int | None = None, *, at_most: int = 20) -> list[Video]:
    """What everybody may see, of one account or of all, newest first."""
    videos = Video.objects.visible_to(None).filter(visibility="everyone", state="published")
    videos = videos if account_id is None else videos.of_creator(account_id).prefetch_related("tagged__tag")
    return list(videos.with_card().order_by("-published_at", "-pk")[:at_most])


def public_creators(*, at_most: int) -> list[User]:
    """Whose videos everybody may see: those who joined last."""
    public = Video.objects.visible_to(None).filter(creator=OuterRef("pk"))
    people = User.objects.present().filter(Exists(public), is_private=False)
    return list(people.order_by("-pk")[:at_most])
