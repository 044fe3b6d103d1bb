"""The vocabulary of accounts."""

from typing import Self

from django.db import models


class UserQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def present(self) -> Self:
        """Neither suspended, deactivated nor erased: others may see the profile and act on it."""
        return self.filter(suspended_at=None, deactivated_at=None, erased_at=None)

    def named(self, handle: str) -> Self:
        return self.filter(handle=handle.lower())
