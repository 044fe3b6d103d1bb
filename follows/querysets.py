"""The vocabulary of edges."""

from typing import Self

from django.db import models


class FollowQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def active(self) -> Self:
        return self.filter(state="active")

    def requested(self) -> Self:
        return self.filter(state="requested")

    def of_follower(self, account_id: int) -> Self:
        return self.filter(follower_id=account_id)

    def of_followee(self, account_id: int) -> Self:
        return self.filter(followee_id=account_id)
