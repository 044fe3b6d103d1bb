"""Telling: every write of feeds. The publication's row says how far its fan-out has come; whoever holds that row tells
the next followers, and cursor and counters are saved with what they count. Killed anywhere, it goes on where it stood."""

from collections.abc import Iterable

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.services import AT_ONCE, Eraser, carry_out
from feeds import sql
from feeds.models import Notification
from follows.hints import hints_of
from socialvideo.lib import live
from videos.models import Publication, Video

CHUNKS_A_TURN = 4  # then others get their turn
EVENTS_AT_ONCE = 1000
UNFINISHED = (Publication.Fanout.PENDING, Publication.Fanout.RUNNING)


def continue_fan_out(publication_id: int, *, chunks: int = CHUNKS_A_TURN) -> bool:
    """Tells some more followers; returns whether there is more to do. A transaction per chunk."""
    return all(fan_out_chunk(publication_id) for _ in range(chunks))


def run_fan_out(publication_id: int) -> None:
    """Tells all followers who are left to tell."""
    while fan_out_chunk(publication_id):
        pass


@transaction.atomic
def fan_out_chunk(publication_id: int) -> bool:
    """Tells the next `FANOUT_CHUNK` followers; returns whether there may be more. Leaves a publication alone that
    somebody else holds. Three statements, whatever the number of followers."""
    unfinished = Publication.objects.filter(fanout_state__in=UNFINISHED)
    publication = unfinished.select_for_update(skip_locked=True).filter(pk=publication_id).first()
    if publication is None:
        return False
    if publication.fanout_state == Publication.Fanout.PENDING:
        _start(publication)
    if publication.fanout_state != Publication.Fanout.PULL_ONLY:
        _tell_chunk(publication, settings.FANOUT_CHUNK)
    publication.save(update_fields=_FANOUT_FIELDS)
    return publication.fanout_state == Publication.Fanout.RUNNING


_FANOUT_FIELDS = [
    *("fanout_state", "fanout_cursor", "fanout_started_at", "fanout_finished_at"),
    *("alerted", "listed_quietly", "muted", "pull_only", "left_first"),
]


def _start(publication: Publication) -> None:
    """Decides once, for good, whether followers are told by entries or read the publication itself."""
    publication.fanout_started_at = timezone.now()
    publication.fanout_cursor = 0
    publication.alerted = publication.listed_quietly = publication.muted = 0
    if 0 < settings.PULL_ONLY_ABOVE < publication.followers_at_publish:
        publication.fanout_state = Publication.Fanout.PULL_ONLY
        publication.pull_only = publication.followers_at_publish
        publication.fanout_finished_at = publication.fanout_started_at
    else:
        publication.fanout_state = Publication.Fanout.RUNNING


def _tell_chunk(publication: Publication, size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.TELL_CHUNK,
            {
                "publication": publication.pk,
                "creator": publication.creator_id,
                "cursor": publication.fanout_cursor,
                "size": size,
            },
        )
        followers, publication.fanout_cursor, alerted, listed_quietly, muted = cursor.fetchone()
    publication.alerted += alerted
    publication.listed_quietly += listed_quietly
    publication.muted += muted
    if followers < size:
        reached = publication.alerted + publication.listed_quietly + publication.muted
        publication.left_first = publication.followers_at_publish - reached
        publication.fanout_state = Publication.Fanout.DONE
        publication.fanout_finished_at = timezone.now()


@transaction.atomic
def consume_outbox(*, at_most: int = EVENTS_AT_ONCE) -> int:
    """Acts on follow events, whoever made them: backfills new edges, tells the other side, hints to the open pages of
    both. Returns how many events are dealt with."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CONSUME_OUTBOX, {"size": at_most})
        events = cursor.fetchall()
    live.publish_each(
        hint
        for follower_id, followee_id, event_id, alone in events
        for hint in hints_of(follower_id, followee_id, event_id, alone=alone)
    )
    return len(events)


def notify(
    *,
    kind: str,
    recipient_id: int,
    event_key: str,
    actor_id: int | None = None,
    video: Video | None = None,
    text: str = "",
) -> None:
    """Tells an account of something, once per event, and nobody of what they did themselves."""
    notify_each([recipient_id], kind=kind, event_key=event_key, actor_id=actor_id, video=video, text=text)


def notify_each(
    recipient_ids: Iterable[int],
    *,
    kind: str,
    event_key: str,
    actor_id: int | None = None,
    video: Video | None = None,
    text: str = "",
) -> None:
    notifications = [
        Notification(
            kind=kind,
            recipient_id=recipient_id,
            event_key=event_key,
            actor_id=actor_id,
            video_id=video.pk if video else None,
            text=text,
        )
        for recipient_id in recipient_ids
        if recipient_id != actor_id
    ]
    Notification.objects.bulk_create(notifications, ignore_conflicts=True)


@transaction.atomic
def see(*, viewer_id: int, publication_ids: Iterable[int] = (), notification_ids: Iterable[int] = ()) -> None:
    """What the viewer has now seen in their notifications. Anything that was not for them is left alone."""
    unseen = Notification.objects.unseen().filter(recipient_id=viewer_id, pk__in=notification_ids)
    unseen.update(seen_at=timezone.now())
    publications = list(publication_ids)
    if publications:
        with connection.cursor() as cursor:
            cursor.execute(sql.SEE_ENTRIES, {"viewer": viewer_id, "publications": publications})
            cursor.execute(sql.SEE_UNWRITTEN, {"viewer": viewer_id, "publications": publications})


# --- An erased account ----------------------------------------------------------------------------------------

_ENTRIES = """
    WITH gone AS (
        DELETE FROM feeds_inboxentry WHERE recipient_id = %(account)s AND publication_id IN (
            SELECT publication_id FROM feeds_inboxentry WHERE recipient_id = %(account)s LIMIT %(size)s)
        RETURNING 1
    )
    SELECT count(*) FROM gone
"""


def _erase_entries(account_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, {"account": account_id, "size": AT_ONCE})
        return int(cursor.fetchone()[0])


def _erase_notifications(account_id: int) -> int:
    some = Notification.objects.filter(Q(recipient_id=account_id) | Q(actor_id=account_id)).values("pk")[:AT_ONCE]
    return int(Notification.objects.filter(pk__in=some).delete()[0])


ERASURE_PART = "feeds"
ERASERS: dict[str, Eraser] = {"entries": _erase_entries, "notifications": _erase_notifications}


def erase(account_id: int) -> bool:
    """What the account was told, and what others were told about it. Entries of its videos in other inboxes stay, as they
    do after an unfollow: ids that no feed shows, by which deliveries are proved. Returns whether there is more to do.

    After the account's edges have ended, and every fan-out that still saw them: no entry comes back."""
    return carry_out(account_id=account_id, part=ERASURE_PART, erasers=ERASERS, after="follows")
