"""What the brake against storms of mentions counts and holds back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from videos.models import Comment, Video


class StrangerTold(models.Model):
    """That a text of an author told somebody who does not follow them. Forgotten after a day; no foreign keys."""

    author_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "strangers told"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author_id", "recipient_id"], name="feeds_stranger_told_one_per_pair"),
        ]
        indexes: ClassVar = [
            # How many an author told lately.
            models.Index(fields=["author_id", "told_at"], name="feeds_stranger_told_lately"),
            # What is forgotten; what is erased.
            models.Index(fields=["told_at"], name="feeds_stranger_told_old"),
            models.Index(fields=["recipient_id"], name="feeds_stranger_told_of"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} told {self.recipient_id}"


class HeldMention(models.Model):
    """A video, or a comment, that tells some of those whom it mentions later: its author mentioned many strangers lately.
    The sweep goes on with it, until nobody is left to be told."""

    video = models.OneToOneField(Video, null=True, on_delete=models.CASCADE, related_name="+")
    comment = models.OneToOneField(Comment, null=True, on_delete=models.CASCADE, related_name="+")
    held_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(video=None, comment__isnull=False) | Q(video__isnull=False, comment=None),
                name="feeds_held_mention_of_one_text",
            ),
        ]

    def __str__(self) -> str:
        return f"mentions in {f'comment {self.comment_id}' if self.comment_id else f'video {self.video_id}'}"
