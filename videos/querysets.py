"""The vocabulary of videos. Who may see a video is decided here and nowhere else: pages, feeds, API and media files
all ask `visible_to`."""

from datetime import timedelta
from typing import Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import DateField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now

from follows.models import Follow
from follows.selectors import hidden_from


class VideoQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def visible_to(self, viewer_id: int | None) -> Self:
        """Videos that the viewer may watch now: their own that are finished, and published ones of present accounts,
        with no block in between, that are for everyone (of a public account) or for followers, when the viewer
        follows; those for adults, of whoever is of age. None: somebody who is not logged in."""
        if viewer_id is None:
            return self.open_to_visitors().filter(for_adults=False)
        open_to_all = Q(visibility="everyone", creator__is_private=False)
        out = Q(state="published") & _present("creator") & (Q(for_adults=False) | Q(_is_adult(viewer_id)))
        followed = Exists(Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("creator_id")))
        own = Q(creator_id=viewer_id, state__in=["ready", "published"])
        for_followers = Q(visibility__in=["everyone", "followers"]) & Q(followed)
        blocked = Q(hidden_from(viewer_id, "creator_id"))
        return self.filter(own | (out & (open_to_all | for_followers) & ~blocked))

    def open_to_visitors(self) -> Self:
        """What somebody who is not logged in may know of, whatever age it is for."""
        return self.open_to_everyone().filter(_present("creator"))

    def for_moderators(self) -> Self:
        """What moderators may look at: what went out to everybody, and of the rest what was reported, though its creator
        keeps it to themselves since."""
        reports = apps.get_model("videos", "Report").objects.filter(kind="video", subject_id=OuterRef("pk"))
        open_to_all = Q(visibility="everyone", creator__is_private=False)
        return self.filter(open_to_all | Exists(reports), published_at__isnull=False)

    def unlimited(self) -> Self:
        """Whose reach no moderator limited, nor that of its account: what may stand where nobody asked for it."""
        return self.filter(is_limited=False, creator__is_limited=False)

    def offered_to(self, viewer_id: int | None) -> Self:
        """Unlimited, or of somebody whom the viewer follows."""
        if viewer_id is None:
            return self.unlimited()
        followed = Exists(Follow.objects.active().filter(follower_id=viewer_id, followee_id=OuterRef("creator_id")))
        return self.filter(Q(is_limited=False, creator__is_limited=False) | Q(followed))

    def of_creator(self, account_id: int) -> Self:
        return self.filter(creator_id=account_id)

    def standing(self) -> Self:
        """All that their creator still sees: everything but what was removed."""
        return self.exclude(state="removed")

    def restorable(self) -> Self:
        """Of what was removed: all that has anything left to bring back."""
        return self.exclude(
            original="", rendition_key="", state_before_removal__in=["processing", "ready", "published"]
        )

    def recently_deleted(self, days: int) -> Self:
        """By their creators, who can still bring them back; a moderator's removal is no deletion."""
        since = Now() - timedelta(days=days)
        return self.restorable().filter(state="removed", removed_by=F("creator"), removed_at__gt=since)

    def deleted_for_good(self, days: int) -> Self:
        """By their creators, who did not bring them back in time: nothing does any more, they are to be erased."""
        return self.filter(state="removed", removed_by=F("creator"), removed_at__lte=Now() - timedelta(days=days))

    def with_copies(self) -> Self:
        """What another file of the same bytes is a copy of: all that stands and did not fail."""
        return self.exclude(state__in=["failed", "removed"]).exclude(digest="")

    def drafts(self) -> Self:
        return self.standing().filter(is_draft=True)

    def by_age(self) -> Self:
        """With `shown_at`, the moment that orders a creator's videos: publication, or upload before it."""
        return self.annotate(shown_at=Coalesce("published_at", "created_at"))

    def open_to_everyone(self) -> Self:
        """Published for everyone, by a public account: what may be passed on."""
        return self.filter(state="published", visibility="everyone", creator__is_private=False)

    def with_card(self) -> Self:
        """What a card, a player or an answer shows of a video: one query for any number of them."""
        return self.select_related("creator", "count")

    def unprocessed(self) -> Self:
        """What workers have something to do about: to make it watchable, or to add what makes it better."""
        return self.filter(Q(state="processing") | Q(awaits_more=True, state__in=["ready", "published"]))

    def free(self) -> Self:
        """Unprocessed and held by no worker."""
        return self.unprocessed().idle()

    def idle(self) -> Self:
        """Held by no worker."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def failed_within(self, time: timedelta) -> Self:
        """That processing gave up so lately, and has not been asked to try again since."""
        return self.standing().filter(failed_at__gt=Now() - time)

    def held_by(self, lease_key: str) -> Self:
        """Still in the hands of the worker that took it under this key."""
        return self.unprocessed().filter(lease_key=lease_key)

    def of_file(self, media_key: str, key: str) -> Self:
        """Whose finished file is in this folder."""
        return self.filter(Q(rendition_key=key) | Q(rungs_key=key) | Q(poster_key=key), media_key=media_key).exclude(
            rendition_key=""
        )

    def to_be_published(self, *, within: timedelta = timedelta(0)) -> Self:
        """Finished, no draft, meant for others, of a creator who is present, and its hour, if it has one, has come by the
        database's clock, or comes within that time. The one rule of when a video goes out."""
        return self.filter(
            Q(publish_at=None) | Q(publish_at__lte=Now() + within),
            _present("creator"),
            state="ready",
            is_draft=False,
            visibility__in=["everyone", "followers"],
        )


class KeptQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its models import it
    """What an account keeps of videos: likes, bookmarks, reposts. A video that goes out of sight takes none of it away."""

    def in_sight(self, viewer_id: int | None) -> Self:
        return self.filter(_of(self._videos().visible_to(viewer_id)))

    def out_of_sight(self, viewer_id: int | None) -> Self:
        return self.exclude(_of(self._videos().visible_to(viewer_id)))

    def _videos(self) -> VideoQuerySet:
        return self.model._meta.get_field("video").related_model.objects.all()


class RepostQuerySet(KeptQuerySet):
    def shown_to(self, viewer_id: int | None) -> Self:
        """Of videos that are open to everyone, and to the viewer."""
        return self.filter(_of(self._videos().open_to_everyone().visible_to(viewer_id)))


def _is_adult(viewer_id: int) -> Exists:
    """Whether the viewer said a date of birth so long ago; by the database's day, so that the statement stays good."""
    accounts = apps.get_model("accounts", "User").objects
    return Exists(accounts.filter(pk=viewer_id, birth_date__lte=_YearsAgo(Value(settings.ADULT_AGE))))


class _YearsAgo(Func):
    template = "(CURRENT_DATE - make_interval(years => %(expressions)s))::date"
    output_field = DateField()


def _of(videos: VideoQuerySet) -> Exists:
    return Exists(videos.filter(pk=OuterRef("video_id")))


class CommentQuerySet(models.QuerySet):  # type: ignore[type-arg]  # its model imports it
    def standing(self) -> Self:
        return self.filter(removed_at=None)

    def for_moderators(self) -> Self:
        """Under videos that they may look at, and what was reported itself."""
        reports = apps.get_model("videos", "Report").objects.filter(kind="comment", subject_id=OuterRef("pk"))
        videos = apps.get_model("videos", "Video").objects.for_moderators().filter(pk=OuterRef("video_id"))
        return self.filter(Exists(videos) | Exists(reports))

    def threads(self) -> Self:
        """Comments that are no replies."""
        return self.filter(parent=None)

    def visible_to(self, viewer_id: int | None) -> Self:
        """Not removed, by present authors with no block between them and the viewer; a reply goes with its thread."""
        thread = Q(parent=None) | Q(parent__removed_at__isnull=False) | _by_somebody_met(viewer_id, "parent__author")
        return self.standing().filter(_by_somebody_met(viewer_id, "author"), thread)

    def listed_for(self, viewer_id: int | None) -> Self:
        """Threads with what stands for them: the comment, or, once it is removed, a line while there are replies."""
        line = Q(removed_at__isnull=False, count__replies__gt=0)
        shown = Q(removed_at=None) & _by_somebody_met(viewer_id, "author")
        return self.threads().filter(shown | line)


def _by_somebody_met(viewer_id: int | None, author: str) -> Q:
    here = _present(author)
    return here if viewer_id is None else here & ~Q(hidden_from(viewer_id, f"{author}_id"))


def _present(account: str) -> Q:
    """Whom `User.objects.present` names."""
    return Q(**{f"{account}__{left}_at": None for left in ("suspended", "deactivated", "erased")})
