"""What videos look like, and what those that moderators removed looked like. The latter outlives what it is about, and
holds no account: ids without foreign keys, as in the record of moderation."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from videos.models.moderation import Reason
from videos.models.videos import Video


class VideoPrints(models.Model):
    """Of a watchable video, how its frames look (`videos/media/prints.py`), as signed numbers. The row is there before the
    prints are: it says that they are to be taken, and then that they are to be compared."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="prints")
    rendition_key = models.CharField(max_length=32, help_text="Of which making of the video.")
    frames = ArrayField(models.BigIntegerField(), db_default=[])
    taken_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True, help_text="Not before somebody but its creator may watch it.")

    class Meta:
        indexes: ClassVar = [
            # The sweep, newest first.
            models.Index(fields=["-video"], condition=Q(taken_at=None), name="videos_prints_to_be_taken"),
            models.Index(
                fields=["-video"],
                condition=Q(taken_at__isnull=False, compared_at=None),
                name="videos_prints_to_be_compared",
            ),
        ]

    def __str__(self) -> str:
        return f"prints of video {self.video_id}"


class RemovedVideo(models.Model):
    """That moderators removed a video by a rule. It stays when the video is erased; lifted, it counts no more."""

    video_id = models.BigIntegerField(unique=True)
    policy = models.CharField(max_length=13, choices=Reason)
    removed_at = models.DateTimeField(db_default=Now(), editable=False)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("removed video")
        indexes: ClassVar = [models.Index(fields=["removed_at"], name="videos_removed_video_oldest")]

    def __str__(self) -> str:
        return f"removed video {self.video_id}"


class RemovedBand(models.Model):
    """How one frame of it looked, by one of the print's quarters, `band`, with its place: four rows a frame. Of two prints
    that hardly differ some quarter differs in a bit at most, so that it can be looked up (docs/decisions/0027)."""

    removed = models.ForeignKey(RemovedVideo, on_delete=models.CASCADE, related_name="bands")
    band = models.IntegerField()
    frame = models.BigIntegerField()

    class Meta:
        # A lookup reads nothing but the index.
        indexes: ClassVar = [
            models.Index(fields=["band"], include=["frame", "removed"], name="videos_removed_band_lookup")
        ]

    def __str__(self) -> str:
        return f"frame of removed video {self.removed_id}"


class Likeness(models.Model):
    """That frames of a video look like those of a removed one: said to moderators once, and decides nothing."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="likenesses")
    removed = models.ForeignKey(RemovedVideo, on_delete=models.CASCADE, related_name="likenesses")
    alike = models.SmallIntegerField(help_text="Frames that look like some of the removed one.")
    compared = models.SmallIntegerField(help_text="Frames that were compared.")
    is_mirrored = models.BooleanField()
    found_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "removed"], name="videos_likeness_once"),
            models.CheckConstraint(
                condition=Q(alike__gt=0, alike__lte=models.F("compared")), name="videos_likeness_is_a_part"
            ),
        ]

    def __str__(self) -> str:
        return f"video {self.video_id} is like removed video {self.removed_id}"

    @property
    def percent(self) -> int:
        return round(100 * self.alike / self.compared)
