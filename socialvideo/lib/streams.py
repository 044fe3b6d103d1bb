"""Event streams over HTTP (server-sent events) as an ASGI application: GET /live/, for whoever is logged in.

Neither a thread nor a database connection per stream: a few threads look sessions up, when a stream is opened and every
few minutes after, so that logging out or being suspended ends it."""

import asyncio
import contextlib
import math
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from time import monotonic
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.db import Error as DatabaseAway
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from socialvideo.lib.hub import Hub, Stream

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = dict[str, str]

STREAMS_AN_ACCOUNT = 10
RETRY = 2000  # ms after which a browser comes back by itself
BEAT = '{"kind": "beat"}'  # not a comment, so that a page can tell a dead connection from a quiet one
LOOKUPS = 4  # sessions looked up at once, each on a database connection
ANSWER = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), (b"vary", b"Origin, Cookie")]
STREAM = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]  # a proxy must not collect it


class Streams:
    """The application. Its hub listens from startup to shutdown."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.lookups = ThreadPoolExecutor(LOOKUPS, "session")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        listening = asyncio.create_task(self.hub.listen())
        for number in (signal.SIGTERM, signal.SIGINT):
            self._end_streams_on(number)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        listening.cancel()
        self.lookups.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})

    def _end_streams_on(self, number: signal.Signals) -> None:
        """Servers tell the application to shut down only when all responses are over; streams never are."""
        loop = asyncio.get_running_loop()
        if callable(server := signal.getsignal(number)):

            def end(number: int, frame: FrameType | None) -> None:
                loop.call_soon_threadsafe(self.hub.close)
                server(number, frame)

            signal.signal(number, end)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        cookie = headers.get("cookie", "")
        status, account_id = _first_look(scope, headers), None
        if status == 200 and scope["path"] != "/healthz":
            status, account_id = await self._admit(cookie)
        described = [*ANSWER, *_permission(headers)] if status != 403 else ANSWER
        if account_id is None:
            await send({"type": "http.response.start", "status": status, "headers": described})
            await send({"type": "http.response.body"})
            return
        with self.hub.stream(account_id, _age(scope["query_string"])) as stream:
            leaving = asyncio.create_task(_end_when_left(receive, stream))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": [*described, *STREAM]})
                await self._pass_on(stream, account_id, cookie, send)
            finally:
                leaving.cancel()
        await send({"type": "http.response.body"})

    async def _admit(self, cookie: str) -> tuple[int, int | None]:
        if self.hub.closed:
            return 503, None
        try:
            account_id = await self._account(cookie)
        except DatabaseAway:
            return 503, None
        if account_id is None:
            return 204, None  # the one answer after which a browser does not come back by itself
        if not self.hub.makes_room(account_id, STREAMS_AN_ACCOUNT, settings.LIVE_LOOKUP_SECONDS):
            return 429, None
        return 200, account_id

    async def _pass_on(self, stream: Stream, account_id: int, cookie: str, send: Send) -> None:
        text = f"retry: {RETRY}\n\n"
        looked_up = monotonic()
        while not stream.ended:
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
            events = [BEAT]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings.LIVE_BEAT_SECONDS):
                    events = await stream.told()
            text = "".join(f"data: {event}\n\n" for event in events)
            if monotonic() - looked_up > settings.LIVE_LOOKUP_SECONDS:
                looked_up = monotonic()
                if not await self._stays(account_id, cookie):
                    return

    async def _stays(self, account_id: int, cookie: str) -> bool:
        with contextlib.suppress(DatabaseAway):
            return await self._account(cookie) == account_id
        return True

    async def _account(self, cookie: str) -> int | None:
        return await asyncio.get_running_loop().run_in_executor(self.lookups, _logged_in, cookie)


def _first_look(scope: Message, headers: Headers) -> int:
    if scope["path"] not in {"/live/", "/healthz"}:
        return 404
    if scope["method"] != "GET":
        return 405
    return 200 if _hosts_agree(headers) else 403


def _hosts_agree(headers: Headers) -> bool:
    """Only pages of this site. The port may differ, as in `make run`: a host's ports share their cookies anyhow."""
    try:
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).hostname == urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return False


def _permission(headers: Headers) -> list[tuple[bytes, bytes]]:
    if "origin" not in headers:
        return []
    origin = headers["origin"].encode("latin-1")
    return [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true")]


def _age(query: bytes) -> float:
    """How long ago, in seconds, the page knew everything."""
    try:
        return max(0.0, float(parse_qs(query.decode("latin-1"))["age"][0]) / 1000)
    except (KeyError, ValueError):
        return math.inf


async def _end_when_left(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


def _logged_in(cookie: str) -> int | None:
    """The account of a session, asked as the pages ask."""
    close_old_connections()
    try:
        request = HttpRequest()
        sessions = import_module(settings.SESSION_ENGINE)
        request.session = sessions.SessionStore(parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME))
        return get_user(request).pk
    finally:
        close_old_connections()
