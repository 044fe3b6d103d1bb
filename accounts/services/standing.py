"""How an account stands: suspended by a moderator, deactivated by its owner, or present. Nothing of this takes anything
away; each change is made under the account's lock and recorded for ever."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.locks import lock_account
from accounts.models import Erasure, StandingEvent, User
from accounts.services.entering import revoke_token
from accounts.services.refusals import AccountRefused
from accounts.signals import standing_changed

DELETED = _("This account is deleted. It cannot be brought back.")


@transaction.atomic
def suspend(*, account: User, by: User, reason: str, until: datetime | None = None) -> User:
    """Hides the account and closes it to its owner, who can read the reason. Everything it has is kept. None: for good. Of
    two suspensions the one that ends last counts."""
    if account.pk == by.pk:
        raise AccountRefused(gettext("You cannot suspend yourself."))
    if account.is_staff and not by.is_superuser:
        raise AccountRefused(gettext("Only an administrator can suspend a member of the staff."))
    lock_account(account.pk)
    account.refresh_from_db(fields=["suspended_at", "suspended_until"])
    if account.suspended_at and _ends_later(until, account.suspended_until):
        StandingEvent.objects.create(
            account_id=account.pk, actor_id=by.pk, act=StandingEvent.Act.SUSPENDED, reason=reason.strip()
        )
        return suspension_ends(account=account, until=until)
    if account.suspended_at:
        return account
    _stand(account, by, StandingEvent.Act.SUSPENDED, reason, suspended_at=timezone.now())
    return suspension_ends(account=account, until=until)


def _ends_later(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one > other)


def suspension_ends(*, account: User, until: datetime | None) -> User:
    """Of an account that is suspended. Under its lock."""
    User.objects.filter(pk=account.pk, suspended_at__isnull=False).update(suspended_until=until)
    account.refresh_from_db(fields=["suspended_until"])
    return account


@transaction.atomic
def unsuspend(*, account: User, by: User, reason: str = "") -> User:
    lock_account(account.pk)
    User.objects.filter(pk=account.pk).update(suspended_until=None)
    return _stand(account, by, StandingEvent.Act.UNSUSPENDED, reason, suspended_at=None)


@transaction.atomic
def end_suspension_if_over(*, account: User) -> None:
    """Whoever logs in after its hour is not kept waiting for the sweep."""
    lock_account(account.pk)
    if User.objects.filter(pk=account.pk, suspended_until__lte=Now()).exists():
        unsuspend(account=account, by=account)


def deactivate(*, account: User) -> User:
    """Hides the account until its owner logs in again. Programs lose their access; sessions end by themselves."""
    with transaction.atomic():
        revoke_token(account=account)
        return _stand(account, account, StandingEvent.Act.DEACTIVATED, "", deactivated_at=timezone.now())


@transaction.atomic
def reactivate(*, account: User) -> User:
    """Brings a deactivated account back as it was. A deletion that is not final yet is taken back with it.
    Raises AccountRefused."""
    lock_account(account.pk)
    if User.objects.filter(pk=account.pk, erased_at__isnull=False).exists():
        raise AccountRefused(DELETED)
    Erasure.objects.filter(pk=account.pk).delete()
    return _stand(account, account, StandingEvent.Act.REACTIVATED, "", deactivated_at=None)


@transaction.atomic
def _stand(account: User, by: User, act: StandingEvent.Act, reason: str, **change: object) -> User:
    """Changes one of the moments that make up an account's standing and records it, or does nothing when it stands so
    already: the first suspension's moment and reason remain."""
    [(field, moment)] = change.items()
    lock_account(account.pk)
    stood_otherwise = User.objects.filter(pk=account.pk, **{f"{field}__isnull": moment is not None})
    if stood_otherwise.update(**change):
        StandingEvent.objects.create(account_id=account.pk, actor_id=by.pk, act=act, reason=reason.strip())
        standing_changed.send(sender=User, account_id=account.pk)
    account.refresh_from_db(fields=[field])
    return account
