"""Where an account is logged in, and ending that. A session that is ended is gone at its next request."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.links import log_in_id_of
from accounts.models import LogIn, User
from accounts.services.entering import revoke_token
from accounts.signals import log_in_ended

AT_ONCE = 1000


@transaction.atomic
def end_log_in(*, account: User, log_in_id: str) -> bool:
    """Twice is once. Whether there was such a one."""
    keys = LogIn.objects.filter(account=account).values_list("session_key", flat=True)
    named = [key for key in keys if log_in_id_of(key) == log_in_id]
    return bool(_end(account.pk, named))


@transaction.atomic
def end_other_log_ins(*, account: User, but: str = "") -> int:
    """All but this session, and the token of programs. How many sessions that were."""
    revoke_token(account=account)
    keys = LogIn.objects.filter(account=account).exclude(session_key=but).values_list("session_key", flat=True)
    return _end(account.pk, list(keys))


def _end(account_id: int, keys: list[str]) -> int:
    ended = list(LogIn.objects.select_for_update().filter(account=account_id, session_key__in=keys))
    for log_in in ended:
        log_in_ended.send(LogIn, account_id=account_id, held=log_in.get_decoded())
    LogIn.objects.filter(pk__in=[log_in.pk for log_in in ended]).delete()
    return len(ended)


def clear() -> None:
    """Sessions that are over, some in each transaction."""
    while LogIn.objects.filter(pk__in=LogIn.objects.filter(expire_date__lt=Now()).values("pk")[:AT_ONCE]).delete()[0]:
        pass
