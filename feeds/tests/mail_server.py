"""A mail server for tests: a real one on this machine, which takes mail, refuses it, or hangs up when told to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Handler:
    """`to_recipient`, `to_data`: what it says to an address and to a mail. `hangs_up`: after taking a mail, unsaid."""

    to_recipient: str = ""
    to_data: str = ""
    hangs_up: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - as the library calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        if self.to_data:
            return self.to_data
        content: Any = envelope.content
        self.taken.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients += envelope.rcpt_tos
        if self.hangs_up and server.transport:
            server.transport.abort()
        return "250 OK"


@contextmanager
def running(settings: Any) -> Iterator[Handler]:
    """The site's mail goes there."""
    handler, loop = Handler(), asyncio.new_event_loop()
    serving = loop.create_server(lambda: SMTP(handler, hostname="mail.test", loop=loop), "127.0.0.1", 0)
    server = loop.run_until_complete(serving)
    thread = Thread(target=loop.run_forever)
    thread.start()
    settings.EMAIL_BACKEND = "socialvideo.lib.mail.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.sockets[0].getsockname()
    yield handler
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
