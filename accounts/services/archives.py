"""The download of everything that the site keeps about an account. Asking writes a row; a worker that takes it by lease
writes the file into a folder of its own, and one update of the row offers it. Killed anywhere, the sweep has it made anew;
after `KEEP_ARCHIVES_DAYS` file and row go."""

import errno
import logging
import os
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import IO

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import archiving
from accounts.locks import lock_account
from accounts.models import Archive, User
from accounts.services.refusals import AccountRefused
from accounts.signals import archive_wanted
from socialvideo.lib.files import remove_folder, written
from socialvideo.lib.heartbeat import beating
from socialvideo.lib.languages import speaking

logger = logging.getLogger(__name__)

ONE_IN = timedelta(days=1)
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 5
REPORT_SECONDS = 1
MOST_ATTEMPTS = 3
PAUSE = timedelta(seconds=30)  # before a failed attempt is repeated, times its number
HINTED_AT_ONCE = 20
WRITTEN = 95  # percent; the rest is storing


class LeaseLost(Exception):
    """Somebody else makes it now, or the account is gone."""


class NoRoom(Exception):
    """On the disk that the file is written to."""


@transaction.atomic
def ask_for_archive(*, account: User) -> Archive:
    """One at a time, and one a day. The one before is offered no more. Raises AccountRefused."""
    lock_account(account.pk)
    mine = Archive.objects.filter(account=account)
    if mine.waiting().exists():
        raise AccountRefused(_("Your data is being put together already."))
    if mine.of_the_last(ONE_IN).exists():
        raise AccountRefused(_("You asked for your data less than a day ago. You can ask again tomorrow."))
    mine.filter(state=Archive.State.READY).update(expires_at=Now())
    mine.filter(state=Archive.State.FAILED).delete()
    archive = Archive.objects.create(account=account)
    archive.refresh_from_db()
    archive_wanted.send(Archive, archive_id=archive.pk)
    return archive


def sweep() -> None:
    """Hints for what is to be made, an end for what wore out its workers, and for what has had its time."""
    free = Archive.objects.free()
    for archive in free.filter(attempts__gte=MOST_ATTEMPTS):
        _fail(archive, Archive.Failure.BROKEN)
    for archive_id in free.filter(attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True)[:HINTED_AT_ONCE]:
        archive_wanted.send(Archive, archive_id=archive_id)
    for archive in Archive.objects.over(ONE_IN)[:HINTED_AT_ONCE]:
        _remove(archive)


def _remove(archive: Archive) -> None:
    """The file first, so that a crash leaves a row that says what is still to be done."""
    try:
        remove_folder(archive.folder)
    except OSError:
        logger.exception("The file of %s was not removed; the next sweep tries again", archive)
    else:
        archive.delete()


# --- Making one -----------------------------------------------------------------------------------------------


def make(archive_id: int) -> None:
    """One attempt. Nothing happens when it is not free, so calling twice is calling once."""
    if archive := _claim(archive_id):
        with beating(lambda: _renew(archive), seconds=HEARTBEAT_SECONDS, name=f"lease of archive {archive_id}"):
            _attempt(archive)


def _claim(archive_id: int) -> Archive | None:
    key = secrets.token_urlsafe(12)
    free = Archive.objects.free().filter(pk=archive_id, attempts__lt=MOST_ATTEMPTS)
    taken = free.update(lease_key=key, lease_until=Now() + LEASE, attempts=F("attempts") + 1, progress=0)
    return Archive.objects.select_related("account").filter(pk=archive_id, lease_key=key).first() if taken else None


def _mine(archive: Archive) -> QuerySet[Archive]:
    return Archive.objects.waiting().filter(pk=archive.pk, lease_key=archive.lease_key)


def _renew(archive: Archive, **changes: int) -> int:
    return _mine(archive).update(lease_until=Now() + LEASE, **changes)


def _attempt(archive: Archive) -> None:
    try:
        remove_folder(archive.folder)  # what earlier attempts left
        name = _write(archive)
        _offer(archive, name)
    except LeaseLost:
        _throw_away(archive)
    except Exception as error:
        if isinstance(error, NoRoom) or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}:
            logger.error("No room for %s", archive)  # noqa: TRY400 - the disk says it all
            _fail(archive, Archive.Failure.NO_ROOM)
        else:
            logger.exception("%s was not made", archive)
            _mine(archive).update(lease_key="", lease_until=Now() + PAUSE * archive.attempts)
        _throw_away(archive)


def _throw_away(archive: Archive) -> None:
    """What this attempt wrote, unless it is what is offered: somebody else may be at work, or the answer was lost."""
    offered = Archive.objects.filter(pk=archive.pk, state=Archive.State.READY, lease_key=archive.lease_key)
    if not offered.exists():
        remove_folder(f"{archive.folder}/{archive.lease_key}")


def _write(archive: Archive) -> str:
    now, account = timezone.now(), archive.account
    name = f"{archive.folder}/{archive.lease_key}/{account.handle}-{now:%Y-%m-%d}.zip"
    with speaking(account.language), written(name) as target:
        archiving.write(target, account, now=now, report=_report(archive, target))
    return name


def _report(archive: Archive, target: IO[bytes]) -> Callable[[float], None]:
    """Writes the progress now and then. Raises NoRoom and LeaseLost, which end the work."""
    said = 0.0

    def report(done: float) -> None:
        nonlocal said
        if not _has_room(target):
            raise NoRoom
        if time.monotonic() - said < REPORT_SECONDS:
            return
        said = time.monotonic()
        if not _renew(archive, progress=int(done * WRITTEN)):
            raise LeaseLost

    return report


def _has_room(target: IO[bytes]) -> bool:
    """Beside what the disk's other users need."""
    disk = os.fstatvfs(target.fileno())
    return disk.f_bavail * disk.f_frsize >= settings.KEEP_FREE_BYTES


@transaction.atomic
def _offer(archive: Archive, name: str) -> None:
    size, now = default_storage.size(name), timezone.now()
    expires_at = now + timedelta(days=settings.KEEP_ARCHIVES_DAYS)
    ready = {"state": Archive.State.READY, "name": name, "bytes": size, "made_at": now, "expires_at": expires_at}
    if not _mine(archive).update(progress=100, lease_until=None, **ready):
        raise LeaseLost
    _mail(User.objects.get(pk=archive.account_id), expires_at)  # at the address that it has now


def _mail(account: User, expires_at: object) -> None:
    context = {"user": account, "handle": account.handle, "expires_at": expires_at, "SITE_URL": settings.SITE_URL}
    email = account.email
    transaction.on_commit(lambda: get_adapter().send_mail("account/email/archive_ready", email, context), robust=True)


def _fail(archive: Archive, failure: Archive.Failure) -> None:
    _mine(archive).update(state=Archive.State.FAILED, failure=failure, lease_key="", lease_until=None)
