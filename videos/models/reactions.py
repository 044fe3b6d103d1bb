"""What people do to a video."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from socialvideo.lib.triggers import Promise
from videos.models.counts import counted, step
from videos.models.videos import Video
from videos.querysets import CommentQuerySet


class Like(models.Model):
    """One person's like of one video."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="likes"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="likes")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "account"], name="videos_like_once_per_person")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="videos_like_of_account")]
        triggers: ClassVar = counted("likes")

    def __str__(self) -> str:
        return f"{self.account_id} likes {self.video_id}"


class Comment(models.Model):
    """What somebody wrote under a video. A removed comment keeps its row, without being shown."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="comments"
    )
    text = models.CharField(max_length=500)
    submit_key = models.CharField(max_length=64, help_text="Chosen by the client; the same key is the same comment.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author", "submit_key"], name="videos_comment_one_per_submit_key"),
            models.CheckConstraint(condition=~Q(text=""), name="videos_comment_says_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["video", "-id"], condition=Q(removed_at=None), name="videos_comment_of_video"),
            # How much somebody wrote lately.
            models.Index(fields=["author", "-id"], name="videos_comment_of_author"),
        ]
        permissions: ClassVar = [("remove_comment", "Can remove comments")]
        triggers: ClassVar = [
            *counted("comments", "removed_at IS NULL"),
            Promise(
                name="count_removed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=step(
                    "comments",
                    """SELECT n.video_id, CASE WHEN n.removed_at IS NULL THEN 1 ELSE -1 END AS step
                       FROM new_rows n JOIN old_rows o USING (id)
                       WHERE (n.removed_at IS NULL) <> (o.removed_at IS NULL)""",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.video_id}"


class Watch(models.Model):
    """That somebody has seen a video, and for how long in all."""

    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="watches"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="watches")
    watched_ms = models.BigIntegerField(default=0)
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
        triggers: ClassVar = counted("views")

    def __str__(self) -> str:
        return f"{self.viewer_id} watched {self.video_id}"
