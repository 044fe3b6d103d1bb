"""What For You and the suggestions of whom to follow are made of."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from videos.models import Tag, Video


class Interest(models.Model):
    """What somebody said that they like, before anything is known of them."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="interests"
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "tag"], name="feeds_interest_said_once")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.tag_id}"


class NotInterested(models.Model):
    """That somebody does not want a video in For You, or nothing of its creator."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="not_interested"
    )
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="+")
    whole_creator = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "video"], name="feeds_not_interested_once_per_video")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} not interested in {self.video_id}"


class Heat(models.Model):
    """How popular a video is at present, as last computed: see `feeds.ranking.warmth`."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="heat")
    heat = models.FloatField(help_text="Logarithm. It stands still while nothing happens, and so does the order.")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-heat"], name="feeds_heat_hottest")]

    def __str__(self) -> str:
        return f"{self.video_id}: {self.heat:.2f}"


class Related(models.Model):
    """That those who engaged with one video engaged with another too, as last computed. The strongest few of each."""

    video_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    weight = models.FloatField()
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["video_id", "other_id"], name="feeds_related_once_per_pair")
        ]
        indexes: ClassVar = [
            # What leads to a video that is gone.
            models.Index(fields=["other_id"], name="feeds_related_other_side")
        ]

    def __str__(self) -> str:
        return f"{self.video_id} → {self.other_id}"


class Taste(models.Model):
    """Which part of somebody's watching and liking was about a tag, as last computed."""

    account_id = models.BigIntegerField()
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account_id", "tag"], name="feeds_taste_once_per_tag")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.tag_id}"


class Impression(models.Model):
    """That a video was in somebody's view in a feed, and which source had brought it there. Kept for some weeks: what was
    shown is not new any more, and what each source brings is counted from it."""

    pk = models.CompositePrimaryKey("viewer_id", "video_id")
    viewer_id = models.BigIntegerField()
    video_id = models.BigIntegerField()
    source = models.CharField(max_length=10)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [
            # How often a video was shown.
            models.Index(fields=["video_id"], name="feeds_impression_of_video"),
            # Those of an hour, and those that are too old.
            models.Index(fields=["at"], name="feeds_impression_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} saw {self.video_id} ({self.source})"


class SourceHour(models.Model):
    """What a source of For You brought: how many videos were in view in an hour, and how many of them were then watched
    and liked."""

    pk = models.CompositePrimaryKey("hour", "source")
    hour = models.DateTimeField()
    source = models.CharField(max_length=10)
    shown = models.BigIntegerField()
    watched = models.BigIntegerField()
    liked = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.source} at {self.hour:%Y-%m-%d %H}: {self.shown} shown"


class Dismissal(models.Model):
    """That somebody does not want an account suggested, for good."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="dismissals"
    )
    dismissed = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "dismissed"], name="feeds_dismissal_once_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} dismissed {self.dismissed_id}"
