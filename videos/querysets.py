"""The vocabulary of videos. Who may see a video is decided here and nowhere else: pages, feeds, API and media files
all ask `visible_to`."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from follows.models import Block, Follow


class VideoQuerySet(models.QuerySet):
    def visible_to(self, viewer_id: int | None) -> Self:
        """Videos that the viewer may watch now: their own that are finished, and published ones of present accounts,
        with no block in between, that are for everyone (of a public account) or for followers, when the viewer
        follows. None: somebody who is not logged in."""
        open_to_all = Q(visibility="everyone", creator__is_private=False)
        present = Q(
            state="published",
            creator__suspended_at=None,
            creator__deactivated_at=None,
            creator__erased_at=None,
        )
        if viewer_id is None:
            return self.filter(present & open_to_all)
        followed = Exists(Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("creator_id")))
        blocked = Exists(
            Block.objects.filter(
                Q(blocker_id=OuterRef("creator_id"), blocked_id=viewer_id)
                | Q(blocker_id=viewer_id, blocked_id=OuterRef("creator_id"))
            )
        )
        own = Q(creator_id=viewer_id, state__in=["ready", "published"])
        for_followers = Q(visibility__in=["everyone", "followers"]) & Q(followed)
        return self.filter(own | (present & (open_to_all | for_followers) & ~Q(blocked)))

    def of_creator(self, account_id: int) -> Self:
        return self.filter(creator_id=account_id)

    def unprocessed(self) -> Self:
        return self.filter(state="processing")
