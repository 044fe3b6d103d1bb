"""What happens to videos, without who did it, and what it sums up to: the figures that a creator is shown."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func, Q

from socialvideo.lib.triggers import Promise, Refuse, never_truncate


class VideoEvent(models.Model):
    """By how much something changed a video's figures. Written by triggers in the transaction that changed it, and forgotten
    after `KEEP_VIDEO_EVENTS_DAYS`. It holds no account: nobody can read in it who watched."""

    video_id = models.BigIntegerField()
    source = models.CharField(max_length=12, blank=True, db_default="", help_text="Of what was watched: where.")
    happened_at = models.DateTimeField(db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()))
    views = models.IntegerField(db_default=0)
    gone = models.IntegerField(db_default=0, help_text="Views of which is not known any more whose they were.")
    watched_ms = models.BigIntegerField(db_default=0)
    completed = models.IntegerField(db_default=0, help_text="Views that reached 95 % of the length.")
    likes = models.IntegerField(db_default=0)
    comments = models.IntegerField(db_default=0)
    reposts = models.IntegerField(db_default=0)
    bookmarks = models.IntegerField(db_default=0)
    shares = models.IntegerField(db_default=0)

    class Meta:
        # What happened of late: events stand almost in the order of time.
        indexes: ClassVar = [BrinIndex(fields=["happened_at"], autosummarize=True, name="videos_event_by_time")]
        triggers: ClassVar = [
            Refuse(
                name="events_stand", operation=pgtrigger.Update, message="What happened to a video is never rewritten."
            ),
            Promise(
                name="forgets_what_is_counted",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone_rows"),
                func="""
                    IF EXISTS (SELECT 1 FROM gone_rows LEFT JOIN videos_tallymark AS mark ON TRUE
                               WHERE (gone_rows.happened_at < mark.events_from) IS NOT TRUE) THEN
                        RAISE EXCEPTION 'What happened to a video is never taken away.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            never_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.video_id} at {self.happened_at}"


class VideoTally(models.Model):
    """A video's figures up to the end of a quarter of an hour in which something happened, from its beginning on: in all
    (`tallies.ALL`), and of each source what was watched. Counted from the events, and from nothing else."""

    pk = models.CompositePrimaryKey("video_id", "source", "quarter")
    video_id = models.BigIntegerField()
    source = models.CharField(max_length=12, blank=True)
    quarter = models.DateTimeField(help_text="Its beginning.")
    views = models.BigIntegerField()
    gone = models.BigIntegerField()
    watched_ms = models.BigIntegerField()
    completed = models.BigIntegerField()
    likes = models.BigIntegerField()
    comments = models.BigIntegerField()
    reposts = models.BigIntegerField()
    bookmarks = models.BigIntegerField()
    shares = models.BigIntegerField()
    told_views = models.BigIntegerField(help_text="Of the views, those whose watching can be told.")
    told_ms = models.BigIntegerField()
    told_completed = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "video tallies"

    def __str__(self) -> str:
        return f"{self.video_id} at {self.quarter}: {self.views} views"


class TallyMark(models.Model):
    """Up to when the tallies are counted: one row."""

    id = models.SmallIntegerField(primary_key=True, db_default=1)
    until = models.DateTimeField()
    events_from = models.DateTimeField(null=True, help_text="Events before this one's time may be missing.")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="videos_tallymark_is_one")]

    def __str__(self) -> str:
        return f"counted until {self.until}"
