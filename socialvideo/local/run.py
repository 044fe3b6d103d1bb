"""`make run`: servers, migrations, processes, demo world, and everything stopped again by one Ctrl-C."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
import redis

from socialvideo.local.errors import AlreadyRunningError, LocalError
from socialvideo.local.folder import CHECKOUT, MARK, ROOT, Folder
from socialvideo.local.leash import leash
from socialvideo.local.servers import Postgres, Redis, Server, end_marked, last_line
from socialvideo.local.supervisor import Console, Service, Supervisor

PORTS_TRIED = 50
WEB_START_SECONDS = 60
FREE_BYTES_NEEDED = 500 * 1024 * 1024
MANAGE = [sys.executable, str(ROOT / "manage.py")]
# Its warning about root is true of a public site, and noise on one's own machine.
CELERY = [
    sys.executable,
    "-W",
    "ignore:You're running the worker with superuser",
    "-m",
    "celery",
    "--app",
    "socialvideo",
    "--quiet",
]
QUIET = ["--without-mingle", "--without-gossip", "--loglevel", "WARNING"]


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal, wherever it finds us. Not an error."""


def run(folder: Folder = CHECKOUT) -> None:
    console = Console()
    try:
        with contextlib.ExitStack() as running:
            _stop_on_signals()
            _run(folder, console, running)
    except Stopped:
        console.say("Stopped.")
    except AlreadyRunningError as error:
        where = f"at {error}" if str(error) else "and still starting"
        console.say(f"The site of this checkout is already running {where}; Ctrl-C in its window stops it.")


def _run(folder: Folder, console: Console, running: contextlib.ExitStack) -> None:
    port = _wanted_port()
    folder.create()
    _check_disk(folder.path)
    running.enter_context(folder.locked())
    end_marked(folder)
    env = os.environ | {MARK: str(folder.path), "PYTHONUNBUFFERED": "1"}
    env.setdefault("DJANGO_SETTINGS_MODULE", "socialvideo.settings.dev")

    _start_servers(folder, console, running)
    folder.set_defaults(env)
    with _step(console, "Migrations"):
        _migrate(folder, env)

    listening = running.enter_context(_listen(os.environ.get("HOST", "127.0.0.1"), port, console))
    address = f"http://{_shown_host(listening)}:{listening.getsockname()[1]}/"
    supervisor = Supervisor()
    running.callback(supervisor.stop)
    for service in _services(folder, env, console, listening):
        supervisor.start(service)
    with _step(console, "Web, worker, encoder, beat"):
        _wait_for_web(supervisor, listening)
    folder.write_note(address)

    logins = _demo(supervisor, env, console, address) if _demo_wanted() else ""
    console.say(f"\nThe site is at {address}\n{logins}Ctrl-C stops it.\n")
    supervisor.keep_up_while(lambda: True)


# --- Before anything starts -----------------------------------------------------------------------------------


def _stop_on_signals() -> None:
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: object) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        print(flush=True)
        raise Stopped

    for each in signals:
        signal.signal(each, stop)


def _wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise LocalError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _check_disk(path: Path) -> None:
    free = shutil.disk_usage(path).free
    if free < FREE_BYTES_NEEDED:
        raise LocalError(
            f"{path} has {free // 2**20} MB of free disk; the site needs {FREE_BYTES_NEEDED // 2**20} MB to start."
        )


def _listen(host: str, port: int, console: Console) -> socket.socket:
    """The socket is ours and the web process inherits it: nobody takes the port in between, and visitors wait while
    a killed web process starts again."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        try:
            listening = socket.create_server((host, candidate), backlog=512)
        except PermissionError:
            raise LocalError(f"Port {candidate} is only for root; choose one above 1023 with PORT=…") from None
        except socket.gaierror:
            raise LocalError(f"HOST is {host!r}, which is no address of this machine.") from None
        except OSError as error:
            if candidate == port:
                console.say(f"  Port {port} is taken ({error.strerror}); taking the next free one.")
            continue
        listening.set_inheritable(True)
        return listening
    raise LocalError(f"No free port from {port} to {candidate}; choose another with PORT=…")


def _shown_host(listening: socket.socket) -> str:
    host: str = listening.getsockname()[0]
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - a comparison, not a binding


# --- Starting -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    console.say(f"  {what}: ready in {time.monotonic() - started:.1f} s")


def _start_servers(folder: Folder, console: Console, running: contextlib.ExitStack) -> None:
    servers: list[Server] = []
    if url := os.environ.get("DATABASE_URL"):
        _check_database(url)
    else:
        servers.append(Postgres(folder))
    if url := os.environ.get("REDIS_URL"):
        _check_redis(url)
    else:
        servers.append(Redis(folder))
    for server in servers:
        running.callback(server.stop)
        with _step(console, server.name):
            server.start()


def _check_database(url: str) -> None:
    """The messages name host and port but never repeat the address, which holds a password."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise LocalError("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        raise LocalError(f"DATABASE_URL: PostgreSQL cannot be reached: {str(error).strip().splitlines()[0]}") from None
    except (psycopg.Error, ValueError):
        raise LocalError("DATABASE_URL must look like postgresql://user:password@host:5432/name.") from None


def _check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except ValueError:
        raise LocalError("REDIS_URL must look like redis://:password@host:6379/0 or unix:///path.sock?db=0.") from None
    except redis.RedisError as error:
        raise LocalError(f"REDIS_URL: Redis cannot be reached: {error}") from None


def _migrate(folder: Folder, env: dict[str, str]) -> None:
    log = folder.logs / "migrate.log"
    with log.open("wb") as file:
        command = [*leash(), *MANAGE, "migrate", "--no-input"]
        done = subprocess.run(command, env=env, stdout=file, stderr=file, check=False)
    if done.returncode:
        raise LocalError(f"{last_line(log)} (migrations stopped; all of it: {log})")


def _services(folder: Folder, env: dict[str, str], console: Console, listening: socket.socket) -> list[Service]:
    descriptor = listening.fileno()
    web = [sys.executable, "-m", "gunicorn", "socialvideo.wsgi", "--bind", f"fd://{descriptor}", "--threads", "16"]
    web += ["--workers", "1", "--log-level", "warning", "--no-control-socket", "--timeout", "120"]
    beat = ["beat", "--loglevel", "WARNING", "--schedule", str(folder.path / "beat"), "--pidfile", ""]
    commands: dict[str, list[str]] = {
        "web": web,
        "worker": [*CELERY, "worker", "-n", "worker@%h", "-Q", "default,fanout", "-c", "2", *QUIET],
        "encoder": [*CELERY, "worker", "-n", "encoder@%h", "-Q", "media", "-c", str(_encoders()), *QUIET],
        "beat": [*CELERY, *beat],
    }
    return [
        Service(name, command, env, console, listening_socket=descriptor if name == "web" else None)
        for name, command in commands.items()
    ]


def _encoders() -> int:
    """ffmpeg uses several cores by itself."""
    return max(1, (os.cpu_count() or 2) // 2)


def _wait_for_web(supervisor: Supervisor, listening: socket.socket) -> None:
    deadline = time.monotonic() + WEB_START_SECONDS
    host, port = _shown_host(listening), listening.getsockname()[1]
    answered = threading.Event()

    def ask() -> None:
        while not answered.is_set() and time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(host, port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == http.client.OK:
                    answered.set()
            time.sleep(0.2)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    supervisor.keep_up_while(asking.is_alive)
    if not answered.is_set():
        raise LocalError(f"The web process did not answer within {WEB_START_SECONDS} s; its lines above say why.")


# --- The demo world -------------------------------------------------------------------------------------------


def _demo_wanted() -> bool:
    return os.environ.get("DEMO", "1") != "0" and any(ROOT.glob("*/management/commands/demo.py"))


def _demo(supervisor: Supervisor, env: dict[str, str], console: Console, address: str) -> str:
    """Returns what the command printed, the logins. Its progress is on standard error, shown as it comes."""
    console.say(f"  The site answers at {address}; now its demo world (DEMO=0 leaves it out).")
    demo = subprocess.Popen(
        [*leash(), *MANAGE, "demo"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert demo.stdout is not None
    assert demo.stderr is not None
    progress = threading.Thread(target=_show, args=(demo.stderr, console), daemon=True)
    progress.start()
    printed: list[bytes] = []
    reading = threading.Thread(target=printed.extend, args=(demo.stdout,), daemon=True)
    reading.start()
    try:
        supervisor.keep_up_while(lambda: demo.poll() is None)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(demo.pid, signal.SIGTERM)
        demo.wait()
    progress.join()
    reading.join()
    if demo.returncode:
        console.say("  The demo world was not finished; its last line says why. The site runs without it.")
    return b"".join(printed).decode(errors="replace")


def _show(pipe: IO[bytes], console: Console) -> None:
    for line in pipe:
        console.say(line.decode(errors="replace").rstrip(), name="demo")
