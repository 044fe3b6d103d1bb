"""The vocabulary of feeds."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User
from follows.models import Mute
from follows.selectors import hidden_from


def muted_by(viewer_id: int | None, account: str) -> Exists:
    """Whether the viewer mutes the account named by a field now, as a condition."""
    mutes = Mute.objects.filter(Q(until=None) | Q(until__gt=Now()), muter_id=viewer_id, muted_id=OuterRef(account))
    return Exists(mutes)


class NotificationQuerySet(models.QuerySet[Any]):
    def shown_to(self, recipient_id: int) -> Self:
        """The recipient's own, without those of accounts that are gone, blocked or muted."""
        present = Exists(User.objects.present().filter(pk=OuterRef("actor_id")))
        met = present & ~hidden_from(recipient_id, "actor_id") & ~muted_by(recipient_id, "actor_id")
        return self.filter(Q(actor_id=None) | Q(met), recipient_id=recipient_id)

    def unseen(self) -> Self:
        return self.filter(seen_at=None)
