"""Videos and their tags. A video's row says how far it has come; the worker only moves it on."""

import secrets
from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socialvideo.lib.said import worded
from socialvideo.lib.triggers import Promise
from videos.querysets import VideoQuerySet


def new_media_key() -> str:
    """Names a video's folder in the storage; says nothing about the video and cannot be guessed."""
    return secrets.token_urlsafe(16)


class Video(models.Model):
    """A short video. `state` tells how far it has come, `visibility` whom its creator wants to see it."""

    class State(models.TextChoices):
        UPLOADING = "uploading", _("uploading")  # its file is not here yet, or not all of it
        PROCESSING = "processing", _("processing")
        READY = "ready", _("ready")  # finished, not published: only its creator sees it
        PUBLISHED = "published", _("published")
        FAILED = "failed", _("failed")
        REMOVED = "removed", _("removed")

    class Visibility(models.TextChoices):
        EVERYONE = "everyone", _("Everyone")
        FOLLOWERS = "followers", _("Followers")
        ONLY_ME = "only_me", _("Only me")

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="videos"
    )
    upload_key = models.CharField(max_length=64, help_text="Chosen by the client; the same key is the same upload.")
    media_key = models.CharField(max_length=32, unique=True, default=new_media_key, editable=False)
    caption = models.CharField(max_length=500, blank=True)
    visibility = models.CharField(max_length=9, choices=Visibility, default=Visibility.EVERYONE)
    state = models.CharField(max_length=10, choices=State, default=State.PROCESSING)
    original = models.CharField(max_length=200, blank=True, help_text="Storage name of the uploaded file.")
    uploaded_bytes = models.BigIntegerField(default=0)
    digest = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        default="",
        editable=False,
        help_text="SHA-256 of the file as it came.",
    )
    is_draft = models.BooleanField(
        default=False, db_default=False, help_text="Finished or not: its creator has not let it go out yet."
    )
    allows_comments = models.BooleanField(default=True, db_default=True)
    for_adults = models.BooleanField(
        default=False, db_default=False, help_text="Kept from visitors and from accounts under the age."
    )
    is_limited = models.BooleanField(
        default=False, db_default=False, help_text="By a moderator: followers have it, nobody else is offered it."
    )

    # What the creator wants made of the file, in milliseconds of the original.
    trim_from_ms = models.PositiveIntegerField(null=True, blank=True)
    trim_to_ms = models.PositiveIntegerField(null=True, blank=True)
    cover_ms = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="The frame that stands for the video. Empty: a telling one of its first seconds.",
    )

    # What was found out about it.
    duration_ms = models.PositiveIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_audio = models.BooleanField(default=False)
    rendition_key = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Folder of the files that made it watchable, inside the media folder.",
    )
    rungs_key = models.CharField(
        max_length=32, blank=True, db_default="", editable=False, help_text="Folder of the rungs made later."
    )
    poster_key = models.CharField(
        max_length=32, blank=True, db_default="", editable=False, help_text="Folder of a cover chosen later."
    )
    has_small_poster = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Made since there are small ones."
    )
    cover_made_ms = models.PositiveIntegerField(null=True, editable=False, help_text="The `cover_ms` that is shown.")

    captions_in = models.CharField(
        max_length=255,
        blank=True,
        db_default="",
        default="",
        editable=False,
        help_text="Languages, with blanks between.",
    )

    # Processing: who works on it until when, and how it went.
    awaits_more = models.BooleanField(
        default=False, db_default=False, help_text="Watchable, but a worker has something to add: rungs, or its cover."
    )
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(
        null=True, help_text="A worker holds the video until then; afterwards it is free."
    )
    lease_key = models.CharField(max_length=32, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    failure_reason = models.CharField(max_length=300, blank=True, help_text="In the creator's words.")
    failed_at = models.DateTimeField(null=True, editable=False, help_text="When processing gave up, while that stands.")

    # Removal is undone by clearing it: `state_before_removal` comes back.
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    removal_reason = models.CharField(max_length=300, blank=True)
    state_before_removal = models.CharField(max_length=10, blank=True)

    publish_at = models.DateTimeField(
        null=True, blank=True, help_text="Not to be published before. Empty: as soon as it is finished."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    objects = VideoQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["creator", "upload_key"], name="videos_video_one_per_upload_key"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="videos_video_published_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="removed", removed_at__isnull=False)
                | (~Q(state="removed") & Q(removed_at__isnull=True)),
                name="videos_video_removed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure_reason=""), name="videos_video_failure_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(trim_from_ms=None) | Q(trim_to_ms=None) | Q(trim_from_ms__lt=F("trim_to_ms")),
                name="videos_video_trim_leaves_something",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="videos_video_progress_is_a_percentage"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(is_draft=False), name="videos_video_draft_is_not_published"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["uploading", "processing", "failed", "removed"]) | ~Q(rendition_key=""),
                name="videos_video_finished_has_files",
            ),
        ]
        indexes: ClassVar = [
            # A profile's grid and the studio, newest first: what was opened late is new.
            models.Index(
                F("creator"),
                Coalesce("published_at", "created_at").desc(),
                F("id").desc(),
                name="videos_video_of_creator",
            ),
            # The sweep: what is still to be processed.
            models.Index(
                fields=["lease_until"],
                condition=Q(state="processing") | Q(awaits_more=True),
                name="videos_video_unprocessed",
            ),
            # The sweep: finished, meant for others, and not published yet, in the order in which they go out.
            models.Index(
                F("publish_at").asc(nulls_first=True),
                F("id"),
                condition=Q(state="ready", is_draft=False, visibility__in=["everyone", "followers"]),
                name="videos_video_to_be_published",
            ),
            # The sweep and "Recently deleted": what was taken down, the longest ago first.
            models.Index(fields=["removed_at"], condition=Q(state="removed"), name="videos_video_removed"),
            # The desk and the metrics: what failed lately.
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="videos_video_failed"),
            # The sweep: files on their way.
            models.Index(fields=["created_at"], condition=Q(state="uploading"), name="videos_video_uploading"),
            # Files that come again.
            models.Index(fields=["digest"], condition=~Q(digest=""), name="videos_video_of_digest"),
            # Explore and the fresh part of For You.
            models.Index(
                fields=["-published_at"],
                condition=Q(state="published", visibility="everyone"),
                name="videos_video_fresh",
            ),
        ]
        permissions: ClassVar = [("remove_video", "Can remove and restore videos and retry their processing")]
        triggers: ClassVar = [
            Promise(
                name="counts_from_zero",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="INSERT INTO videos_videocount (video_id) VALUES (NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"video {self.pk} ({self.state})"

    def get_absolute_url(self) -> str:
        return reverse("videos:detail", args=[self.creator.handle, self.pk])

    @property
    def goes_out_at(self) -> datetime | None:
        """The moment that its creator chose for publishing, while it is not published. It may have passed: of a video
        that is not finished, is for its creator only, or whose creator is away."""
        return None if self.published_at else self.publish_at

    @property
    def is_scheduled(self) -> bool:
        """Whether nothing but its hour is missing, or its processing too. As a page says it: what publishes asks the
        database's clock."""
        waits = self.state in {self.State.UPLOADING, self.State.PROCESSING, self.State.READY}
        meant = not self.is_draft and self.visibility != self.Visibility.ONLY_ME
        return waits and meant and self.goes_out_at is not None and self.goes_out_at > timezone.now()

    @property
    def media_folder(self) -> str:
        """In the storage. Holds the original and one folder per attempt at processing."""
        return f"videos/{self.media_key}"

    @property
    def original_name(self) -> str:
        """In the storage, of the file as it came; `original` says so once it is all there."""
        return f"{self.media_folder}/original"

    @property
    def better_follows(self) -> bool:
        """Watchable already, and a worker still makes further rungs."""
        return self.awaits_more and self.cover_made_ms == self.cover_ms

    @property
    def failure_words(self) -> str:
        """The reason, as its reader's language has it."""
        return worded(self.failure_reason)

    @property
    def stays_as_it_is(self) -> bool:
        """Watchable, though what was to be added could not be made."""
        return bool(self.rendition_key and self.failure_reason) and not self.awaits_more

    @property
    def cover_awaited(self) -> bool:
        """Another cover was chosen, and it is being made."""
        return self.awaits_more and self.cover_made_ms != self.cover_ms

    @property
    def cover_failed(self) -> bool:
        """Another cover was chosen and could not be made: the one before stays."""
        return self.stays_as_it_is and self.cover_made_ms != self.cover_ms

    def _finished(self, key: str, name: str) -> str:
        """The address of a finished file; empty while there is none."""
        return f"{settings.MEDIA_URL}{self.media_folder}/{key}/{name}" if key else ""

    @property
    def hls_url(self) -> str:
        """Changes when better rungs are there; the earlier address goes on working."""
        return self._finished(self.rungs_key or self.rendition_key, "master.m3u8")

    @property
    def poster_url(self) -> str:
        return self._finished(self.poster_key or self.rendition_key, "poster.jpg")

    @property
    def small_poster_url(self) -> str:
        """For where many are shown: a tenth of the bytes."""
        if not self.has_small_poster:
            return self.poster_url
        return self._finished(self.poster_key or self.rendition_key, "small.jpg")

    @property
    def preview_url(self) -> str:
        return self._finished(self.rendition_key, "preview.mp4")


class Tag(models.Model):
    """A #hashtag that some caption holds: lower case, without its sign."""

    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return f"#{self.name}"


class VideoTag(models.Model):
    """That a video's caption holds a tag, now; with the video's publication, by which lists are in order."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="tagged")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, db_index=False, related_name="tagged")
    publication = models.ForeignKey(
        "videos.Publication", null=True, on_delete=models.CASCADE, db_index=False, related_name="tagged"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["video", "tag"], name="videos_video_tag_once_per_tag")]
        # What was published last about a tag.
        indexes: ClassVar = [models.Index(fields=["tag", "-publication"], name="videos_video_tag_newest")]

    def __str__(self) -> str:
        return f"{self.video_id} {self.tag_id}"
