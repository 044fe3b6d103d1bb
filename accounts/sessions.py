"""Where sessions are: Django's database sessions, whose rows say too whose they are, on which device, and when they were
last used, so that their owner can see and end them (SESSION_ENGINE). Not in Redis: nothing there is the only copy."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.http import HttpRequest
from django.utils import timezone

from accounts.access import DOOR
from accounts.models import LogIn
from socialvideo.lib.devices import known_device_of

BEGUN = "log_in"
SEEN_EVERY = timedelta(hours=1)  # a session that is used is written down no more often


def begin(request: HttpRequest) -> None:
    """Somebody has logged in."""
    request.session[BEGUN] = {"device": known_device_of(request), "at": int(timezone.now().timestamp())}


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[LogIn]:
        return LogIn

    def _get_session_from_db(self) -> LogIn | None:
        found: LogIn | None = super()._get_session_from_db()  # type: ignore[misc]  # no part of its public interface
        if found and found.account_id and found.seen_at < timezone.now() - SEEN_EVERY:
            LogIn.objects.filter(pk=found.pk).update(seen_at=timezone.now())
        return found

    def create_model_instance(self, data: dict[str, Any]) -> LogIn:
        row: LogIn = super().create_model_instance(data)
        for name, value in owner_of(data).items():
            setattr(row, name, value)
        return row


def owner_of(data: dict[str, Any]) -> dict[str, Any]:
    """What a row says besides its session. Who stands at the door has one too."""
    begun = data.get(BEGUN) or {}
    account = data.get(SESSION_KEY) or data.get(DOOR, {}).get("account")
    return {
        "account_id": int(account) if account else None,
        "device": begun.get("device", ""),
        "began_at": datetime.fromtimestamp(begun["at"], UTC) if begun else None,
    }
