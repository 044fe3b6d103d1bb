"""The lease of an upload: of all requests and sweeps, one writes its file down or passes it on. It ends soon after its
holder died, and no row is locked meanwhile."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Exists, Q
from django.db.models.functions import Now

from socialvideo.lib.heartbeat import beating
from videos.models import Upload

LENGTH = timedelta(seconds=20)
HEARTBEAT_SECONDS = 5
FREE = Q(writing_until=None) | Q(writing_until__lt=Now())


def take(upload_id: int, *conditions: Q | Exists) -> str:
    """The holder's key; "" where somebody else has it or the conditions do not hold. Conditions on other rows by EXISTS: a
    join is asked in a subquery, once, before the row is waited for."""
    writer = secrets.token_urlsafe(12)
    free = Upload.objects.filter(FREE, *conditions, pk=upload_id)
    return writer if free.update(writer=writer, writing_until=Now() + LENGTH) else ""


def renew(upload_id: int, writer: str) -> bool:
    """Whether it was still held."""
    return bool(Upload.objects.filter(pk=upload_id, writer=writer).update(writing_until=Now() + LENGTH))


def give_back(upload_id: int, writer: str) -> None:
    Upload.objects.filter(pk=upload_id, writer=writer).update(writer="", writing_until=None)


@contextmanager
def renewed(upload_id: int, writer: str) -> Iterator[None]:
    """Beside a step that takes its time; given back afterwards."""
    try:
        with beating(lambda: renew(upload_id, writer), seconds=HEARTBEAT_SECONDS, name=f"lease of upload {upload_id}"):
            yield
    finally:
        give_back(upload_id, writer)
