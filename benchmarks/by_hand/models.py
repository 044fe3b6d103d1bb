"""A row per follow, and both counts as columns."""

from django.db import models


class Edge(models.Model):
    follower_id = models.BigIntegerField()
    followee_id = models.BigIntegerField()

    class Meta:
        app_label = "by_hand"
        unique_together = (("follower_id", "followee_id"),)

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.followee_id}"


class Profile(models.Model):
    account_id = models.BigIntegerField(primary_key=True)
    followers = models.IntegerField(default=0)
    following = models.IntegerField(default=0)

    class Meta:
        app_label = "by_hand"

    def __str__(self) -> str:
        return f"{self.account_id}: {self.followers}"
