"""The vocabulary of videos. Who may see a video is decided here and nowhere else: pages, feeds, API and media files
all ask `visible_to`."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Now

from follows.models import Block, Follow
from follows.selectors import hidden_from


class VideoQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
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

    def standing(self) -> Self:
        """All that their creator still sees: everything but what was removed."""
        return self.exclude(state="removed")

    def by_age(self) -> Self:
        """With `shown_at`, the moment that orders a creator's videos: publication, or upload before it."""
        return self.annotate(shown_at=Coalesce("published_at", "created_at"))

    def for_others(self) -> Self:
        """Not for their creator only."""
        return self.exclude(visibility="only_me")

    def with_card(self) -> Self:
        """What a card, a player or an answer shows of a video: one query for any number of them."""
        return self.select_related("creator", "count")

    def unprocessed(self) -> Self:
        return self.filter(state="processing")

    def free(self) -> Self:
        """Unprocessed and held by no worker."""
        return self.unprocessed().filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def held_by(self, lease_key: str) -> Self:
        """Still in the hands of the worker that took it under this key."""
        return self.unprocessed().filter(lease_key=lease_key)

    def to_be_published(self, *, within: timedelta = timedelta(0)) -> Self:
        """Finished, no draft, meant for others, of a creator who is present, and its hour, if it has one, has come by the
        database's clock, or comes within that time. The one rule of when a video goes out."""
        return self.filter(
            Q(publish_at=None) | Q(publish_at__lte=Now() + within),
            state="ready",
            is_draft=False,
            visibility__in=["everyone", "followers"],
            creator__suspended_at=None,
            creator__deactivated_at=None,
            creator__erased_at=None,
        )


class CommentQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def standing(self) -> Self:
        return self.filter(removed_at=None)

    def visible_to(self, viewer_id: int | None) -> Self:
        """Not removed, by present authors with no block between them and the viewer."""
        shown = self.standing().filter(author__suspended_at=None, author__deactivated_at=None, author__erased_at=None)
        return shown if viewer_id is None else shown.filter(~hidden_from(viewer_id, "author_id"))
