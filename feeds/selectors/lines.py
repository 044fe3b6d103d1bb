"""Events as the lines of the notifications: those of one kind about one thing, in one section of time, are one line. What
is taken is taken from the front of each stream without a gap, so each event is in one line of one page. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cached_property
from heapq import merge
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

NEW_VIDEO = "new_video"
MOST_EVENTS = 3000  # of a page; a line with more goes on in the next one
ABOUT_A_VIDEO = {"liked", "comment_liked", "commented", "replied", "mentioned", "reposted"}
OF_A_KIND = {"followed", "approved", "appeared"}


SECTIONS = (_("Today"), _("Yesterday"), _("This week"), _("Earlier"))


class Section(IntEnum):
    TODAY = 0
    YESTERDAY = 1
    WEEK = 2
    EARLIER = 3

    @property
    def words(self) -> str:
        return str(SECTIONS[self])


class Event(NamedTuple):
    """`key` is the id of the publication or of the notification."""

    kind: str
    key: int
    at: datetime
    is_new: bool
    actor_id: int | None
    video_id: int | None
    text: str = ""


@dataclass
class Group:
    """The events of a line, newest first."""

    kind: str
    section: Section
    events: list[Event] = field(default_factory=list)

    @cached_property
    def new(self) -> int:
        return sum(event.is_new for event in self.events)

    @cached_property
    def actor_ids(self) -> list[int]:
        return list(dict.fromkeys(event.actor_id for event in self.events if event.actor_id is not None))


@dataclass(frozen=True)
class Taken:
    """The lines of a page, and the last event that was taken of each stream; None: none."""

    groups: list[Group]
    last_video: int | None
    last_happening: int | None
    is_more: bool


def section_of(at: datetime, now: datetime) -> Section:
    """Both in the zone whose days are meant."""
    days = (now.date() - at.date()) // timedelta(days=1)
    if days <= 0:
        return Section.TODAY
    if days == 1:
        return Section.YESTERDAY
    return Section.WEEK if days < 7 else Section.EARLIER


def take(
    videos: Iterable[Event], happenings: Iterable[Event], *, size: int, now: datetime, section: Section = Section.TODAY
) -> Taken:
    """Up to `size` lines. Sections only go back in time, from `section` on, though the events of a stream, in the order of
    their keys, need not."""
    found: dict[tuple[object, ...], Group] = {}
    last: dict[bool, int] = {}
    is_more = False
    for taken, event in enumerate(_newest_first(videos, happenings)):
        section = max(section, section_of(event.at.astimezone(now.tzinfo), now))
        line = (event.kind, _thing(event), section)
        if taken == MOST_EVENTS or (line not in found and len(found) == size):
            is_more = True
            break
        found.setdefault(line, Group(event.kind, section)).events.append(event)
        last[event.kind == NEW_VIDEO] = event.key
    return Taken(list(found.values()), last.get(True), last.get(False), is_more)


def _newest_first(videos: Iterable[Event], happenings: Iterable[Event]) -> Iterator[Event]:
    return merge(videos, happenings, key=lambda event: event.at, reverse=True)


def _thing(event: Event) -> object:
    if event.kind == NEW_VIDEO:
        return event.actor_id
    if event.kind in ABOUT_A_VIDEO:
        return event.video_id
    return None if event.kind in OF_A_KIND else event.key
