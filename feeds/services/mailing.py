"""How a mail leaves. It is handed to the mail server at most once. What the server refused for now is tried again; whether
it took one whose worker or connection died at that very moment nobody knows, and that one stays `unknown`."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import TypeVar

from django.conf import settings
from django.core import mail
from django.utils import timezone

from feeds.models import Digest, Letter
from feeds.services.leases import mine, pause_after, settle
from feeds.sql.leases import claim

LEASE = timedelta(minutes=5)  # longer than a mail server is waited for
PATIENCE_SECONDS = 30
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=3)
KEPT = timedelta(days=90)
PRUNED_AT_ONCE = 500

State = Digest.State
M = TypeVar("M", Digest, Letter)


def due(kind: type[M], *, at_most: int) -> int:
    """How many wait to be sent, not counting beyond. Those whose worker died while handing them over do not any more."""
    waiting = kind.objects.filter(state=State.WAITING, due_at__lte=timezone.now())
    waiting.filter(handed_at__isnull=False).update(state=State.UNKNOWN)
    return waiting.filter(handed_at=None)[:at_most].count()


def send_one(kind: type[M], compose: Callable[[M], mail.EmailMessage | None], *, most_attempts: int) -> bool:
    """Takes one and sends what it is composed to now, if there still is something to say; returns whether there was one."""
    besides = "handed_at IS NULL"  # one that was handed over when its lease ran out is nobody's any more
    taken = kind.objects.raw(claim(kind._meta.db_table, besides=besides), {"size": 1, "lease": LEASE})
    row = next(iter(taken), None)
    if row is None:
        return False
    if row.attempts > most_attempts:
        settle(row, State.DEAD, "interrupted each time")
    elif message := compose(row):
        _hand_over(row, message, is_last=row.attempts >= most_attempts)
    else:
        settle(row, State.NEEDLESS)
    return True


def _hand_over(row: M, message: mail.EmailMessage, *, is_last: bool) -> None:
    """What fails before it is marked as handed over was not sent. After that, only a refusal says so."""
    try:
        server = mail.get_connection(timeout=settings.EMAIL_TIMEOUT or PATIENCE_SECONDS)
        server.open()
    except (OSError, SMTPException) as error:
        _try_later(row, _said(error), is_last=is_last)
        return
    try:
        if mine(row).update(handed_at=timezone.now()):
            server.send_messages([message])
            settle(row, State.SENT)
    except (SMTPRecipientsRefused, SMTPResponseException) as refusal:
        _try_later(row, _said(refusal), is_last=is_last or _is_final(refusal))
    except (OSError, SMTPException) as error:
        settle(row, State.UNKNOWN, _said(error))
    finally:
        with suppress(OSError, SMTPException):
            server.close()


def _is_final(refusal: SMTPRecipientsRefused | SMTPResponseException) -> bool:
    if isinstance(refusal, SMTPResponseException):
        return refusal.smtp_code >= 500
    return all(code >= 500 for code, _ in refusal.recipients.values())


def _said(error: Exception) -> str:
    """Without the address."""
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__


def _try_later(row: M, said: str, *, is_last: bool) -> None:
    if is_last:
        settle(row, State.DEAD, said)
    else:
        pause = pause_after(row.attempts, first=FIRST_PAUSE, longest=LONGEST_PAUSE)
        mine(row).update(due_at=timezone.now() + pause, handed_at=None, answer=said)


def prune(kind: type[M]) -> int:
    """Forgets some that are settled long since; returns how many."""
    settled = kind.objects.exclude(state=State.WAITING).filter(created_at__lt=timezone.now() - KEPT)
    some = list(settled.order_by("pk").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    kind.objects.filter(pk__in=some).delete()
    return len(some)
