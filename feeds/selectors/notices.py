"""The notifications: new videos, by the feed's own reading, and everything else, as lines. What their lines mark as new
is, in sum, what the badge says."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, islice, takewhile
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from feeds.models import Notification
from feeds.querysets import NotificationQuerySet, own_or_visible
from feeds.selectors import following
from feeds.selectors.following import TOP, Overview, State, rounds
from feeds.selectors.lines import NEW_VIDEO, Event, Group, Section, Taken, take
from follows.models import Follow
from follows.relations import Relation
from follows.selectors import relations
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor
from socialvideo.lib.prepared import Prepared
from socialvideo.lib.said import worded
from videos.models import Video

LINES_A_PAGE = 30
PEOPLE_SHOWN = 3  # of a line, by their avatars
VIDEOS_SHOWN = 4
ROWS = 100  # of notifications in the first round
MOST_ROWS = 2500
MOST_UNLISTED = 999  # events that a list is told to lack: one that is open for long would count more and more
Kind = Notification.Kind

_PEOPLE = (Kind.FOLLOWED, Kind.REQUESTED, Kind.APPROVED, Kind.MENTIONED, Kind.IMPORTED, Kind.APPEARED)
_MINE = (
    *(Kind.LIKED, Kind.COMMENTED, Kind.REPLIED, Kind.COMMENT_LIKED, Kind.REPOSTED),
    *(Kind.PROCESSED, Kind.FAILED, Kind.REMOVED),
    *(Kind.HELD, Kind.DECIDED, Kind.LIFTED, Kind.UPHELD, Kind.OUTCOME),
)
FILTERS: dict[str, Sequence[str]] = {
    "all": (NEW_VIDEO, *Kind.values),
    "videos": (NEW_VIDEO,),
    "people": _PEOPLE,
    "mine": _MINE,
}


@dataclass(frozen=True)
class Line:
    """What is said of some events. Of many people and videos it names the newest few: `people_count`, `videos_count` are
    exact. `new`: how many of the events were not seen before."""

    kind: str
    section: Section
    at: datetime
    new: int
    publication_ids: list[int]
    notification_ids: list[int]
    people: list[User]
    people_count: int
    videos: list[Video]
    videos_count: int
    text: str = ""
    relation: Relation | None = None  # of the viewer to the only person
    is_open: bool = False  # a request that waits for an answer

    @property
    def account(self) -> User | None:
        return self.people[0] if self.people_count == 1 else None

    @property
    def events(self) -> int:
        return len(self.publication_ids) + len(self.notification_ids)

    @property
    def has_button(self) -> bool:
        """Whether it is about a tie between two."""
        return self.account is not None and self.kind in {Kind.FOLLOWED, Kind.REQUESTED, Kind.APPROVED}

    @property
    def others(self) -> int:
        """People who are not named."""
        return self.people_count - len(self.named)

    @property
    def named(self) -> list[User]:
        return self.people if self.people_count <= PEOPLE_SHOWN else self.people[: PEOPLE_SHOWN - 1]

    @property
    def video(self) -> Video | None:
        return self.videos[0] if self.videos else None

    @property
    def more_videos(self) -> int:
        return self.videos_count - len(self.videos)

    @property
    def key(self) -> str:
        """Tells it from the other lines of every page."""
        return f"v{self.publication_ids[0]}" if self.publication_ids else f"n{self.notification_ids[0]}"


# --- The badge ------------------------------------------------------------------------------------------------


class Horizon(NamedTuple):
    """From where on what is unseen is new, and counted: the newest `COUNTED` publications that are listed, and as many
    notifications. What is older is listed as seen."""

    videos: int = 0
    others: int = 0


_HORIZON = """
    SELECT coalesce((SELECT publication_id FROM feeds_inboxentry WHERE recipient_id = %(viewer)s AND state >= 1
                     ORDER BY publication_id DESC OFFSET %(counted)s - 1 LIMIT 1), 0),
           coalesce((SELECT id FROM feeds_notification WHERE recipient_id = %(viewer)s
                     ORDER BY id DESC OFFSET %(counted)s - 1 LIMIT 1), 0)
"""


def horizon_of(viewer_id: int) -> Horizon:
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON, {"viewer": viewer_id, "counted": following.COUNTED})
        return Horizon(*cursor.fetchone())


def unread_count(viewer_id: int, *, feed: Overview | None = None) -> int:
    """What the badge says: unseen alerts of videos that the viewer may see, and other unseen notifications."""
    return _unseen(following.COUNTED).count(viewer_id=viewer_id) + (feed or following.overview(viewer_id)).unseen


@cache
def _unseen(_counted: int) -> Prepared[Any]:
    return Prepared(lambda viewer_id: unseen_notifications(viewer_id).values("pk"), viewer_id=int)


def unseen_notifications(viewer_id: int) -> NotificationQuerySet:
    """Among those that are counted."""
    oldest = Notification.objects.filter(recipient_id=viewer_id).order_by("-pk").values("pk")
    horizon = Coalesce(Subquery(oldest[following.COUNTED - 1 : following.COUNTED]), 0)
    return Notification.objects.shown_to(viewer_id).unseen().filter(pk__gte=horizon)


def new_since(viewer_id: int, newest: str, *, show: str = "all") -> int:
    """How many events a list lacks that began with those; beyond MOST_UNLISTED it counts no further than one more."""
    video_key, other_key = _keys(newest, default=0)
    horizon = horizon_of(viewer_id)
    unlisted = chain(
        takewhile(lambda event: event.key > video_key, _new_videos(viewer_id, TOP, FILTERS[show], horizon)),
        takewhile(lambda event: event.key > other_key, _happenings(viewer_id, TOP, FILTERS[show], horizon)),
    )
    return sum(event.is_new for event in islice(unlisted, MOST_UNLISTED + 1))


def newest(viewer_id: int) -> str:
    """The present, for `new_since` and for marking what was there."""
    videos = _new_videos(viewer_id, TOP, FILTERS["all"], Horizon())
    others = _happenings(viewer_id, TOP, FILTERS["all"], Horizon(), rows=1)
    return encode_cursor([getattr(next(stream, None), "key", 0) for stream in (videos, others)])


def unseen_videos(viewer_id: int, up_to: str) -> tuple[list[int], int]:
    """The publications that the list marks as new, and the newest notification, of a list that began with those."""
    video_key, other_key = _keys(up_to, default=0)
    horizon = horizon_of(viewer_id)
    listed = _new_videos(viewer_id, TOP, FILTERS["all"], horizon)
    counted = takewhile(lambda event: event.key >= horizon.videos, listed)
    return [event.key for event in counted if event.is_new and event.key <= video_key], other_key


# --- The list -------------------------------------------------------------------------------------------------


def notifications_page(
    viewer_id: int, *, show: str = "all", cursor: str = "", size: int = LINES_A_PAGE, now: datetime | None = None
) -> Page[Line]:
    """Lines, newest first. The cursor holds a key of each stream and the section where the page ended."""
    video_key, other_key = _keys(cursor, default=TOP)
    horizon = horizon_of(viewer_id)
    taken = take(
        _new_videos(viewer_id, video_key, FILTERS[show], horizon),
        _happenings(viewer_id, other_key, FILTERS[show], horizon),
        size=size,
        now=timezone.localtime(now),
        section=section_at(cursor),
    )
    return Page(_lines(viewer_id, taken.groups), _next_cursor(taken, video_key, other_key))


def section_at(cursor: str) -> Section:
    """Where the page before ended."""
    key = decode_cursor(cursor, 3) if cursor else None
    return Section(key[2]) if key and key[2] in list(Section) else Section.TODAY


def _next_cursor(taken: Taken, video_key: int, other_key: int) -> str:
    if not taken.is_more:
        return ""
    keys = [taken.last_video or video_key, taken.last_happening or other_key]
    return encode_cursor([*keys, int(taken.groups[-1].section)])


def _keys(cursor: str, *, default: int) -> tuple[int, int]:
    key = (decode_cursor(cursor, 3) or decode_cursor(cursor, 2)) if cursor else None
    if key and isinstance(key[0], int) and isinstance(key[1], int):
        return key[0], key[1]
    return default, default


def _new_videos(viewer_id: int, before: int, kinds: Collection[str], horizon: Horizon) -> Iterator[Event]:
    if NEW_VIDEO not in kinds:
        return
    for publication_ids, states in rounds(viewer_id, before, least=State.QUIET):
        videos = Video.objects.visible_to(viewer_id).filter(publication__in=publication_ids)
        rows = videos.values_list("publication", "publication__published_at", "creator_id", "pk")
        for key, at, creator_id, video_id in rows.order_by("-publication"):
            is_new = states[key] == State.ALERTED and key >= horizon.videos
            yield Event(NEW_VIDEO, key, at, is_new, creator_id, video_id)


def _happenings(
    viewer_id: int, before: int, kinds: Collection[str], horizon: Horizon, *, rows: int = ROWS
) -> Iterator[Event]:
    others = [kind for kind in kinds if kind != NEW_VIDEO]
    if not others:
        return
    shown = Notification.objects.shown_to(viewer_id).filter(kind__in=others).order_by("-pk")
    while True:
        fields = ("kind", "pk", "created_at", "seen_at", "actor_id", "video_id", "text")
        found = list(shown.filter(pk__lt=before).values_list(*fields)[:rows])
        for kind, key, at, seen_at, actor_id, video_id, text in found:
            is_new = seen_at is None and key >= horizon.others
            yield Event(kind, key, at, is_new, actor_id, video_id, text)
        if len(found) < rows:
            return
        before, rows = found[-1][1], min(5 * rows, MOST_ROWS)


# --- What lines show ------------------------------------------------------------------------------------------


def _lines(viewer_id: int, groups: Sequence[Group]) -> list[Line]:
    """Four queries, however many lines."""
    everyone = {account_id for group in groups for account_id in group.actor_ids[:PEOPLE_SHOWN]}
    people = User.objects.in_bulk(everyone)
    ties = relations(viewer_id, {group.actor_ids[0] for group in groups if len(group.actor_ids) == 1})
    videos = _videos(viewer_id, {video_id for group in groups for video_id in _video_ids(group)[:VIDEOS_SHOWN]})
    asking = _asking(viewer_id, {group.actor_ids[0] for group in groups if group.kind == Kind.REQUESTED})
    return [_line(group, people, ties, videos, asking) for group in groups]


def _line(
    group: Group, people: dict[int, User], ties: dict[int, Relation], videos: dict[int, Video], asking: set[int]
) -> Line:
    keys = [event.key for event in group.events]
    are_videos = group.kind == NEW_VIDEO
    actor_ids, video_ids = group.actor_ids, _video_ids(group)
    alone = actor_ids[0] if len(actor_ids) == 1 else None
    return Line(
        kind=group.kind,
        section=group.section,
        at=group.events[0].at,
        new=group.new,
        publication_ids=keys if are_videos else [],
        notification_ids=[] if are_videos else keys,
        people=[people[account_id] for account_id in actor_ids[:PEOPLE_SHOWN] if account_id in people],
        people_count=len(actor_ids),
        videos=[videos[video_id] for video_id in video_ids[:VIDEOS_SHOWN] if video_id in videos],
        videos_count=len(video_ids),
        text=group.events[0].text if group.kind != Kind.FAILED else worded(group.events[0].text),
        relation=ties.get(alone) if alone else None,
        is_open=group.kind == Kind.REQUESTED and alone in asking,
    )


def _video_ids(group: Group) -> list[int]:
    return list(dict.fromkeys(event.video_id for event in group.events if event.video_id is not None))


def _videos(viewer_id: int, video_ids: Collection[int]) -> dict[int, Video]:
    return own_or_visible(viewer_id).with_card().in_bulk(list(video_ids))


def _asking(viewer_id: int, account_ids: Collection[int]) -> set[int]:
    asked = Follow.objects.of_followee(viewer_id).requested().filter(follower_id__in=account_ids)
    return set(asked.values_list("follower_id", flat=True))
