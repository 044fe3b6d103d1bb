"""What accounts do when a deletion becomes final."""

from typing import Any

from django.dispatch import receiver

from accounts import tasks
from accounts.services import erasure
from accounts.signals import erasure_due


@receiver(erasure_due)
def erase_ones_own_part(account_id: int, **_: Any) -> None:
    erasure.owe(account_id=account_id, part=erasure.PART)
    tasks.erase.delay_on_commit(account_id)
