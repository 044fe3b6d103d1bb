"""What people do to a video: like it, keep it, watch it."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from videos.models.counts import counted, on_rows, step
from videos.models.videos import Video
from videos.querysets import KeptQuerySet
from videos.tallies import WATCH_BEGAN, WATCH_ENDED, WATCH_WENT_ON


class Like(models.Model):
    """One person's like of one video."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="likes"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="likes")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = KeptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "account"], name="videos_like_once_per_person")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="videos_like_of_account")]
        triggers: ClassVar = counted("likes")

    def __str__(self) -> str:
        return f"{self.account_id} likes {self.video_id}"


class Bookmark(models.Model):
    """That somebody saved a video for themselves. Whose they are, nobody else is told."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="bookmarks"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="bookmarks")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = KeptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "account"], name="videos_bookmark_once_per_person")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="videos_bookmark_of_account")]
        triggers: ClassVar = counted("bookmarks")

    def __str__(self) -> str:
        return f"{self.account_id} saved {self.video_id}"


class Watch(models.Model):
    """That somebody has seen a video, and for how long in all."""

    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="watches"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="watches")
    watched_ms = models.BigIntegerField(default=0)
    source = models.CharField(
        max_length=12, blank=True, db_default="", help_text="Where the video was shown (`watching.Source`) at first."
    )
    first_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["viewer", "video"], name="videos_watch_one_per_viewer")
        ]
        indexes: ClassVar = [
            # What somebody began to watch last, and who began to watch a video last.
            models.Index(fields=["viewer", "-id"], name="videos_watch_of_viewer"),
            models.Index(fields=["video", "-id"], name="videos_watch_of_video"),
        ]
        triggers: ClassVar = [
            on_rows(pgtrigger.Insert, step("views", "SELECT video_id, 1 AS step FROM new_rows") + WATCH_BEGAN),
            on_rows(pgtrigger.Update, WATCH_WENT_ON),
            on_rows(pgtrigger.Delete, step("views", "SELECT video_id, -1 AS step FROM old_rows") + WATCH_ENDED),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} watched {self.video_id}"
