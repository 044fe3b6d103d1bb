"""What must hold after a fan-out, whatever happened to it meanwhile."""

import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from feeds import selectors
from feeds.audit import CHECKS
from feeds.models import InboxEntry
from follows.models import Follow
from socialvideo.lib.testing import broken
from videos.models import Publication

READERS = 5


def until(holds: Callable[[], bool], seconds: float = 60, meanwhile: Callable[[], object] = lambda: None) -> None:
    """A database that is away is asked again."""
    over = time.monotonic() + seconds
    while not _answers(holds):
        assert time.monotonic() < over, "it never came to be"
        meanwhile()
        time.sleep(0.02)


def _answers(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (InterfaceError, OperationalError):
        connection.close()
        return False


def told(publication: Publication) -> int:
    """So far."""
    return Publication.objects.get(pk=publication.pk).told


def is_done(publication: Publication) -> bool:
    return Publication.objects.filter(pk=publication.pk, fanout_state="done").exists()


def assert_everyone_told_once(publication: Publication, followers: int) -> None:
    """By rows, by counters, by feeds beside what they are defined as, and by the audit."""
    publication.refresh_from_db()
    assert publication.fanout_state == "done"
    assert publication.followers_at_publish == followers == publication.told
    assert publication.left_first == 0
    entries = InboxEntry.objects.filter(publication_id=publication.pk)
    fans = Follow.objects.filter(followee=publication.creator_id).values_list("follower_id", flat=True)
    assert entries.count() == followers == entries.filter(recipient_id__in=fans).count()
    for reader in fans.order_by("-since")[:READERS]:
        shown = [video.pk for video in selectors.following_videos(reader).items]
        assert shown == [video.pk for video in selectors.pulled_videos(reader)]
        assert publication.video_id in shown
        assert selectors.unread_count(reader) == 1
    assert broken(CHECKS) == {}
