"""A page's side of an event stream, without a browser."""

import json
from http.client import HTTPConnection
from time import monotonic
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import User

PATIENCE = 30  # seconds


def cookie_of(account: User) -> str:
    client = Client()
    client.force_login(account)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class EventStream:
    """`age`: for how long, in seconds, the page has known nothing new."""

    def __init__(self, port: int, cookie: str = "", *, age: float | None = 0, **headers: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=20)
        query = "" if age is None else f"?age={age * 1000:.0f}"
        self.connection.request("GET", f"/live/{query}", headers={"Cookie": cookie, **headers})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def next(self, *, beats: bool = False) -> dict[str, Any] | None:
        """The next event; None when the stream has ended. Fails when there are only beats for long."""
        end = monotonic() + PATIENCE
        while line := self.answer.readline():
            if line.startswith(b"data: "):
                event: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                if beats or event["kind"] != "beat":
                    return event
                assert monotonic() < end, "nothing but beats"
        return None

    def seconds_until_end(self) -> float:
        started = monotonic()
        while self.next() is not None:
            pass
        return monotonic() - started

    def close(self) -> None:
        self.answer.close()
        self.connection.close()
