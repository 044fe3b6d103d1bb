"""Videos, their publication, and what people did to them. A video's row says how far it has come; the worker only
moves it on. A `Publication` is made once, when the video first becomes visible to followers, and never again."""

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

from accounts.locks import account_lock_sql
from follows.triggers import ACT_SEQUENCE
from socialvideo.lib.triggers import Promise, Refuse, never_truncate
from videos.querysets import CommentQuerySet, VideoQuerySet


def new_media_key() -> str:
    """Names a video's folder in the storage; says nothing about the video and cannot be guessed."""
    return secrets.token_urlsafe(16)


class Video(models.Model):
    """A short video. `state` tells how far it has come, `visibility` whom its creator wants to see it."""

    class State(models.TextChoices):
        PROCESSING = "processing", "processing"
        READY = "ready", "ready"  # finished, not published: only its creator sees it
        PUBLISHED = "published", "published"
        FAILED = "failed", "failed"
        REMOVED = "removed", "removed"

    class Visibility(models.TextChoices):
        EVERYONE = "everyone", "Everyone"
        FOLLOWERS = "followers", "Followers"
        ONLY_ME = "only_me", "Only me"

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
    duration_ms = models.PositiveIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_audio = models.BooleanField(default=False)
    rendition_key = models.CharField(
        max_length=32, blank=True, editable=False, help_text="Folder of the finished files, inside the media folder."
    )

    # Processing: who works on it until when, and how it went.
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(
        null=True, help_text="A worker holds the video until then; afterwards it is free."
    )
    lease_key = models.CharField(max_length=32, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    failure_reason = models.CharField(max_length=300, blank=True, help_text="In the creator's words.")

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
            models.CheckConstraint(condition=Q(progress__lte=100), name="videos_video_progress_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(state__in=["processing", "failed", "removed"]) | ~Q(rendition_key=""),
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
            models.Index(fields=["lease_until"], condition=Q(state="processing"), name="videos_video_unprocessed"),
            # The sweep: finished, meant for others, and not published yet, in the order in which they go out.
            models.Index(
                F("publish_at").asc(nulls_first=True),
                F("id"),
                condition=Q(state="ready", visibility__in=["everyone", "followers"]),
                name="videos_video_to_be_published",
            ),
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
        waits = self.state in {self.State.PROCESSING, self.State.READY} and self.visibility != self.Visibility.ONLY_ME
        return waits and self.goes_out_at is not None and self.goes_out_at > timezone.now()

    @property
    def media_folder(self) -> str:
        """In the storage. Holds the original and one folder per attempt at processing."""
        return f"videos/{self.media_key}"

    def _finished(self, name: str) -> str:
        """The address of a finished file; empty while there is none."""
        return f"{settings.MEDIA_URL}{self.media_folder}/{self.rendition_key}/{name}" if self.rendition_key else ""

    @property
    def hls_url(self) -> str:
        return self._finished("master.m3u8")

    @property
    def poster_url(self) -> str:
        return self._finished("poster.jpg")

    @property
    def preview_url(self) -> str:
        return self._finished("preview.mp4")


class Tag(models.Model):
    """A #hashtag that some caption holds: lower case, without its sign."""

    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return f"#{self.name}"


class VideoTag(models.Model):
    """That a video's caption holds a tag, now."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, db_index=False, related_name="tagged")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, db_index=False, related_name="tagged")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["video", "tag"], name="videos_video_tag_once_per_tag")]
        indexes: ClassVar = [models.Index(fields=["tag", "-video"], name="videos_video_tag_newest")]

    def __str__(self) -> str:
        return f"{self.video_id} {self.tag_id}"


class Publication(models.Model):
    """The moment a video first became visible to followers. Its id, drawn from the sequence of follow events under
    the creator's lock, decides who was a follower then. The fan-out columns are written by `feeds` only."""

    class Fanout(models.TextChoices):
        PENDING = "pending", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        PULL_ONLY = "pull_only", "pull-only"

    id = models.BigIntegerField(primary_key=True, editable=False)
    video = models.OneToOneField(Video, on_delete=models.PROTECT, related_name="publication")
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="publications"
    )
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    followers_at_publish = models.BigIntegerField(editable=False)

    fanout_state = models.CharField(max_length=9, choices=Fanout, default=Fanout.PENDING, editable=False)
    fanout_cursor = models.BigIntegerField(default=0, editable=False, help_text="`since` of the last follower told.")
    alerted = models.BigIntegerField(default=0, editable=False)
    listed_quietly = models.BigIntegerField(default=0, editable=False)
    muted = models.BigIntegerField(default=0, editable=False)
    pull_only = models.BigIntegerField(default=0, editable=False)
    left_first = models.BigIntegerField(default=0, editable=False)
    fanout_started_at = models.DateTimeField(null=True, editable=False)
    fanout_finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(fanout_state__in=["done", "pull_only"])
                | Q(
                    followers_at_publish=F("alerted")
                    + F("listed_quietly")
                    + F("muted")
                    + F("pull_only")
                    + F("left_first")
                ),
                name="videos_publication_delivery_adds_up",
            ),
        ]
        indexes: ClassVar = [
            # The pull path and backfill: a creator's publications, newest first.
            models.Index(fields=["creator", "-id"], name="videos_publication_of_creator"),
            # The sweep and the feed's union: fan-outs not finished.
            models.Index(
                fields=["id"],
                condition=Q(fanout_state__in=["pending", "running"]),
                name="videos_publication_unfinished",
            ),
            models.Index(
                fields=["creator", "id"], condition=Q(fanout_state="pull_only"), name="videos_publication_pull_only"
            ),
        ]
        triggers: ClassVar = [
            Promise(
                name="publish_in_order",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    PERFORM pg_advisory_xact_lock({account_lock_sql("NEW.creator_id")});
                    NEW.id := nextval('{ACT_SEQUENCE}');
                    RETURN NEW;
                """,
            ),
            Refuse(
                name="published_once", operation=pgtrigger.Delete, message="A publication stands; remove its video."
            ),
            never_truncate(),
        ]

    def __str__(self) -> str:
        return f"publication {self.pk}"

    @property
    def told(self) -> int:
        """Followers whose notifications list the video: alerted or with the bell off."""
        return self.alerted + self.listed_quietly


def _step(column: str, changes: str) -> str:
    """SQL that moves a count by the sum of `step` over the changes of each video."""
    return f"""
        UPDATE videos_videocount AS c SET {column} = c.{column} + change.step
        FROM (SELECT video_id, sum(step) AS step FROM ({changes}) AS changes GROUP BY video_id ORDER BY video_id) AS change
        WHERE c.video_id = change.video_id AND change.step <> 0;
        RETURN NULL;
    """


def _counted(column: str, where: str = "TRUE") -> list[Promise]:
    """Triggers that keep `VideoCount.<column>` equal to the table's rows, in the transaction that changes them."""
    after = {"level": pgtrigger.Statement, "when": pgtrigger.After}
    return [
        Promise(
            name="count_new",
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=_step(column, f"SELECT video_id, 1 AS step FROM new_rows WHERE {where}"),
            **after,
        ),
        Promise(
            name="count_ended",
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="old_rows"),
            func=_step(column, f"SELECT video_id, -1 AS step FROM old_rows WHERE {where}"),
            **after,
        ),
    ]


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
        triggers: ClassVar = _counted("likes")

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
            *_counted("comments", "removed_at IS NULL"),
            Promise(
                name="count_removed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_step(
                    "comments",
                    """SELECT n.video_id, CASE WHEN n.removed_at IS NULL THEN 1 ELSE -1 END AS step
                       FROM new_rows n JOIN old_rows o USING (id)
                       WHERE (n.removed_at IS NULL) <> (o.removed_at IS NULL)""",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.video_id}"


class VideoCount(models.Model):
    """A video's likes and comments, kept by triggers, and its views (accounts that watched it). Born with the video."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="count")
    likes = models.BigIntegerField(db_default=0)
    comments = models.BigIntegerField(db_default=0)
    views = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.video_id}: {self.likes} likes"


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
        triggers: ClassVar = _counted("views")

    def __str__(self) -> str:
        return f"{self.viewer_id} watched {self.video_id}"
