"""What people pass on to those who follow them, and whose passing on they do not want."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from videos.models.counts import counted
from videos.models.videos import Video
from videos.querysets import RepostQuerySet


class Repost(models.Model):
    """That somebody passed a video on to their followers. Shown while the video is open to everyone; the row stays."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="reposts"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="reposts")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = RepostQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video", "account"], name="videos_repost_once_per_person")
        ]
        # A profile's reposts, and the newest of those whom somebody follows.
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="videos_repost_of_account")]
        triggers: ClassVar = counted("reposts")

    def __str__(self) -> str:
        return f"{self.account_id} reposted {self.video_id}"


class HiddenReposts(models.Model):
    """That somebody does not want to be shown what a creator reposts."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="hidden_reposts"
    )
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "creator"], name="videos_hidden_reposts_once_per_creator"),
            models.CheckConstraint(condition=~Q(account=F("creator")), name="videos_hidden_reposts_of_others"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} hides the reposts of {self.creator_id}"
