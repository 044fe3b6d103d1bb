"""What a video's rows of reactions sum up to, kept by triggers in the transaction that changes them."""

import pgtrigger
from django.db import models

from socialvideo.lib.triggers import Promise
from videos.models.videos import Video
from videos.tallies import event_sql


class VideoCount(models.Model):
    """A video's reactions, and its views (accounts that watched it), kept by triggers. Born with the video."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="count")
    likes = models.BigIntegerField(db_default=0)
    comments = models.BigIntegerField(db_default=0)
    views = models.BigIntegerField(db_default=0)
    past_views = models.BigIntegerField(
        db_default=0, help_text="Of the views, those of which nobody knows any more whose they were."
    )
    bookmarks = models.BigIntegerField(db_default=0)
    reposts = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.video_id}: {self.likes} likes"


def step(column: str, changes: str, *, of: str = "video") -> str:
    """SQL that moves a count by the sum of `step` over the changes of each video, or of each comment. The counts are locked
    in the order of their ids, so that statements about many never wait for each other in a circle."""
    return f"""
        WITH change AS MATERIALIZED (
            SELECT {of}_id, sum(step) AS step FROM ({changes}) AS changes GROUP BY {of}_id HAVING sum(step) <> 0
        ), locked AS MATERIALIZED (
            SELECT {of}_id FROM videos_{of}count WHERE {of}_id IN (SELECT {of}_id FROM change)
            ORDER BY {of}_id FOR NO KEY UPDATE
        )
        UPDATE videos_{of}count AS c SET {column} = c.{column} + change.step
        FROM change JOIN locked USING ({of}_id) WHERE c.{of}_id = change.{of}_id;
    """


def counted(column: str, *, of: str = "video") -> list[Promise]:
    """Triggers that keep a count equal to the table's rows, in the transaction that changes them."""
    came, went = (f"SELECT {of}_id, {by} AS step FROM {rows}" for by, rows in ((1, "new_rows"), (-1, "old_rows")))
    return [
        on_rows(pgtrigger.Insert, step(column, came, of=of) + _event(column, came, of)),
        on_rows(pgtrigger.Delete, step(column, went, of=of) + _event(column, went, of)),
    ]


def _event(column: str, changes: str, of: str) -> str:
    """What happens to videos is written down for their figures, too."""
    return event_sql(column, changes) if of == "video" else ""


def on_rows(operation: pgtrigger.Operation, body: str) -> Promise:
    """Runs after each statement, with the rows that it changed as `new_rows` and `old_rows`."""
    name, seen = _SEEN[operation]
    return Promise(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**seen),
        func=f"{body} RETURN NULL;",
    )


_SEEN = {
    pgtrigger.Insert: ("count_new", {"new": "new_rows"}),
    pgtrigger.Delete: ("count_ended", {"old": "old_rows"}),
    pgtrigger.Update: ("count_changed", {"old": "old_rows", "new": "new_rows"}),
}
