"""What creators want to know: how they stand, and what became of each video. Counted by the database in sets, from tallies
and the publications' own counters; never from the feeds."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from follows.selectors import counts
from follows.stats import Growth, followers_growth
from socialvideo.lib.pagination import Page, keyset_page
from socialvideo.lib.spans import Span
from videos.models import Publication, Video

PAGE_SIZE = 20
PULLED = gettext_lazy(
    "You have so many followers that nothing is sent out: the video stands in each inbox and feed once it is opened."
)


@dataclass(frozen=True)
class Overview:
    """A creator's figures now, and how their followers came and went in the last 28 days, those of their calendar."""

    followers: int
    growth: Growth
    views: int
    likes: int
    comments: int


def overview(account_id: int) -> Overview:
    videos = Video.objects.of_creator(account_id).standing()
    sums = videos.aggregate(views=Sum("count__views"), likes=Sum("count__likes"), comments=Sum("count__comments"))
    return Overview(
        followers=counts(account_id).followers,
        growth=followers_growth(account_id, _last_days(28)),
        **{name: int(value or 0) for name, value in sums.items()},
    )


def _last_days(days: int) -> Span:
    today = timezone.localdate()
    return Span(today - timedelta(days=days - 1), today, "day", timezone.get_current_timezone())


@dataclass(frozen=True)
class Part:
    """Some people of a whole, and in the creator's words what they have in common."""

    label: str
    number: int
    of: int
    means: str

    @property
    def percent(self) -> float:
        return min(100.0, round(100 * self.number / self.of, 1)) if self.of else 0.0


@dataclass(frozen=True)
class Delivery:
    """Who of the followers at publishing was told. The parts add up to that number at any moment: while the fan-out
    runs, those whose turn is still to come are one of them."""

    state: str
    followers: int
    told: int
    alerted: int
    listed_quietly: int
    muted: int
    pull_only: int
    left_first: int

    @property
    def running(self) -> bool:
        return self.state in {Publication.Fanout.PENDING, Publication.Fanout.RUNNING}

    @property
    def done(self) -> int:
        return self.told + self.muted + self.pull_only + self.left_first

    @property
    def still_to_come(self) -> int:
        return self.followers - self.done

    @property
    def recipients(self) -> int:
        """Followers who have the video in their notifications, or are going to."""
        return self.told + self.pull_only + self.still_to_come

    @property
    def parts(self) -> list[Part]:
        if self.state == Publication.Fanout.PULL_ONLY:
            return [self._part(_("Find it when they look"), self.pull_only, str(PULLED))]
        parts = [
            self._part(_("Alerted"), self.alerted, _("It is new in their inbox: their bell for you is on.")),
            self._part(
                _("Listed quietly"), self.listed_quietly, _("In their inbox without an alert: their bell is off.")
            ),
            self._part(_("Muted"), self.muted, _("They muted you. It waits in their feed until they unmute you.")),
            self._part(_("Left first"), self.left_first, _("They unfollowed you before it was their turn.")),
        ]
        if self.running:
            parts.append(self._part(_("Still to come"), self.still_to_come, _("They are told within moments.")))
        return parts

    def _part(self, label: str, number: int, means: str) -> Part:
        return Part(label, number, self.followers, means)


def delivery(publication: Publication) -> Delivery:
    return Delivery(
        state=publication.fanout_state,
        followers=publication.followers_at_publish,
        told=publication.told,
        alerted=publication.alerted,
        listed_quietly=publication.listed_quietly,
        muted=publication.muted,
        pull_only=publication.pull_only,
        left_first=publication.left_first,
    )


@dataclass(frozen=True)
class VideoStats:
    video: Video
    delivery: Delivery | None  # None: not published


def videos_page(account_id: int, *, cursor: str = "") -> Page[VideoStats]:
    """The creator's videos, newest first, with what became of them."""
    videos = Video.objects.of_creator(account_id).standing().by_age().with_card().select_related("publication")
    return keyset_page(videos, order=["-shown_at", "-id"], cursor=cursor, size=PAGE_SIZE).map(_stats)


def _stats(video: Video) -> VideoStats:
    publication = getattr(video, "publication", None)
    return VideoStats(video, delivery(publication) if publication else None)
