"""What is read about accounts: by name, present or past, and how they stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token

from accounts.links import log_in_id_of
from accounts.models import HANDLE_PATTERN, Archive, Erasure, HandleClaim, LogIn, StandingEvent, User
from socialvideo.lib.pagination import Page, keyset_page
from socialvideo.lib.personal import Kind, kinds

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


# --- What is kept ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Device:
    """Where somebody is logged in. `seen_at` to the hour."""

    id: str
    name: str
    began_at: datetime | None
    seen_at: datetime
    is_this: bool


def log_ins(account: User, *, this: str = "", cursor: str = "") -> Page[Device]:
    """The last used first. Those that a new password has ended already are none."""
    current = LogIn.objects.filter(account=account, expire_date__gt=Now())
    page = keyset_page(current, order=["-seen_at", "session_key"], cursor=cursor)
    proof = account.get_session_auth_hash()
    still = [row for row in page.items if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), proof)]
    return Page([_device(row, this) for row in still], page.next_cursor)


def _device(row: LogIn, this: str) -> Device:
    return Device(log_in_id_of(row.pk), row.device, row.began_at, row.seen_at, row.pk == this)


def archive_of(account: User) -> Archive | None:
    """The last one that was asked for."""
    return Archive.objects.filter(account=account).order_by("-pk").first()


PARTS: dict[str, Any] = {
    "account": _("Account"),
    "following": _("Following"),
    "videos": _("Videos"),
    "inbox": _("Notifications"),
    "for-you": _("For You"),
}


def stored() -> list[tuple[str, list[Kind]]]:
    """Everything that the site keeps about people, by what it is about."""
    order = list(PARTS)
    ordered = sorted(kinds(), key=lambda kind: order.index(_part(kind)))
    return [(PARTS[part], list(some)) for part, some in groupby(ordered, _part)]


def _part(kind: Kind) -> str:
    return kind.name.partition("/")[0]
