"""What feeds and notifications show. The Following feed is read in rounds: the rows that edges let through, then those
of their videos that the viewer may see, again further down while the page is short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.models import F

from accounts.models import User
from feeds import sql
from feeds.models import InboxEntry, Notification
from follows.relations import Relation
from follows.selectors import relations
from socialvideo.lib.pagination import Page, decode_cursor, encode_cursor
from videos.models import Publication, Video
from videos.selectors import liked_among

PAGE_SIZE = 10
API_PAGE_SIZE = 20
NOTICES_A_PAGE = 30
ROWS = 40  # of the inbox in the first round
MOST_ROWS = 1280
UNREAD_HORIZON = 1000  # the newest notices, among which unread ones are counted
TOP = 2**63 - 1
State = InboxEntry.State


@dataclass(frozen=True)
class Card:
    """A video as a feed shows it to one viewer, and why it is there."""

    video: Video
    relation: Relation
    liked: bool
    reason: str = ""

    @property
    def reason_words(self) -> str:
        return {"followed": f"You follow {self.video.creator.display_name}", "new": "New", "popular": "Popular"}.get(
            self.reason, ""
        )


@dataclass(frozen=True)
class Notice:
    """One line of the notifications: a new video of a followed creator, or something else that happened."""

    kind: str
    at: datetime
    key: int  # of the publication or of the notification
    unseen: bool
    actor: User | None = None
    video: Video | None = None
    text: str = ""
    relation: Relation | None = None

    @property
    def is_new_video(self) -> bool:
        return self.kind == "new_video"


def cards(viewer_id: int | None, shown: Sequence[tuple[Video, str]]) -> list[Card]:
    """Videos with their reasons as cards. Two queries more, however many."""
    ties = relations(viewer_id, {video.creator_id for video, _ in shown})
    liked = liked_among(viewer_id, [video.pk for video, _ in shown])
    return [Card(video, ties[video.creator_id], video.pk in liked, reason) for video, reason in shown]


# --- The Following feed ---------------------------------------------------------------------------------------


def following_videos(viewer_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Video]:
    """Videos of the creators whom the viewer follows, newest publication first. True with every worker stopped."""
    found: list[Video] = []
    for publication_ids, _ in _rounds(viewer_id, _before(cursor)):
        found += _visible(viewer_id, publication_ids)
        if len(found) > size:
            return Page(found[:size], encode_cursor([found[size - 1].publication.pk]))
    return Page(found)


def following_page(viewer_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Card]:
    page = following_videos(viewer_id, cursor=cursor, size=size)
    return Page(cards(viewer_id, [(video, "followed") for video in page.items]), page.next_cursor)


def pulled_videos(viewer_id: int) -> list[Video]:
    """The whole feed as it is defined, asking every publication: what `following_videos` must answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql.PULLED_FEED, {"viewer": viewer_id, "before": TOP, "rows": None})
        return _visible(viewer_id, [row[0] for row in cursor.fetchall()])


def posted_lately(viewer_id: int, *, size: int = 8) -> list[User]:
    """Creators whom the viewer follows, by their newest video among the newest of the feed."""
    _, publication_ids, _ = _read(viewer_id, TOP, ROWS)
    creators = {video.creator_id: video.creator for video in _visible(viewer_id, publication_ids)}
    return list(creators.values())[:size]


def _rounds(viewer_id: int, before: int, *, least: int = State.FEED_ONLY) -> Iterator[tuple[list[int], dict[int, int]]]:
    """Publications that edges let through, newest first, with their states; each round further down and wider."""
    rows = ROWS
    while before > 0:
        down_to, publication_ids, states = _read(viewer_id, before, rows, least=least)
        yield publication_ids, dict(zip(publication_ids, states, strict=True))
        before = publication_ids[-1] if len(publication_ids) == rows else down_to
        rows = min(2 * rows, MOST_ROWS)


def _read(
    viewer_id: int, before: int, rows: int, *, least: int = State.FEED_ONLY, states: Sequence[int] | None = None
) -> tuple[int, list[int], list[int]]:
    wanted = [state for state in State.values if state >= least] if states is None else list(states)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.FEED, {"viewer": viewer_id, "before": before, "rows": rows, "least": least, "states": wanted}
        )
        down_to, publication_ids, found = cursor.fetchone()
    return down_to, publication_ids, found


def _visible(viewer_id: int, publication_ids: Sequence[int]) -> list[Video]:
    if not publication_ids:
        return []
    videos = Video.objects.visible_to(viewer_id).with_card().select_related("publication")
    return list(videos.filter(publication__in=publication_ids).order_by("-publication"))


def _before(cursor: str) -> int:
    key = decode_cursor(cursor, 1) if cursor else None
    return key[0] if key and isinstance(key[0], int) else TOP


# --- Telling --------------------------------------------------------------------------------------------------


def recipients(publication: Publication) -> dict[int, int]:
    """Who is told of a publication, and in which state: everyone who follows since before it and still does."""
    with connection.cursor() as cursor:
        cursor.execute(sql.RECIPIENTS, {"publication": publication.pk, "creator": publication.creator_id})
        return {recipient_id: state for recipient_id, _, state in cursor.fetchall()}


def unfinished_fan_outs() -> list[int]:
    """Publications whose followers are not all told, those with the fewest left first."""
    left = F("followers_at_publish") - F("alerted") - F("listed_quietly") - F("muted")
    unfinished = Publication.objects.filter(fanout_state__in=["pending", "running"]).order_by(left, "pk")
    return list(unfinished.values_list("pk", flat=True))


def unread_count(viewer_id: int) -> int:
    """What the badge says: unseen alerts of videos that the viewer may see, and other unseen notifications."""
    unseen = Notification.objects.shown_to(viewer_id).unseen().count()
    _, publication_ids, _ = _read(viewer_id, TOP, UNREAD_HORIZON, least=State.QUIET, states=[State.ALERTED])
    if publication_ids:
        unseen += Video.objects.visible_to(viewer_id).filter(publication__in=publication_ids).count()
    return unseen


def notifications_page(viewer_id: int, *, cursor: str = "", size: int = NOTICES_A_PAGE) -> Page[Notice]:
    """New videos and everything else, newest first. The cursor holds a key of each."""
    publication_key, notification_key = _notice_keys(cursor)
    notices = _new_videos(viewer_id, publication_key, size + 1)
    notices += _happenings(viewer_id, notification_key, size + 1)
    notices.sort(key=lambda notice: notice.at, reverse=True)
    page = notices[:size]
    ties = relations(viewer_id, {notice.actor.pk for notice in page if notice.actor})
    page = [replace(notice, relation=ties[notice.actor.pk]) if notice.actor else notice for notice in page]
    if len(notices) <= size:
        return Page(page)
    publication_key = min([n.key for n in page if n.is_new_video], default=publication_key)
    notification_key = min([n.key for n in page if not n.is_new_video], default=notification_key)
    return Page(page, encode_cursor([publication_key, notification_key]))


def _notice_keys(cursor: str) -> tuple[int, int]:
    key = decode_cursor(cursor, 2) if cursor else None
    if key and isinstance(key[0], int) and isinstance(key[1], int):
        return key[0], key[1]
    return TOP, TOP


def _new_videos(viewer_id: int, before: int, size: int) -> list[Notice]:
    found: list[Notice] = []
    for publication_ids, states in _rounds(viewer_id, before, least=State.QUIET):
        found += [
            Notice(
                kind="new_video",
                at=video.publication.published_at,
                key=video.publication.pk,
                unseen=states[video.publication.pk] == State.ALERTED,
                actor=video.creator,
                video=video,
            )
            for video in _visible(viewer_id, publication_ids)
        ]
        if len(found) >= size:
            break
    return found[:size]


def _happenings(viewer_id: int, before: int, size: int) -> list[Notice]:
    rows = list(Notification.objects.shown_to(viewer_id).filter(pk__lt=before).order_by("-pk")[:size])
    actors = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    videos = Video.objects.of_creator(viewer_id).with_card().in_bulk({row.video_id for row in rows if row.video_id})
    return [
        Notice(
            kind=row.kind,
            at=row.created_at,
            key=row.pk,
            unseen=row.seen_at is None,
            actor=actors.get(row.actor_id),
            video=videos.get(row.video_id),
            text=row.text,
        )
        for row in rows
    ]
