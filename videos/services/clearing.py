"""The end of a deleted video. For some days its creator can bring it back; then its files and content go for ever. Of one
that was published the bare row stays, because its publication stands. What a moderator removed is not deleted."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from videos.models import Comment, Video
from videos.services.acts import must_own
from videos.services.erasure import erase_video
from videos.services.refusals import Refused

logger = logging.getLogger(__name__)

BY_ITS_CREATOR = gettext_noop("Its creator deleted it.")
AT_ONCE = 20


def sweep_deleted() -> None:
    """However many cannot go, they hold up no other: lots decide whose turn it is."""
    due = Video.objects.deleted_for_good(settings.KEEP_DELETED_DAYS).idle().order_by("?")
    for video_id in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        _clear_or_leave(video_id)


def delete_for_good(*, creator: User, video: Video) -> None:
    """Not to be undone. What a dying worker still holds, or a bucket does not let go of, goes with the next sweep. Twice is
    once. Raises Refused."""
    must_own(creator, video)
    mine = Video.objects.filter(pk=video.pk, state=Video.State.REMOVED, removed_by=creator)
    if mine.update(removed_at=Now() - timedelta(days=settings.KEEP_DELETED_DAYS)):
        _clear_or_leave(video.pk)
    elif Video.objects.standing().filter(pk=video.pk).exists():
        raise Refused("not_deleted", _("This video is not deleted. Delete it first."))


def _clear_or_leave(video_id: int) -> None:
    try:
        _clear(video_id)
    except Exception:
        logger.exception("Video %s could not be erased; the next sweep tries again", video_id)


def _clear(video_id: int) -> None:
    """No row is locked while its files go: whatever is due stays due, so two at once do the same."""
    due = Video.objects.deleted_for_good(settings.KEEP_DELETED_DAYS).idle()
    if video := due.filter(pk=video_id).first():
        Comment.objects.filter(video=video).delete()
        erase_video(video, why=BY_ITS_CREATOR)
