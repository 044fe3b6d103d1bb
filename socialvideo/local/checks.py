"""What can be wrong before anything starts: each in one line, in the words of whoever set it."""

import errno
import os
import shutil
import socket
from pathlib import Path

import psycopg
import redis

from socialvideo.local.errors import LocalError

PORTS_TRIED = 50
FREE_BYTES_NEEDED = 500 * 1024 * 1024
_DATABASE_URL_FORM = "DATABASE_URL must look like postgresql://user:password@host:5432/name."
_REDIS_URL_FORM = "REDIS_URL must look like redis://:password@host:6379/0 or unix:///path.sock?db=0."


def wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise LocalError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def check_disk(path: Path) -> None:
    free = shutil.disk_usage(path).free
    if free < FREE_BYTES_NEEDED:
        raise LocalError(
            f"{path} has {free // 2**20} MB of free disk; the site needs {FREE_BYTES_NEEDED // 2**20} MB to start."
        )


def check_database(url: str) -> None:
    """Repeats host and port, never the address itself, which holds a password."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise LocalError(_DATABASE_URL_FORM)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        raise LocalError(f"DATABASE_URL: PostgreSQL cannot be reached: {str(error).strip().splitlines()[0]}") from None
    except (psycopg.Error, ValueError):
        raise LocalError(_DATABASE_URL_FORM) from None


def check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except ValueError:
        raise LocalError(_REDIS_URL_FORM) from None
    except redis.RedisError as error:
        raise LocalError(f"REDIS_URL: Redis cannot be reached: {error}") from None


def listen(host: str, port: int) -> socket.socket:
    """The wanted port or the next free one. The process behind it inherits this socket: nobody takes the port in
    between, and visitors wait, instead of being refused, while a killed process starts again."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            listening = socket.create_server((host, candidate), backlog=512)
        except PermissionError:
            raise LocalError(f"Port {candidate} is only for root; choose one above 1023 with PORT=…") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise LocalError(f"HOST is {host!r}; it must be an IPv4 address of this machine.") from None
        listening.set_inheritable(True)
        return listening
    raise LocalError(f"No port is free from {port} to {candidate}; choose another with PORT=…")


def address(listening: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104 - compared, not bound
