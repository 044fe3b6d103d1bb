"""What is said in a video, written down: one text per language."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from videos.models.videos import Video


class Captions(models.Model):
    """WebVTT as we wrote it ourselves, never as it came. Which languages a video has stands in its row too
    (`Video.captions_in`), so that a page of players asks nothing for it."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="captions")
    language = models.CharField(max_length=12, help_text="As in lang attributes.")
    text = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "captions"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "language"], name="videos_captions_one_per_language"),
            models.CheckConstraint(condition=Q(text__startswith="WEBVTT"), name="videos_captions_are_webvtt"),
        ]

    def __str__(self) -> str:
        return f"captions of {self.video_id} in {self.language}"
