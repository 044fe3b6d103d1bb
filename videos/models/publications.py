"""The moment a video first became visible to followers: a `Publication` is made once, and never again."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.locks import account_lock_sql
from follows.triggers import ACT_SEQUENCE
from socialvideo.lib.triggers import Promise, Refuse, never_truncate
from videos.models.videos import Video


class Publication(models.Model):
    """The moment a video first became visible to followers. Its id, drawn from the sequence of follow events under
    the creator's lock, decides who was a follower then. The fan-out columns are written by `feeds` only."""

    class Fanout(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        PULL_ONLY = "pull_only", _("pull-only")

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
