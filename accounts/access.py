"""Who stands at the door: somebody whose password was right and who is not let in, because their account is suspended
or on its way to being deleted. For a quarter of an hour this session may do something about that account, and only that."""

import time

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import User

DOOR = "at_the_door"
WAITS_SECONDS = 15 * 60


def stand_at_the_door(request: HttpRequest, account: User) -> None:
    request.session[DOOR] = {"account": account.pk, "at": int(time.time()), "proof": account.get_session_auth_hash()}


def leave_the_door(request: HttpRequest) -> None:
    request.session.pop(DOOR, None)


def owner(request: HttpRequest) -> User | None:
    """Whoever is logged in or stands at the door. A new password sends away who came by the old one."""
    if request.user.is_authenticated:
        return request.user
    held = request.session.get(DOOR)
    if not held or held["at"] < time.time() - WAITS_SECONDS:
        return None
    account = User.objects.filter(pk=held["account"], erased_at=None).first()
    return account if account and constant_time_compare(held["proof"], account.get_session_auth_hash()) else None
