"""An end to talking with servers of others. A socket's timeout begins anew with every byte, so that one who drips them keeps
a caller for ever, and a thread cannot be killed (the queue `outgoing` is worked at by threads): its connection is cut."""

import socket
from contextlib import suppress
from threading import Timer
from typing import Any


class LastMoment:
    """Mixed into a connection before its class. What is cut off reads like a server that hung up."""

    sock: Any
    _end: Timer | None = None

    def ends_within(self, seconds: float) -> None:
        self._stop_clock()
        self._end = Timer(seconds, self._hang_up)
        self._end.daemon = True
        self._end.start()

    def close(self) -> None:
        self._stop_clock()
        super().close()  # type: ignore[misc]

    def _stop_clock(self) -> None:
        if self._end:
            self._end.cancel()

    def _hang_up(self) -> None:
        with suppress(OSError, AttributeError):  # it is closed already, or not open yet, for which it has less time
            self.sock.shutdown(socket.SHUT_RDWR)
