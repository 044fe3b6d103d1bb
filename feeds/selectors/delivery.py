"""What became of publications, for their creators: who was told, from the frozen counters of the publication's row, and what
they did, from the counts kept beside it. Entries are never counted here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from feeds.sql.reach import REACH
from socialvideo.lib.pagination import Page, keyset_page
from videos.models import Publication, Video
from videos.stats import Delivery, Part, delivery

SHOWN_FROM = 10  # recipients; of fewer, what one of them did could be guessed
LAST = 20  # publications
AT_ONCE = 500  # of all of them


@dataclass(frozen=True)
class Reached:
    """How many of the recipients did at least this with the video."""

    seen: int = 0
    opened: int = 0
    watched: int = 0


@dataclass(frozen=True)
class Report:
    """`reached` is None below SHOWN_FROM recipients; `delivery` of what was never published."""

    video: Video
    delivery: Delivery | None
    reached: Reached | None

    @property
    def acts(self) -> list[Part]:
        if self.delivery is None or self.reached is None:
            return []
        of = self.delivery.recipients
        return [
            Part(_("Saw it"), self.reached.seen, of, _("In their inbox, or for a second or longer in a feed.")),
            Part(_("Opened it"), self.reached.opened, of, _("They opened its page, or played it on purpose.")),
            Part(_("Watched it"), self.reached.watched, of, _("For 3 seconds or longer, or half of a shorter video.")),
        ]

    @property
    def views_by_others(self) -> int | None:
        """By those who were not told. An account that is deleted takes its view along, never its part in the reach."""
        return None if self.reached is None else max(0, self.video.count.views - self.reached.watched)


@dataclass(frozen=True)
class Deliveries:
    """A creator's last publications, newest first, and together those whose telling has ended."""

    reports: list[Report]
    told: Part
    acts: list[Part]


def delivery_report(video: Video) -> Report:
    """`video` with its count."""
    publication = Publication.objects.filter(video=video).first()
    if publication is None:
        return Report(video, None, None)
    return _report(video, publication, reach([publication.pk]))


def deliveries(creator_id: int) -> Deliveries:
    """Two queries, however many."""
    reports = _reports(_published(creator_id).order_by("-pk")[:LAST])
    ended = [report for report in reports if report.delivery and not report.delivery.running]
    return Deliveries(reports, _told(ended), _together(ended))


def every_report(creator_id: int) -> Iterator[Report]:
    """Of all their publications, newest first; some at a time."""
    page: Page[Publication] = Page([], " ")  # a cursor of nothing
    while page.next_cursor:
        page = keyset_page(_published(creator_id), order=["-id"], cursor=page.next_cursor.strip(), size=AT_ONCE)
        yield from _reports(page.items)


def _published(creator_id: int) -> QuerySet[Publication]:
    standing = Publication.objects.filter(creator_id=creator_id).exclude(video__state=Video.State.REMOVED)
    return standing.select_related("video__creator", "video__count")


def _reports(publications: Iterable[Publication]) -> list[Report]:
    some = list(publications)
    found = reach([publication.pk for publication in some])
    return [_report(publication.video, publication, found) for publication in some]


def reach(publication_ids: Iterable[int]) -> dict[int, Reached]:
    with connection.cursor() as cursor:
        cursor.execute(REACH, {"publications": list(publication_ids)})
        return {publication_id: Reached(*counts) for publication_id, *counts in cursor.fetchall()}


def _report(video: Video, publication: Publication, found: dict[int, Reached]) -> Report:
    told = delivery(publication)
    shown = told.recipients >= SHOWN_FROM
    return Report(video, told, found.get(publication.pk, Reached()) if shown else None)


def _told(reports: Iterable[Report]) -> Part:
    known = [report.delivery for report in reports if report.delivery]
    told, followers = sum(each.told + each.pull_only for each in known), sum(each.followers for each in known)
    return Part(_("Told"), told, followers, _("Of your followers when each video was published."))


def _together(reports: Iterable[Report]) -> list[Part]:
    """Of those whose acts are shown at all."""
    columns = zip(*[report.acts for report in reports if report.acts], strict=True)
    return [
        Part(parts[0].label, sum(part.number for part in parts), sum(part.of for part in parts), parts[0].means)
        for parts in columns
    ]
