"""A server that drips its answer, byte by byte for ever, keeps nobody: every connection outwards has a last moment."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from smtplib import SMTPException

import pytest
import requests
from django.core import mail

from feeds import webpush
from socialvideo.lib import mail as limited


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes], int]]:
    """`dripping(begin)`: the port of a server that says this, and then a byte from time to time."""
    over = threading.Event()
    listening: list[socket.socket] = []

    def drip(server: socket.socket, begin: bytes) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(begin)
            try:
                while not over.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                return

    def start(begin: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=drip, args=(server, begin), daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    over.set()
    for server in listening:
        server.close()


@pytest.mark.parametrize(
    "begin", [b"HTTP/1.1 20", b"HTTP/1.1 201 Created\r\nX-A: ", b"HTTP/1.1 500 No\r\nContent-Length: 999999\r\n\r\n"]
)
def test_a_push_service_that_drips(
    dripping: Callable[[bytes], int], monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(webpush, "AT_MOST", 0.5)
    address = f"http://127.0.0.1:{dripping(begin)}/"
    with webpush.Wire(1) as wire, contextlib.suppress(requests.RequestException):
        assert wire.post(address, b"", timeout=webpush.PATIENCE).status_code == 201  # said before it was cut off


@pytest.mark.parametrize("begin", [b"220-", b"220 mail.test\r\n250-"])
def test_a_mail_server_that_drips(
    dripping: Callable[[bytes], int], monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(limited, "AT_MOST", 0.5)
    backend = "socialvideo.lib.mail.EmailBackend"
    server = mail.get_connection(backend, host="127.0.0.1", port=dripping(begin), timeout=30)
    with pytest.raises((OSError, SMTPException)):
        server.send_messages([mail.EmailMessage("Hello", "You", "us@mail.test", ["you@mail.test"])])
