"""What creators want to know: followers won and lost, and what became of each video. Counted by the database in sets,
from the follow events and the publications' own counters; never from the feeds."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum

from follows.selectors import counts
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Publication, Video

DAYS = 28
PAGE_SIZE = 20


@dataclass(frozen=True)
class Day:
    """A day in UTC."""

    day: date
    gained: int
    lost: int

    @property
    def net(self) -> int:
        return self.gained - self.lost


@dataclass(frozen=True)
class Overview:
    """A creator's figures now, and their followers day by day, the oldest first."""

    followers: int
    gained: int
    lost: int
    views: int
    likes: int
    comments: int
    days: list[Day]


_DAYS = """
    SELECT day::date, coalesce(gained, 0), coalesce(lost, 0)
    FROM generate_series((now() AT TIME ZONE 'UTC')::date - %(days)s + 1, (now() AT TIME ZONE 'UTC')::date,
                         interval '1 day') AS day
    LEFT JOIN (
        SELECT (happened_at AT TIME ZONE 'UTC')::date AS day,
               count(*) FILTER (WHERE "after" = 'active') AS gained,
               count(*) FILTER (WHERE "before" = 'active') AS lost
        FROM follows_followevent
        WHERE followee_id = %(account)s AND ("before" = 'active') <> ("after" = 'active')
          AND happened_at >= ((now() AT TIME ZONE 'UTC')::date - %(days)s + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1
    ) AS changes USING (day)
    ORDER BY day
"""


def followers_by_day(account_id: int) -> list[Day]:
    """The last four weeks, today included. A follow and an unfollow on one day count as one gained and one lost."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"account": account_id, "days": DAYS})
        return [Day(*row) for row in cursor.fetchall()]


def overview(account_id: int) -> Overview:
    days = followers_by_day(account_id)
    videos = Video.objects.of_creator(account_id).standing()
    sums = videos.aggregate(views=Sum("count__views"), likes=Sum("count__likes"), comments=Sum("count__comments"))
    return Overview(
        followers=counts(account_id).followers,
        gained=sum(day.gained for day in days),
        lost=sum(day.lost for day in days),
        days=days,
        **{name: int(value or 0) for name, value in sums.items()},
    )


@dataclass(frozen=True)
class Delivery:
    """Who of the followers at publishing was told. While the fan-out runs, the sums still grow to that number."""

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
