"""What a video's rows of reactions sum up to, kept by triggers in the transaction that changes them."""

import pgtrigger
from django.db import models

from socialvideo.lib.triggers import Promise
from videos.models.videos import Video


class VideoCount(models.Model):
    """A video's likes and comments, kept by triggers, and its views (accounts that watched it). Born with the video."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, primary_key=True, related_name="count")
    likes = models.BigIntegerField(db_default=0)
    comments = models.BigIntegerField(db_default=0)
    views = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.video_id}: {self.likes} likes"


def step(column: str, changes: str) -> str:
    """SQL that moves a count by the sum of `step` over the changes of each video."""
    return f"""
        UPDATE videos_videocount AS c SET {column} = c.{column} + change.step
        FROM (SELECT video_id, sum(step) AS step FROM ({changes}) AS changes GROUP BY video_id ORDER BY video_id) AS change
        WHERE c.video_id = change.video_id AND change.step <> 0;
        RETURN NULL;
    """


def counted(column: str, where: str = "TRUE") -> list[Promise]:
    """Triggers that keep `VideoCount.<column>` equal to the table's rows, in the transaction that changes them."""
    after = {"level": pgtrigger.Statement, "when": pgtrigger.After}
    return [
        Promise(
            name="count_new",
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=step(column, f"SELECT video_id, 1 AS step FROM new_rows WHERE {where}"),
            **after,
        ),
        Promise(
            name="count_ended",
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="old_rows"),
            func=step(column, f"SELECT video_id, -1 AS step FROM old_rows WHERE {where}"),
            **after,
        ),
    ]
