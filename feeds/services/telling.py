"""Telling followers. The publication's row says how far its fan-out has come; whoever holds that row tells the next
followers, and cursor and counters are saved with what they count. Killed anywhere, it goes on where it stood."""

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from feeds.services.pushing import owe_walk
from feeds.sql.telling import CONSUME_OUTBOX, OUTBOX_LOCK, TELL_CHUNK
from follows.hints import hints_of
from socialvideo.lib import live
from videos.models import Publication

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
        owe_walk(publication.pk)
        publication.fanout_finished_at = publication.fanout_started_at
    else:
        publication.fanout_state = Publication.Fanout.RUNNING


def _tell_chunk(publication: Publication, size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            TELL_CHUNK,
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
        cursor.execute(OUTBOX_LOCK)
        cursor.execute(CONSUME_OUTBOX, {"size": at_most})
        events = cursor.fetchall()
    live.publish_each(
        hint
        for follower_id, followee_id, event_id, alone in events
        for hint in hints_of(follower_id, followee_id, event_id, alone=alone)
    )
    return len(events)
