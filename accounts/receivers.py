"""What accounts do when somebody logs in, an archive is wanted, a deletion becomes final."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import sessions, tasks
from accounts.services import erasure
from accounts.signals import archive_wanted, erasure_due


@receiver(user_logged_in)
def note_log_in(request: HttpRequest, **_: Any) -> None:
    sessions.begin(request)


@receiver(archive_wanted)
def make_soon(archive_id: int, **_: Any) -> None:
    tasks.make_archive.delay_on_commit(archive_id)


@receiver(erasure_due)
def erase_ones_own_part(account_id: int, **_: Any) -> None:
    erasure.owe(account_id=account_id, part=erasure.PART)
    tasks.erase.delay_on_commit(account_id)
