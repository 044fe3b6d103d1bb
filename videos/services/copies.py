"""Files that come again, known by the SHA-256 of all their bytes. Whoever sends one twice is told so and may go on; that
somebody sends many that were here already is told to moderators, who decide."""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from videos.models import Video
from videos.models.moderation import Flag
from videos.querysets import VideoQuerySet
from videos.signals import storm_slowed


def digest_of(file: "File[Any]") -> str:
    made = hashlib.sha256()
    for chunk in file.chunks():
        made.update(chunk)
    return made.hexdigest()


def keep_digest(video: Video, digest: str) -> None:
    """Twice is once."""
    if Video.objects.filter(pk=video.pk).exclude(digest=digest).update(digest=digest) and _is_copy(video.pk):
        _tell_of_many(video.creator_id)


def earlier_copy(video: Video) -> Video | None:
    """The creator's own, of which this is another."""
    if not video.digest or video.state in {Video.State.FAILED, Video.State.REMOVED}:
        return None
    mine = Video.objects.of_creator(video.creator_id).with_copies()
    return mine.filter(digest=video.digest, pk__lt=video.pk).select_related("creator").order_by("-pk").first()


def _copies() -> VideoQuerySet:
    """What was here already, whosever it is. What failed, or was taken away, is sent again with good reason."""
    earlier = Video.objects.with_copies().filter(digest=OuterRef("digest"), pk__lt=OuterRef("pk"))
    return Video.objects.exclude(digest="").filter(Exists(earlier))


def _is_copy(video_id: int) -> bool:
    return _copies().filter(pk=video_id).exists()


def _tell_of_many(creator_id: int) -> None:
    """Two that arrive at the same moment may each miss the other: then the next one tells."""
    lately = _copies().filter(creator_id=creator_id, created_at__gt=Now() - timedelta(days=1)).count()
    if 0 < settings.COPIES_PER_DAY <= lately:
        storm_slowed.send(Video, account_id=creator_id, flag=Flag.COPIES, number=lately)
