"""What each account was told of new videos, and what came of it. An inbox entry makes reading a feed cheap; whether the
video may be seen, and whether its creator is still followed, is asked again at each reading."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from socialvideo.lib.triggers import Promise


class InboxEntry(models.Model):
    """One publication in one follower's feed and notifications. No key of its own and no foreign keys: it is the
    widest table of the site."""

    class State(models.IntegerChoices):
        FEED_ONLY = 0, _("in the feed only")  # from before the follow, or muted then: never a notification
        QUIET = 1, _("listed quietly")  # bell off: listed, without alert
        ALERTED = 2, _("alerted")
        SEEN = 3, _("seen in the list or in a feed")
        OPENED = 4, _("opened")
        WATCHED = 5, _("watched")

    pk = models.CompositePrimaryKey("recipient_id", "publication_id")
    recipient_id = models.BigIntegerField()
    publication_id = models.BigIntegerField()
    creator_id = models.BigIntegerField()
    state = models.SmallIntegerField(choices=State, db_default=State.ALERTED)

    class Meta:
        triggers: ClassVar = [
            Promise(
                name="state_only_grows",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.state < OLD.state OR OLD.state = 0 AND NEW.state > 0
                       OR (NEW.recipient_id, NEW.publication_id, NEW.creator_id)
                          IS DISTINCT FROM (OLD.recipient_id, OLD.publication_id, OLD.creator_id) THEN
                        RAISE EXCEPTION 'What was told, and what was seen of it, is not taken back.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'feeds_inboxentry_state_only_grows';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # An entry that moves is counted by the statement that moves it, whoever wrote that.
            Promise(
                name="counts_reach",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func="""
                    INSERT INTO feeds_reachdelta (publication_id, seen, opened, watched)
                    SELECT publication_id, count(*) FILTER (WHERE was.state < 3),
                           count(*) FILTER (WHERE was.state < 4 AND entry.state >= 4),
                           count(*) FILTER (WHERE was.state < 5 AND entry.state >= 5)
                    FROM new_rows AS entry JOIN old_rows AS was USING (recipient_id, publication_id)
                    WHERE entry.state > was.state AND entry.state >= 3
                    GROUP BY publication_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} ← {self.publication_id}"


class InboxHorizon(models.Model):
    """From which publication on entries are kept; what is older, the feed asks of its creators. One row, which only moves
    up (`feeds.services.retention`)."""

    id = models.SmallIntegerField(primary_key=True, db_default=1)
    first_kept = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="feeds_inboxhorizon_is_one")]

    def __str__(self) -> str:
        return f"entries from {self.first_kept} on"


class EarlyEntry(models.Model):
    """That somebody looked at a publication before the fan-out reached them, and so has an entry already: in which
    `state` they were told. A fan-out passes by whom it finds here, instead of looking for every follower's entry. Whoever
    is left at its end has unfollowed meanwhile, and was told all the same."""

    pk = models.CompositePrimaryKey("publication_id", "recipient_id")
    publication_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    state = models.SmallIntegerField(choices=InboxEntry.State)

    def __str__(self) -> str:
        return f"{self.recipient_id} ← {self.publication_id}"


class Reach(models.Model):
    """How many of those who were told of a publication have seen, opened, watched its video at least; with the deltas
    that are not folded in yet. Each step counts those of the later ones too."""

    publication_id = models.BigIntegerField(primary_key=True)
    seen = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    watched = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.seen} seen"


class ReachDelta(models.Model):
    """A change of `Reach`, written by a trigger in the statement that moved the entries."""

    publication_id = models.BigIntegerField()
    seen = models.IntegerField(db_default=0)
    opened = models.IntegerField(db_default=0)
    watched = models.IntegerField(db_default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["publication_id"], name="feeds_reach_delta_to_fold")]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.seen:+d} seen"
