"""The vocabulary of accounts."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now


class UserQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def present(self) -> Self:
        """Neither suspended, deactivated nor erased: others may see the profile and act on it."""
        return self.filter(suspended_at=None, deactivated_at=None, erased_at=None)

    def named(self, handle: str) -> Self:
        return self.filter(handle=handle.lower())


class ErasureQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def due(self) -> Self:
        """To be begun, the longest due first."""
        return self.filter(begun_at=None, due_at__lte=Now()).order_by("due_at")

    def to_be_reminded(self, before: timedelta) -> Self:
        """Soon final, of those who have not asked just now."""
        soon = self.filter(begun_at=None, reminded_at=None, due_at__gt=Now(), due_at__lte=Now() + before)
        return soon.filter(asked_at__lt=F("due_at") - before)

    def begun(self) -> Self:
        """Final, and not finished yet."""
        return self.filter(begun_at__isnull=False, finished_at=None)

    def confirmed(self) -> Self:
        """Of which no part is open."""
        steps = self.model.steps.rel.related_model.objects
        return self.exclude(Exists(steps.filter(erasure=OuterRef("pk"), confirmed_at=None)))


class ArchiveQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def free(self) -> Self:
        """To be made, and in no worker's hands."""
        return self.waiting().filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def over(self, failed_before: timedelta) -> Self:
        """Whose time has come: file and row go."""
        late = Q(state="failed", asked_at__lt=Now() - failed_before)
        return self.filter(Q(state="ready", expires_at__lte=Now()) | late)

    def of_the_last(self, time: timedelta) -> Self:
        """Made, or to be made; what failed can be asked for again at once."""
        return self.filter(asked_at__gt=Now() - time).exclude(state="failed")
