"""A push service and a browser for tests: a real server on this machine, which answers as it is told to and decrypts what
it took with the browser's keys."""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from accounts.models import User
from feeds import services
from feeds.models import PushSubscription

AUTH = b"0123456789abcdef"


def encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@dataclass
class Browser:
    """Has a key that nobody else knows."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(AUTH)}

    def subscribe(self, account: User, device: str = "Firefox on Linux") -> PushSubscription:
        return services.subscribe(account=account, endpoint=self.endpoint, **self.keys, device=device)

    def read(self, body: bytes) -> dict[str, str]:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=AUTH, version="aes128gcm"))


@dataclass
class Request:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class PushService:
    """`answers`: statuses to give first, with their headers; afterwards 201. `seconds`: how long it thinks."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    seconds: float = 0
    asked: list[Request] = field(default_factory=list)
    accepted: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, name: str = "phone") -> Browser:
        return self.browsers.setdefault(f"/{name}", Browser(f"{self.url}/{name}"))

    def read(self) -> list[dict[str, str]]:
        """What it accepted, in the browsers' hands."""
        return [self.browsers[request.path].read(request.body) for request in self.accepted]

    def take(self, request: Request) -> tuple[int, dict[str, str]]:
        with self.lock:
            self.asked.append(request)
            status, headers = self.answers.pop(0) if self.answers else (201, {})
            if status < 300:
                self.accepted.append(request)
        return status, headers


@contextmanager
def running() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            time.sleep(service.seconds)
            status, answered = service.take(Request(self.path, headers, body))
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | answered).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    yield service
    server.shutdown()
    server.server_close()


def is_signed_by_the_site(request: Request, public_key: str) -> bool:
    """Its token names the key that the browser subscribed to, and is signed by it."""
    scheme, _, given = request.headers["authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in given.split(","))
    return scheme == "vapid" and parts["k"] == public_key and Vapid.verify(request.headers["authorization"])
