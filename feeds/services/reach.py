"""What recipients did with what they were told: entries move upwards, never back. Twice is once, fifty at once are one."""

from collections.abc import Collection, Iterable, Mapping

from django.db import connection, transaction

from feeds.hints import BADGE
from feeds.models import InboxEntry
from feeds.services.impressions import count_impressions
from feeds.sql.reach import FOLD, FOLD_LOCK, MOVE, SEE_NOTIFICATIONS, WRITE_UNWRITTEN
from socialvideo.lib import live
from videos.models import Video

FOLDED_AT_ONCE = 10_000  # deltas folded in one transaction
State = InboxEntry.State


@transaction.atomic
def see(*, viewer_id: int, publication_ids: Iterable[int] = (), notification_ids: Iterable[int] = ()) -> None:
    """What the viewer has now seen in their notifications. Anything that was not for them is left alone."""
    others = list(notification_ids)
    lowered = _see_notifications(viewer_id, others) if others else 0
    lowered += _move(viewer_id, State.SEEN, list(publication_ids))
    _hint(viewer_id, lowered)


@transaction.atomic
def reached(*, viewer_id: int, state: State, video_ids: Collection[int]) -> None:
    """That the viewer saw these videos in a feed, opened or watched them, as far as they may see them and were told."""
    videos = Video.objects.visible_to(viewer_id).exclude(creator_id=viewer_id)
    published = videos.filter(pk__in=video_ids, publication__isnull=False).values_list("publication", flat=True)
    _hint(viewer_id, _move(viewer_id, state, list(published)))


def report_cards(*, viewer_id: int, shown: Mapping[int, str], opened: Collection[int] = ()) -> None:
    """What a feed reports: videos whose cards were in view, with the sources that brought them, and those that were
    played on purpose. A transaction each: in one, their entries would not be taken in order."""
    if shown:
        count_impressions(viewer_id=viewer_id, shown=shown.items())
        reached(viewer_id=viewer_id, state=State.SEEN, video_ids=shown.keys())
    if opened:
        reached(viewer_id=viewer_id, state=State.OPENED, video_ids=opened)


@transaction.atomic
def fold_reach(*, at_most: int = FOLDED_AT_ONCE) -> int:
    """Moves deltas into `Reach`; returns how many. A second folder at the same time finds the lock taken and leaves."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD_LOCK)
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(FOLD, {"size": at_most})
        return int(cursor.fetchone()[0])


def _move(viewer_id: int, state: State, publication_ids: list[int]) -> int:
    """Returns how many of the entries were alerts until now."""
    if not publication_ids:
        return 0
    values: dict[str, int | list[int]] = {"viewer": viewer_id, "publications": publication_ids, "state": state}
    with connection.cursor() as cursor:
        cursor.execute(WRITE_UNWRITTEN, values)
        cursor.execute(MOVE, values)
        return int(cursor.fetchone()[0])


def _see_notifications(viewer_id: int, notification_ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(SEE_NOTIFICATIONS, {"viewer": viewer_id, "notifications": notification_ids})
        return cursor.rowcount


def _hint(viewer_id: int, lowered: int) -> None:
    """The badge on other devices asks anew when there is less to see."""
    if lowered:
        live.publish([viewer_id], BADGE)
