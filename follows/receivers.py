"""What following does when accounts announce something."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import privacy_changed
from follows import services


@receiver(privacy_changed)
def admit_those_who_asked(account_id: int, is_private: bool, **kwargs: Any) -> None:
    """An account that became public has no requests: whoever asked, follows. Runs under the account's lock."""
    if not is_private:
        services.approve_everyone(followee_id=account_id, cause=services.Cause.WENT_PUBLIC)
