"""What people write under a video: threads of one level."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from socialvideo.lib.triggers import Promise
from videos.models.counts import counted, on_rows, step
from videos.models.videos import Video
from videos.querysets import CommentQuerySet
from videos.tallies import event_sql

_CHANGES = {
    "new_rows": "SELECT video_id, parent_id, 1 AS step FROM new_rows WHERE removed_at IS NULL",
    "old_rows": "SELECT video_id, parent_id, -1 AS step FROM old_rows WHERE removed_at IS NULL",
}
_CHANGES["both"] = f"{_CHANGES['new_rows']} UNION ALL {_CHANGES['old_rows']}"


def _counts(changed: str) -> str:
    """A comment that stands counts under its video, and a reply under its parent too."""
    replies = f"SELECT parent_id AS comment_id, step FROM ({_CHANGES[changed]}) AS row WHERE parent_id IS NOT NULL"
    of_video = step("comments", _CHANGES[changed]) + event_sql("comments", _CHANGES[changed])
    return of_video + step("replies", replies, of="comment")


class Comment(models.Model):
    """What somebody wrote under a video. A removed comment keeps its row; where others replied, a line stands for it. A
    reply has a `parent`, which is none itself; `answers` is the reply that it speaks to. Without an author: of an account
    that was erased, emptied because others replied."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, db_index=False, related_name="comments"
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, db_index=False, related_name="replies")
    answers = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, db_index=False, related_name="answers_to")
    text = models.CharField(max_length=500, blank=True)
    submit_key = models.CharField(max_length=64, help_text="Chosen by the client; the same key is the same comment.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    pinned_at = models.DateTimeField(null=True, blank=True, help_text="By the video's creator: it stands first.")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author", "submit_key"], name="videos_comment_one_per_submit_key"),
            models.UniqueConstraint(
                fields=["video"], condition=Q(pinned_at__isnull=False), name="videos_comment_one_pinned"
            ),
            models.CheckConstraint(condition=~Q(text="") | Q(author=None), name="videos_comment_says_something"),
            models.CheckConstraint(
                condition=Q(author__isnull=False) | Q(text="", removed_at__isnull=False),
                name="videos_comment_without_author_is_removed",
            ),
            models.CheckConstraint(
                condition=Q(pinned_at=None) | Q(parent=None), name="videos_comment_pinned_is_no_reply"
            ),
            models.CheckConstraint(
                condition=Q(answers=None) | Q(parent__isnull=False), name="videos_comment_answer_is_in_a_thread"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="videos_comment_is_not_its_own_parent"),
        ]
        indexes: ClassVar = [
            # The list under a video, newest first; removed ones of which a line stands among them.
            models.Index(fields=["video", "-id"], condition=Q(parent=None), name="videos_comment_of_video"),
            # A thread, oldest first.
            models.Index(fields=["parent", "id"], condition=Q(parent__isnull=False), name="videos_comment_of_thread"),
            models.Index(fields=["answers"], condition=Q(answers__isnull=False), name="videos_comment_answered"),
            # How much somebody wrote lately.
            models.Index(fields=["author", "-id"], name="videos_comment_of_author"),
            # All of a video, with replies and what was removed: what is counted, and what goes with a video or an account.
            models.Index(fields=["video", "-id"], name="videos_comment_on_video"),
        ]
        permissions: ClassVar = [("remove_comment", "Can remove comments")]
        triggers: ClassVar = [
            Promise(
                name="a_thread_has_one_level",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__parent_id__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM videos_comment
                                   WHERE id = NEW.parent_id AND video_id = NEW.video_id AND parent_id IS NULL) THEN
                        RAISE EXCEPTION 'A reply belongs to a comment on the same video.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Promise(
                name="counts_from_zero",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="INSERT INTO videos_commentcount (comment_id) VALUES (NEW.id); RETURN NULL;",
            ),
            on_rows(pgtrigger.Insert, _counts("new_rows")),
            on_rows(pgtrigger.Delete, _counts("old_rows")),
            on_rows(pgtrigger.Update, _counts("both")),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.video_id}"


class CommentCount(models.Model):
    """A comment's likes and standing replies, kept by triggers. Born with the comment."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, primary_key=True, related_name="count")
    likes = models.BigIntegerField(db_default=0)
    replies = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.likes} likes"


class CommentLike(models.Model):
    """One person's like of one comment."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="comment_likes"
    )
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, db_index=False, related_name="likes")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "account"], name="videos_comment_like_once_per_person")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="videos_comment_like_of_account")]
        triggers: ClassVar = counted("likes", of="comment")

    def __str__(self) -> str:
        return f"{self.account_id} likes comment {self.comment_id}"
