"""Files on their way here. A video in state *uploading* has one `Upload`, until all of it has come."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from videos.models.videos import Video


class Upload(models.Model):
    """How far a file has come, and who is writing it down. Its whole size is the video's `uploaded_bytes`."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="upload")
    file_name = models.CharField(max_length=255, blank=True, help_text="Tells its creator which file to pick again.")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="By which a browser knows the file again.")
    received = models.BigIntegerField(default=0, help_text="Bytes that are safely here, from the first on.")
    bucket_id = models.TextField(
        blank=True, db_default="", help_text="Its name as a multipart upload of the bucket, where it goes past us."
    )
    writer = models.CharField(max_length=32, blank=True, help_text="The request that may write.")
    writing_until = models.DateTimeField(null=True, help_text="Afterwards another request may.")
    expires_at = models.DateTimeField(help_text="Without a further byte it is given up then.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(received__gte=0), name="videos_upload_received_is_an_amount"),
        ]
        # The sweep: what was given up.
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="videos_upload_given_up")]

    def __str__(self) -> str:
        return f"upload of video {self.pk}"

    @property
    def is_whole(self) -> bool:
        return self.received == self.video.uploaded_bytes
