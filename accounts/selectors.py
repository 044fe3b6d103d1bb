"""What is read about accounts: by name, present or past, and how they stand."""

import re
from collections.abc import Sequence

from rest_framework.authtoken.models import Token

from accounts.models import HANDLE_PATTERN, Erasure, HandleClaim, StandingEvent, User

_HANDLE = re.compile(HANDLE_PATTERN)


def account_by_handle(handle: str) -> User | None:
    """Whoever has this handle now, in whatever case it is written: suspended and deactivated ones too, erased ones not."""
    if not _HANDLE.fullmatch(handle.lower()):
        return None
    return User.objects.named(handle).filter(erased_at=None).first()


def current_handle_of(old: str) -> str | None:
    """The handle that the account behind a former one has now: an old link still leads to the same person."""
    if not _HANDLE.fullmatch(old.lower()):
        return None
    claim = HandleClaim.objects.filter(handle=old.lower()).values("account_id")
    return User.objects.filter(pk__in=claim, erased_at=None).values_list("handle", flat=True).first()


def accounts_by_handle(handles: Sequence[str]) -> list[int]:
    """The present accounts behind these handles, their own or former ones, in the order given and each once."""
    meant = dict(HandleClaim.objects.filter(handle__in=handles).values_list("handle", "account_id"))
    present = set(User.objects.present().filter(pk__in=meant.values()).values_list("pk", flat=True))
    found = (meant[handle] for handle in handles if handle in meant)
    return list(dict.fromkeys(account_id for account_id in found if account_id in present))


def handle_is_free(handle: str, *, account_id: int | None = None) -> bool:
    """Never anybody's, or this account's own. A hint for a form: the database decides when it is taken."""
    return HandleClaim.objects.filter(handle=handle).values_list("account_id", flat=True).first() in (None, account_id)


def token_of(account: User) -> Token | None:
    return Token.objects.filter(user=account).first()


def is_suspended(account_id: int) -> bool:
    return User.objects.filter(pk=account_id, suspended_at__isnull=False).exists()


def suspension(account_id: int) -> StandingEvent | None:
    """The record of the suspension that stands."""
    events = StandingEvent.objects.filter(account_id=account_id, act=StandingEvent.Act.SUSPENDED)
    return events.order_by("-id").first()


def standing_history(account_id: int) -> list[StandingEvent]:
    return list(StandingEvent.objects.filter(account_id=account_id).order_by("-id"))


def pending_erasure(account_id: int) -> Erasure | None:
    """The deletion that was asked for and can still be taken back."""
    return Erasure.objects.filter(pk=account_id, begun_at=None).first()
