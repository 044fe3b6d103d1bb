"""The protocol of web push: which addresses are push services, how a message gets there, and what their answers mean.
Knows no table but the key's.

A browser names the address that messages go to. Whoever writes their own could make this site ask any machine that it can
reach, so only services that browsers use are asked, and nothing follows where they redirect to."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr, parsedate_to_datetime
from enum import Enum, auto
from hashlib import sha256
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone
from py_vapid import Vapid
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from feeds.models import PushKey, PushSubscription
from socialvideo.lib.last_moment import LastMoment

PATIENCE = (5, 10)  # seconds to connect, and between two bytes of the answer
AT_MOST = 20  # seconds, from the first byte to the last
KEPT_SECONDS = 24 * 3600  # by the push service, for a device that is off
_HTTPS = re.compile(r"https://([a-z0-9.-]+)(?::443)?/[!-~]*")
_PRINTABLE = re.compile(r"[!-~]*")


class Fate(Enum):
    ACCEPTED = auto()
    GONE = auto()  # the browser has no such subscription any more
    LATER = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class Answer:
    """What a push service said. `wait`: the seconds for which it asked to be left alone."""

    fate: Fate
    words: str
    wait: int = 0


def is_push_service(endpoint: str) -> bool:
    """An address at a service of `PUSH_SERVICES`: below a host, by https, or at an origin that is written out."""
    if not _PRINTABLE.fullmatch(endpoint):
        return False
    if any(endpoint.startswith(f"{service}/") for service in settings.PUSH_SERVICES if "://" in service):
        return True
    found = _HTTPS.fullmatch(endpoint)
    return found is not None and any(f".{found[1]}".endswith(f".{service}") for service in settings.PUSH_SERVICES)


def are_keys(p256dh: str, auth: str) -> bool:
    """A point of the curve and a secret, by which messages can be encrypted."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(p256dh))
        return len(_decoded(auth)) == 16
    except (ValueError, binascii.Error):
        return False


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)


def site_key() -> Vapid:
    """The site's own key pair; made by whoever needs it first."""
    if settings.VAPID_PRIVATE_KEY:
        return Vapid.from_raw(settings.VAPID_PRIVATE_KEY.encode())
    row = PushKey.objects.first() or _make_key()
    return Vapid.from_pem(row.private_pem.encode())


def _make_key() -> PushKey:
    made = Vapid()
    made.generate_keys()
    PushKey.objects.bulk_create([PushKey(private_pem=made.private_pem().decode())], ignore_conflicts=True)
    return PushKey.objects.get()


def public_key() -> str:
    """As browsers want it when they subscribe."""
    point = site_key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


class _Limited(LastMoment):
    def request(self, *args: Any, **kwargs: Any) -> None:
        self.ends_within(AT_MOST)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _Plain(_Limited, HTTPConnection):
    pass


class _Encrypted(_Limited, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


POOLS = {"http": _PlainPool, "https": _EncryptedPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


class Wire(requests.Session):
    """Connections to push services, kept open for a batch. None of them waits for an answer longer than `AT_MOST`."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(pool_maxsize=connections))

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().post(*args, **kwargs, allow_redirects=False)


def deliver(wire: Wire, key: Vapid, subscription: PushSubscription, message: Mapping[str, str]) -> Answer:
    """Encrypts the message for the browser and hands it to its push service, which replaces one with the same tag that
    it still keeps."""
    # With aiohttp, which it brings, a tenth of what every process would read at its start.
    from pywebpush import WebPushException, webpush

    if not is_push_service(subscription.endpoint):
        return Answer(Fate.REFUSED, "no push service")
    try:
        response = webpush(
            {
                "endpoint": subscription.endpoint,
                "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth},
            },
            data=json.dumps(message, ensure_ascii=False),
            vapid_private_key=key,
            vapid_claims={"sub": _contact()},
            headers={"Topic": _topic(message["tag"]), "Urgency": "normal"},
            ttl=KEPT_SECONDS,
            timeout=PATIENCE,
            requests_session=wire,
        )
    except requests.RequestException as error:
        return Answer(Fate.LATER, type(error).__name__)
    except WebPushException as refused:
        response = refused.response
    except ValueError:
        return Answer(Fate.REFUSED, "unusable keys")
    return _meaning(response.status_code, response.headers)


def _topic(tag: str) -> str:
    """Services take no more than 32 characters of an alphabet of their own."""
    return sha256(tag.encode()).hexdigest()[:32]


def _contact() -> str:
    return settings.PUSH_CONTACT or f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _meaning(status: int, headers: Mapping[str, str]) -> Answer:
    if 200 <= status < 300:
        return Answer(Fate.ACCEPTED, str(status))
    if status in (404, 410):
        return Answer(Fate.GONE, str(status))
    if status in (408, 429) or status >= 500:
        return Answer(Fate.LATER, str(status), _seconds(headers.get("Retry-After", "")))
    return Answer(Fate.REFUSED, str(status))


def _seconds(retry_after: str) -> int:
    """Given as seconds or as a date."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(int(retry_after[:9]), KEPT_SECONDS)
    try:
        seconds = (parsedate_to_datetime(retry_after) - timezone.now()).total_seconds()
    except (TypeError, ValueError):
        return 0
    return max(0, min(int(seconds), KEPT_SECONDS))
