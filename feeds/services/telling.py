"""Telling followers. The publication's row says how far its fan-out has come; whoever holds that row tells the next
followers, and cursor and counters are saved with what they count. Killed anywhere, it goes on where it stood."""

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from feeds.hints import BADGE, FEED
from feeds.models import EarlyEntry, InboxEntry
from feeds.selectors.telling import recipients
from feeds.services.pushing import owe_walk
from feeds.sql.telling import CONSUME_OUTBOX, NOT_WAITING_FOR_THE_DISK, OUTBOX_LOCK, TELL_CHUNK, TELL_CHUNK_AGAIN
from follows.hints import hints_of
from socialvideo.lib import live
from videos.models import Publication

CHUNKS_A_TURN = 5  # then others get their turn
EVENTS_AT_ONCE = 1000
State = InboxEntry.State
UNFINISHED = (Publication.Fanout.PENDING, Publication.Fanout.RUNNING)


def continue_fan_out(publication_id: int, *, cursor: int | None = None, chunks: int = CHUNKS_A_TURN) -> int | None:
    """Tells some more followers, a transaction per chunk. Returns where the fan-out stands then, or None: there is no
    more to do here. With a cursor, only if it still stands there."""
    for _ in range(chunks):
        cursor = fan_out_chunk(publication_id, cursor=cursor)
        if cursor is None:
            break
    return cursor


def run_fan_out(publication_id: int) -> None:
    """Tells all followers who are left to tell."""
    while fan_out_chunk(publication_id):
        pass


def fan_out_chunk(publication_id: int, *, cursor: int | None = None) -> int | None:
    """Tells the next `FANOUT_CHUNK` followers and returns the cursor; None when none are left. Leaves a publication
    alone that somebody else holds. A handful of statements, whatever the number of followers."""
    try:
        return _fan_out_chunk(publication_id, cursor, TELL_CHUNK)
    except IntegrityError:  # an entry is there that came at this moment, or from before a publication was set back
        return _fan_out_chunk(publication_id, cursor, TELL_CHUNK_AGAIN)


@transaction.atomic
def _fan_out_chunk(publication_id: int, cursor: int | None, statement: str) -> int | None:
    publication = _take(publication_id, cursor)
    if publication is None:
        return None
    if publication.fanout_state == Publication.Fanout.PENDING:
        _start(publication)
    if publication.fanout_state == Publication.Fanout.RUNNING:
        _tell_chunk(publication, statement, settings.FANOUT_CHUNK)
    publication.save(update_fields=_FANOUT_FIELDS)
    if publication.fanout_state == Publication.Fanout.RUNNING:
        return publication.fanout_cursor
    EarlyEntry.objects.filter(publication_id=publication_id).delete()
    return None


def _take(publication_id: int, cursor: int | None) -> Publication | None:
    unfinished = Publication.objects.filter(pk=publication_id, fanout_state__in=UNFINISHED)
    if cursor is not None:
        unfinished = unfinished.filter(fanout_cursor=cursor)
    return unfinished.select_for_update(skip_locked=True, no_key=True).first()


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
        owe_walk(publication.pk)
        publication.fanout_finished_at = publication.fanout_started_at
    else:
        publication.fanout_state = Publication.Fanout.RUNNING
    _hint_open_pages(publication)


def _hint_open_pages(publication: Publication) -> None:
    """To all at once, whenever their chunk comes: a feed and a badge count what is not fanned out yet too."""
    told = recipients(publication, among=live.listening())
    alerted = [recipient_id for recipient_id, state in told.items() if state == State.ALERTED]
    listed = [recipient_id for recipient_id, state in told.items() if state > State.FEED_ONLY]
    live.publish_each([(alerted, BADGE), (listed, FEED)], and_arriving=True)


def _tell_chunk(publication: Publication, statement: str, size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NOT_WAITING_FOR_THE_DISK)
        cursor.execute(
            statement,
            {
                "publication": publication.pk,
                "creator": publication.creator_id,
                "cursor": publication.fanout_cursor,
                "size": size,
            },
        )
        followers, publication.fanout_cursor, alerted, listed_quietly, muted, early = cursor.fetchone()
    publication.alerted += alerted
    publication.listed_quietly += listed_quietly
    publication.muted += muted
    if early:
        EarlyEntry.objects.filter(publication_id=publication.pk, recipient_id__in=early).delete()
    if followers < size:
        _count_who_looked_and_left(publication)
        reached = publication.alerted + publication.listed_quietly + publication.muted
        publication.left_first = publication.followers_at_publish - reached
        publication.fanout_state = Publication.Fanout.DONE
        publication.fanout_finished_at = timezone.now()


def _count_who_looked_and_left(publication: Publication) -> None:
    """They are in no chunk: their edge has ended. They were told, and so they have not left first."""
    left = EarlyEntry.objects.filter(publication_id=publication.pk).values_list("state").annotate(number=Count("*"))
    numbers = dict(left)
    publication.alerted += numbers.get(State.ALERTED, 0)
    publication.listed_quietly += numbers.get(State.QUIET, 0)


@transaction.atomic
def consume_outbox(*, at_most: int = EVENTS_AT_ONCE) -> int:
    """Acts on follow events, whoever made them: backfills new edges, tells the other side, hints to the open pages of
    both. Returns how many events are dealt with."""
    with connection.cursor() as cursor:
        cursor.execute(OUTBOX_LOCK)
        cursor.execute(CONSUME_OUTBOX, {"size": at_most})
        events = cursor.fetchall()
    both = {account_id for one, other, _, alone in events if not alone for account_id in (one, other)}
    ties = [hint for one, other, event_id, alone in events for hint in hints_of(one, other, event_id, alone=alone)]
    live.publish_each([*ties, (both, BADGE)])
    return len(events)
